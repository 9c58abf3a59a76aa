//! A page has arrived, and a function computes with it for half a second. Where
//! should it run?
//!
//! ```sh
//! cargo run -p lesson02 --example blocking_work
//! ```
//!
//! In the wrong run it's called from the future. There's no `.await` in it, so
//! the thread computes, and the other two pages, which have arrived in the
//! meantime, have to wait. The right run hands the function to
//! `spawn_blocking`, which calls it on a thread that's kept for such work, as
//! `asyncio.to_thread` does. Look at the order of `begins` and `ends`.
//!
//! The last part shows the price: work that has begun on such a thread can't be
//! cancelled. Giving up and aborting stop only the waiting.

// ANCHOR: use
use std::hint::spin_loop;
use std::time::{Duration, Instant};

use lesson_kit::{Site, println};
use lesson02::client;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
// ANCHOR_END: use

/// How long it takes to count the words of a page.
const WORK: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson02 --example blocking_work",
        "where to run a function that computes",
    );
    let [a, b, c] = lesson.exact_sites();
    let client = client()?;

    println!("--- wrong: call it from the future ---");
    let start = Instant::now();
    tokio::try_join!(
        words_inline(&client, a, count_words),
        words_inline(&client, b, count_words),
        words_inline(&client, c, count_words),
    )?;
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());

    println!("\n--- right: spawn_blocking ---");
    let start = Instant::now();
    tokio::try_join!(
        words_on_the_pool(&client, a, count_words),
        words_on_the_pool(&client, b, count_words),
        words_on_the_pool(&client, c, count_words),
    )?;
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());

    println!("\n--- give up on it ---");
    give_up().await?;
    Ok(())
}

// ANCHOR: wrong
/// Wrong.
pub async fn words_inline(
    client: &reqwest::Client,
    site: &Site,
    count: fn(&str, &str) -> usize,
) -> anyhow::Result<usize> {
    let page = fetch_text(client, site).await?;
    Ok(count(&site.name, &page))
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub async fn words_on_the_pool(
    client: &reqwest::Client,
    site: &Site,
    count: fn(&str, &str) -> usize,
) -> anyhow::Result<usize> {
    let page = fetch_text(client, site).await?;
    let name = site.name.clone();
    let words = spawn_blocking(move || count(&name, &page)).await?;
    Ok(words)
}
// ANCHOR_END: right

// ANCHOR: give_up
async fn give_up() -> anyhow::Result<()> {
    let page = "a page with six words here";
    let mut counting = spawn_blocking(move || count_words("a page", page));
    match timeout(WORK / 5, &mut counting).await {
        Ok(words) => println!("in time: {} words", words?),
        Err(_) => {
            println!("gave up after {:.1} s", (WORK / 5).as_secs_f64());
            counting.abort();
            println!("aborted, and yet it returns: {} words", counting.await?);
        }
    }
    Ok(())
}
// ANCHOR_END: give_up

async fn fetch_text(
    client: &reqwest::Client,
    site: &Site,
) -> reqwest::Result<String> {
    let response = client.get(&site.url).send().await?;
    response.error_for_status()?.text().await
}

/// Counts the words of a page, and is slow about it: like any computation, it
/// has no `.await` and holds its thread until it returns.
fn count_words(name: &str, page: &str) -> usize {
    println!("{name}: counting begins");
    let start = Instant::now();
    while start.elapsed() < WORK {
        spin_loop();
    }
    println!("{name}: counting ends");
    page.split_whitespace().count()
}
