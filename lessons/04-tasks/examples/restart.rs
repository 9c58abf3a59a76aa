//! While a page is being fetched, the program prints a line every 250 ms. Does
//! the page ever arrive?
//!
//! ```sh
//! cargo run -p lesson04 --example restart
//! ```
//!
//! Look at the number of requests. `by_value` gives `select!` the future
//! itself. `select!` drops it when the tick wins, and the next turn of the
//! loop starts a new one. `by_reference` creates the future before the loop,
//! and every turn polls that same one. In Python, `by_value` is `wait_for` in
//! a loop, and `by_reference` is `asyncio.wait`.

// ANCHOR: use
use std::pin::pin;
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use reqwest::Client;
use tokio::time::{Instant, interval_at};
// ANCHOR_END: use

/// How often the program prints that it's still waiting.
const TICK: Duration = Duration::from_millis(250);
/// It gives up after this many ticks: 1.5 seconds for a page that takes 0.6.
const MAX_TICKS: usize = 6;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson04 --example restart",
        "a future that select! drops and the loop starts again",
        &["python.org"],
    );
    let [site] = lesson.exact_sites();
    let client = Client::new();

    println!("--- wrong: a new future in each turn ---");
    print_page(by_value(&client, site, TICK).await);
    lesson.timeline("a new future in each turn").await;

    println!("\n--- right: one future, pinned before the loop ---");
    print_page(by_reference(&client, site, TICK).await);
    lesson.timeline("one future, pinned before the loop").await;
    Ok(())
}

fn print_page(page: Option<reqwest::Result<usize>>) {
    match page {
        Some(Ok(bytes)) => println!("{bytes} bytes"),
        Some(Err(error)) => println!("failed: {}", with_causes(&error)),
        None => println!("gave up"),
    }
}

async fn fetch_page(client: &Client, site: &Site) -> reqwest::Result<usize> {
    let response = client.get(&site.url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// ANCHOR: wrong
/// Wrong.
pub async fn by_value(
    client: &Client,
    site: &Site,
    tick: Duration,
) -> Option<reqwest::Result<usize>> {
    let mut ticks = interval_at(Instant::now() + tick, tick);
    for _ in 0..MAX_TICKS {
        tokio::select! {
            page = fetch_page(client, site) => return Some(page),
            _ = ticks.tick() => println!("still waiting"),
        }
    }
    None
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub async fn by_reference(
    client: &Client,
    site: &Site,
    tick: Duration,
) -> Option<reqwest::Result<usize>> {
    let mut ticks = interval_at(Instant::now() + tick, tick);
    let mut page = pin!(fetch_page(client, site));
    for _ in 0..MAX_TICKS {
        tokio::select! {
            page = &mut page => return Some(page),
            _ = ticks.tick() => println!("still waiting"),
        }
    }
    None
}
// ANCHOR_END: right
