//! The whole batch has a deadline. Which pages do you have when it comes?
//!
//! ```sh
//! cargo run -p lesson05 --example deadline
//! ```
//!
//! Three sites and 650 ms for all of them; one page is there by then. The wrong
//! run puts the timeout around `join_all` and gets nothing: `timeout` drops
//! `join_all`, and with it the results that `join_all` has kept. The right run
//! takes each result when it's there, until the deadline. The server sees the
//! same in both.

// ANCHOR: use
use std::time::Duration;

use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use lesson_kit::{Site, println, with_causes};
use lesson05::{Page, client, fetch_named};
use tokio::time::{Instant, timeout, timeout_at};
// ANCHOR_END: use

/// How long the whole batch may take.
const BUDGET: Duration = Duration::from_millis(650);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson05 --example deadline",
        "a deadline for a batch",
    );
    let client = client()?;

    println!("--- wrong: a timeout around join_all ---");
    let pages = around_join_all(&client, lesson.sites(), BUDGET).await;
    report(pages);
    lesson.timeline("a timeout around join_all").await;

    println!("\n--- right: a deadline for each wait ---");
    let pages = around_next(&client, lesson.sites(), BUDGET).await;
    report(pages);
    lesson.timeline("a deadline for each wait").await;
    Ok(())
}

fn report(pages: Vec<Page>) {
    println!("results by the deadline: {}", pages.len());
    for Page { site, bytes } in pages {
        match bytes {
            Ok(bytes) => println!("{site}: {bytes} bytes"),
            Err(error) => {
                println!("{site}: {}", with_causes(&error.without_url()));
            }
        }
    }
}

// ANCHOR: wrong
/// Wrong.
pub async fn around_join_all(
    client: &reqwest::Client,
    sites: &[Site],
    budget: Duration,
) -> Vec<Page> {
    let all = join_all(sites.iter().map(|site| fetch_named(client, site)));
    timeout(budget, all).await.unwrap_or_default()
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub async fn around_next(
    client: &reqwest::Client,
    sites: &[Site],
    budget: Duration,
) -> Vec<Page> {
    let deadline = Instant::now() + budget;
    let fetches = sites.iter().map(|site| fetch_named(client, site));
    let mut running: FuturesUnordered<_> = fetches.collect();
    let mut pages = Vec::new();
    while let Ok(Some(page)) = timeout_at(deadline, running.next()).await {
        pages.push(page);
    }
    pages
}
// ANCHOR_END: right
