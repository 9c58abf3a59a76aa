//! When is a task better than a joined future? When there is work to do between
//! the waiting.
//!
//! ```sh
//! cargo run -p lesson04 --example parallel
//! ```
//!
//! Without work, joined and spawned fetches take the same time. With work after
//! each page, the joined futures work one after another, because they share one
//! thread. The tasks work in parallel, on as many threads as the runtime has.
//! Look at the speed-up, which compares each row with the joined one.

// ANCHOR: use
use std::thread;
use std::time::{Duration, Instant};

use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson04::client;
use tokio::task::JoinSet;
// ANCHOR_END: use

/// What to do with each page: keep the processor busy, and return a number.
type Work = fn() -> usize;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson04 --example parallel",
        "concurrent and parallel",
    );
    let (client, sites) = (client()?, lesson.sites());

    let mut rows = Vec::new();
    let works: [(&str, Work); 2] =
        [("only waiting", || 0), ("waiting and work", count_primes)];
    for (name, work) in works {
        let start = Instant::now();
        joined(&client, sites, work).await?;
        let joined = start.elapsed();
        lesson.timeline(&format!("{name}, joined")).await;

        let start = Instant::now();
        spawned(&client, sites, work).await?;
        let spawned = start.elapsed();
        lesson.timeline(&format!("{name}, spawned")).await;
        rows.push((name, joined, spawned));
    }
    println!("\n{:<27}{:>10}{:>10}", "", "total", "speed-up");
    for (name, joined, spawned) in rows {
        print_row(&format!("{name:<20}joined"), joined, joined);
        print_row(&format!("{name:<20}spawned"), joined, spawned);
    }
    let threads = thread::available_parallelism()?;
    println!("This machine runs {threads} threads at once.");
    Ok(())
}

fn print_row(name: &str, joined: Duration, total: Duration) {
    let (joined, total) = (joined.as_secs_f64(), total.as_secs_f64());
    let total_and_speed_up = format!("{total:>8.2} s{:>9.1}x", joined / total);
    println!("{name:<27}{total_and_speed_up}");
}

// ANCHOR: work
/// Fetches a page and works on it.
async fn fetch_and_work(
    client: reqwest::Client,
    site: Site,
    work: Work,
) -> reqwest::Result<usize> {
    let response = client.get(&site.url).send().await?.error_for_status()?;
    response.bytes().await?;
    Ok(work())
}
// ANCHOR_END: work

/// Concurrent: the futures share one thread.
pub async fn joined(
    client: &reqwest::Client,
    sites: &[Site],
    work: Work,
) -> anyhow::Result<usize> {
    let pages = sites
        .iter()
        .map(|site| fetch_and_work(client.clone(), site.clone(), work));
    let mut total = 0;
    for result in join_all(pages).await {
        total += result?;
    }
    Ok(total)
}

/// Parallel: each future is a task, and runs on any thread that is free.
pub async fn spawned(
    client: &reqwest::Client,
    sites: &[Site],
    work: Work,
) -> anyhow::Result<usize> {
    let mut tasks = JoinSet::new();
    for site in sites {
        tasks.spawn(fetch_and_work(client.clone(), site.clone(), work));
    }
    let mut total = 0;
    while let Some(result) = tasks.join_next().await {
        total += result??;
    }
    Ok(total)
}

/// Counts the primes below a number, the slow way.
pub fn count_primes() -> usize {
    let is_prime =
        |&n: &u32| (2..).take_while(|d| d * d <= n).all(|d| n % d != 0);
    (2..300_000).filter(is_prime).count()
}
