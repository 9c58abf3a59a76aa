//! Twelve pages: in which order do the results come, and how many requests are
//! in flight at a time?
//!
//! ```sh
//! cargo run -p lesson05 --example bounded
//! ```
//!
//! The same futures, gathered in five ways. Two questions tell them apart: are
//! the results in the order asked or as they are completed, and is there a
//! bound? Look at what the server counted.

use std::time::Instant;

use futures::future::join_all;
use futures::stream::{self, FuturesUnordered, StreamExt};
use lesson_kit::{Lesson, Site, println};
use lesson05::{client, reason};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// How many pages there are to fetch.
const PAGES: usize = 12;
/// How many requests may be in flight, where there is a bound.
const BOUND: usize = 4;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson05 --example bounded",
        "order and bounds of many requests",
    );
    let pages = pages(lesson.sites());
    let client = client()?;
    let runtime = Runtime::new()?;

    let start = Instant::now();
    let order = runtime.block_on(all(&client, &pages));
    report(&lesson, "join_all", &order, start);

    let start = Instant::now();
    let order = runtime.block_on(as_completed(&client, &pages));
    report(&lesson, "FuturesUnordered", &order, start);

    let start = Instant::now();
    let order = runtime.block_on(in_a_set(&client, &pages));
    report(&lesson, "JoinSet", &order, start);

    let start = Instant::now();
    let order = runtime.block_on(bounded(&client, &pages));
    report(&lesson, &format!("buffered({BOUND})"), &order, start);

    let start = Instant::now();
    let order = runtime.block_on(bounded_as_completed(&client, &pages));
    report(&lesson, &format!("buffer_unordered({BOUND})"), &order, start);
    Ok(())
}

/// A page to fetch: its number and its URL.
pub type Page = (usize, String);

/// Twelve pages of the sites, in turn.
fn pages(sites: &[Site]) -> Vec<Page> {
    let sites = sites.iter().cycle().take(PAGES).enumerate();
    sites.map(|(number, site)| (number, site.url.clone())).collect()
}

// ANCHOR: fetch
/// Fetches a page and returns its number, whether the page comes or not.
async fn fetch(client: reqwest::Client, (number, url): Page) -> usize {
    let page = async {
        let response = client.get(url).send().await?;
        response.error_for_status()?.bytes().await
    };
    if let Err(error) = page.await {
        println!("page {number}: {}", reason(&error));
    }
    number
}
// ANCHOR_END: fetch

// ANCHOR: unbounded
/// All at once, in the order asked.
pub async fn all(client: &reqwest::Client, pages: &[Page]) -> Vec<usize> {
    let fetch = |page: &Page| fetch(client.clone(), page.clone());
    join_all(pages.iter().map(fetch)).await
}

/// All at once, as they are completed.
pub async fn as_completed(
    client: &reqwest::Client,
    pages: &[Page],
) -> Vec<usize> {
    let fetch = |page: &Page| fetch(client.clone(), page.clone());
    let mut running: FuturesUnordered<_> = pages.iter().map(fetch).collect();
    let mut order = Vec::new();
    while let Some(number) = running.next().await {
        order.push(number);
    }
    order
}

/// All at once, as they are completed, and each a task.
pub async fn in_a_set(client: &reqwest::Client, pages: &[Page]) -> Vec<usize> {
    let mut tasks = JoinSet::new();
    for page in pages {
        tasks.spawn(fetch(client.clone(), page.clone()));
    }
    let mut order = Vec::new();
    while let Some(number) = tasks.join_next().await {
        order.push(number.expect("the task does not panic"));
    }
    order
}
// ANCHOR_END: unbounded

// ANCHOR: bounded
/// Four at a time, in the order asked.
pub async fn bounded(client: &reqwest::Client, pages: &[Page]) -> Vec<usize> {
    let fetch = |page: &Page| fetch(client.clone(), page.clone());
    stream::iter(pages).map(fetch).buffered(BOUND).collect().await
}

/// Four at a time, as they are completed.
pub async fn bounded_as_completed(
    client: &reqwest::Client,
    pages: &[Page],
) -> Vec<usize> {
    let fetch = |page: &Page| fetch(client.clone(), page.clone());
    stream::iter(pages).map(fetch).buffer_unordered(BOUND).collect().await
}
// ANCHOR_END: bounded

fn report(lesson: &Lesson, what: &str, order: &[usize], start: Instant) {
    let total = start.elapsed().as_secs_f64();
    let order =
        if order.is_sorted() { "in the order asked" } else { "as completed" };
    println!("results {order}, total {total:.2} s");
    lesson.blocking_summary(what);
    println!();
}
