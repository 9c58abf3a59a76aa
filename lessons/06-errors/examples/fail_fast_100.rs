//! Does `try_join_all` still fail fast when it has a hundred futures?
//!
//! ```sh
//! cargo run -p lesson06 --example fail_fast_100
//! ```
//!
//! It doesn't. If its iterator promises at most 30 futures, it polls all of them and returns the first error. Otherwise
//! it keeps them in a `FuturesOrdered`, whose results come out in the order of the futures: an error of the second one
//! waits until the first one is done. `buffer_unordered` and a `JoinSet` return the first error for any number.

// ANCHOR: use
use std::time::Duration;

use anyhow::bail;
use futures::future::try_join_all;
use futures::stream::{self, StreamExt, TryStreamExt};
use lesson_kit::println;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson06 --example fail_fast_100",
        "fail fast with more than thirty futures",
    );
    println!("--- try_join_all ---");
    for count in [3, 30, 31, 100] {
        report(count, joined(fetches(count))).await;
    }
    println!("\n--- buffer_unordered ---");
    for count in [3, 30, 31, 100] {
        report(count, buffered(fetches(count))).await;
    }
    println!("\n--- JoinSet ---");
    for count in [3, 30, 31, 100] {
        report(count, with_tasks(fetches(count))).await;
    }
    Ok(())
}

/// Prints what the futures return together, and after how long.
async fn report(
    count: usize,
    pages: impl Future<Output = anyhow::Result<Vec<usize>>>,
) {
    let start = Instant::now();
    let pages = pages.await;
    let seconds = start.elapsed().as_secs_f64();
    match pages {
        Ok(pages) => println!("{count}: {} pages, {seconds:.2} s", pages.len()),
        Err(error) => println!("{count}: {error:#}, {seconds:.2} s"),
    }
}

/// All fetches, not yet begun.
pub fn fetches(
    count: usize,
) -> Vec<impl Future<Output = anyhow::Result<usize>> + Send + 'static> {
    (0..count).map(simulated_fetch).collect()
}

// ANCHOR: fetch
/// Takes as long as a fetch. Number 1 fails after 0.1 s, and the others take 1 s.
async fn simulated_fetch(number: usize) -> anyhow::Result<usize> {
    if number == 1 {
        sleep(Duration::from_millis(100)).await;
        bail!("404 Not Found");
    }
    sleep(Duration::from_secs(1)).await;
    Ok(15_000)
}
// ANCHOR_END: fetch

// ANCHOR: joined
/// Fails fast up to 30 futures.
pub async fn joined(
    fetches: Vec<impl Future<Output = anyhow::Result<usize>>>,
) -> anyhow::Result<Vec<usize>> {
    try_join_all(fetches).await
}
// ANCHOR_END: joined

// ANCHOR: buffered
/// Fails fast with any number of futures, up to 100 of them at the same time.
pub async fn buffered(
    fetches: Vec<impl Future<Output = anyhow::Result<usize>>>,
) -> anyhow::Result<Vec<usize>> {
    stream::iter(fetches).buffer_unordered(100).try_collect().await
}
// ANCHOR_END: buffered

// ANCHOR: with_tasks
/// Fails fast with any number of tasks.
pub async fn with_tasks(
    fetches: Vec<impl Future<Output = anyhow::Result<usize>> + Send + 'static>,
) -> anyhow::Result<Vec<usize>> {
    let mut tasks: JoinSet<_> = fetches.into_iter().collect();
    let mut pages = Vec::new();
    while let Some(fetched) = tasks.join_next().await {
        pages.push(fetched??);
    }
    Ok(pages)
}
// ANCHOR_END: with_tasks
