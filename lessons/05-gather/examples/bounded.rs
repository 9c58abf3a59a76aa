//! Twelve pages: in which order do the results come, and how many requests are
//! in flight at the same time?
//!
//! ```sh
//! cargo run -p lesson05 --example bounded
//! ```
//!
//! The same fetches, gathered in five ways. Two questions tell the five apart.
//! Are the results in the order of the pages, or in the order in which they
//! were completed? And is there a limit on the requests in flight? Look at the
//! number that the server counted.
//!
//! Three of the five have no limit: `join_all`, `FuturesUnordered` and
//! `JoinSet`. `buffered(n)` and `buffer_unordered(n)` have one. An aiohttp
//! session has a limit of its own, 100 connections, and reqwest has none.

// ANCHOR: use
use std::time::Instant;

use futures::future::join_all;
use futures::stream::{self, FuturesUnordered, StreamExt};
use lesson_kit::{Lesson, Site, println, with_causes};
use lesson05::{Page, client, fetch_named};
use tokio::task::JoinSet;
// ANCHOR_END: use

/// How many pages there are to fetch.
const PAGES: usize = 12;
/// How many requests may be in flight, for the two that have a limit.
const LIMIT: usize = 4;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson05 --example bounded",
        "order and limits of many requests",
    );
    let client = client()?;
    let sites = twelve(lesson.sites());

    let start = Instant::now();
    let pages = with_join_all(&client, &sites).await;
    report(&lesson, "join_all", &sites, pages, start).await;

    let start = Instant::now();
    let pages = with_futures_unordered(&client, &sites).await;
    report(&lesson, "FuturesUnordered", &sites, pages, start).await;

    let start = Instant::now();
    let pages = with_join_set(&client, &sites).await;
    report(&lesson, "JoinSet", &sites, pages, start).await;

    let start = Instant::now();
    let pages = with_buffered(&client, &sites).await;
    report(&lesson, "buffered(4)", &sites, pages, start).await;

    let start = Instant::now();
    let pages = with_buffer_unordered(&client, &sites).await;
    report(&lesson, "buffer_unordered(4)", &sites, pages, start).await;
    Ok(())
}

/// Twelve pages of these sites in turn. Each gets a name of its own, by which
/// its result is recognized.
pub fn twelve(sites: &[Site]) -> Vec<Site> {
    let in_turn = sites.iter().cycle().take(PAGES).enumerate();
    in_turn
        .map(|(number, site)| Site {
            name: format!("page {number} of {}", site.name),
            url: site.url.clone(),
        })
        .collect()
}

/// `join_all` turns many futures into one.
pub async fn with_join_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Page> {
    join_all(sites.iter().map(|site| fetch_named(client, site))).await
}

// ANCHOR: futures_unordered
/// `FuturesUnordered` turns many futures into a stream of results.
pub async fn with_futures_unordered(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Page> {
    let fetches = sites.iter().map(|site| fetch_named(client, site));
    let mut running: FuturesUnordered<_> = fetches.collect();
    let mut pages = Vec::new();
    while let Some(page) = running.next().await {
        pages.push(page);
    }
    pages
}
// ANCHOR_END: futures_unordered

/// A `JoinSet` holds tasks.
pub async fn with_join_set(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Page> {
    let mut tasks = JoinSet::new();
    for site in sites {
        // A task can't borrow, so it gets its own client and site.
        let (client, site) = (client.clone(), site.clone());
        tasks.spawn(async move { fetch_named(&client, &site).await });
    }
    let mut pages = Vec::new();
    while let Some(page) = tasks.join_next().await {
        pages.push(page.expect("fetching doesn't panic"));
    }
    pages
}
// ANCHOR: stream
/// `buffered` turns a stream of futures into a stream of results.
pub async fn with_buffered(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Page> {
    stream::iter(sites)
        .map(|site| fetch_named(client, site))
        .buffered(LIMIT)
        .collect()
        .await
}
// ANCHOR_END: stream

/// `buffer_unordered` does so too.
pub async fn with_buffer_unordered(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Page> {
    stream::iter(sites)
        .map(|site| fetch_named(client, site))
        .buffer_unordered(LIMIT)
        .collect()
        .await
}

/// Whether the pages that arrived are in the order of the sites.
pub fn in_order(sites: &[Site], pages: &[Page]) -> bool {
    let mut sites = sites.iter();
    let mut arrived = pages.iter().filter(|page| page.bytes.is_ok());
    arrived.all(|page| sites.any(|site| site.name == page.site))
}

async fn report(
    lesson: &Lesson,
    gathered_with: &str,
    sites: &[Site],
    pages: Vec<Page>,
    start: Instant,
) {
    let total = start.elapsed().as_secs_f64();
    let order = if in_order(sites, &pages) {
        "in the order of the pages"
    } else {
        "as completed"
    };
    for Page { site, bytes } in pages {
        if let Err(error) = bytes {
            println!("{site}: {}", with_causes(&error.without_url()));
        }
    }
    println!("results {order}, total {total:.2} s");
    lesson.summary(gathered_with).await;
    println!();
}
