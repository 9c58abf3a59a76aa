//! A page is fetched, and a line is to be printed every 250 ms until it is
//! there. Does the page ever come?
//!
//! ```sh
//! cargo run -p lesson07 --example restart
//! ```
//!
//! `select!` in a loop drops the future that lost, and the next turn makes a
//! new one: it begins again. Look at the number of requests. In the right run
//! the future stands outside of the loop, and each turn polls the same one.

use std::pin::pin;
use std::time::Duration;

use lesson_kit::{Site, println};
use tokio::runtime::Runtime;
use tokio::time::{Instant, interval_at};

/// How often it says that it is still there.
const TICK: Duration = Duration::from_millis(250);
/// After so many it gives up: 1.5 seconds, where the page takes 0.6.
const MOST: usize = 6;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example restart",
        "a future that select! drops and makes anew",
        &["python.org"],
    );
    let [site, ..] = lesson.sites() else {
        anyhow::bail!("it takes a site");
    };
    let client = reqwest::Client::new();
    let runtime = Runtime::new()?;

    println!("--- wrong: a new future in each turn ---");
    tell(runtime.block_on(restarted(&client, site, TICK)));
    lesson.blocking_timeline("a new future in each turn");

    println!("\n--- right: one future, pinned outside of the loop ---");
    tell(runtime.block_on(kept(&client, site, TICK)));
    lesson.blocking_timeline("one future, pinned outside of the loop");
    Ok(())
}

fn tell(page: Option<reqwest::Result<usize>>) {
    match page {
        Some(Ok(bytes)) => println!("{bytes} bytes"),
        Some(Err(error)) => println!("failed: {error}"),
        None => println!("gave up"),
    }
}

async fn fetch(
    client: &reqwest::Client,
    site: &Site,
) -> reqwest::Result<usize> {
    let response = client.get(&site.url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// ANCHOR: wrong
/// Wrong: `fetch` is called in each turn, and dropped at each tick.
pub async fn restarted(
    client: &reqwest::Client,
    site: &Site,
    tick: Duration,
) -> Option<reqwest::Result<usize>> {
    let mut ticks = interval_at(Instant::now() + tick, tick);
    for _ in 0..MOST {
        tokio::select! {
            page = fetch(client, site) => return Some(page),
            _ = ticks.tick() => println!("still waiting"),
        }
    }
    None
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: `&mut page` is dropped at each tick, and `page` stays.
pub async fn kept(
    client: &reqwest::Client,
    site: &Site,
    tick: Duration,
) -> Option<reqwest::Result<usize>> {
    let mut ticks = interval_at(Instant::now() + tick, tick);
    let mut page = pin!(fetch(client, site));
    for _ in 0..MOST {
        tokio::select! {
            page = &mut page => return Some(page),
            _ = ticks.tick() => println!("still waiting"),
        }
    }
    None
}
// ANCHOR_END: right
