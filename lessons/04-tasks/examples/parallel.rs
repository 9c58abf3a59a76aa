//! When is a task better than a joined future? When there is work to do
//! besides waiting.
//!
//! ```sh
//! cargo run -p lesson04 --example parallel
//! ```
//!
//! Waiting alone takes the same time joined and spawned. With work after each
//! page, the joined futures work one after another, on the thread that they
//! share, and the tasks work on as many threads as the runtime has.

use std::thread;
use std::time::Instant;

use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson04::client;
use tokio::runtime::Runtime;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson04 --example parallel",
        "concurrent and parallel",
    );
    let (client, sites) = (client()?, lesson.sites());
    let runtime = Runtime::new()?;

    let mut rows = Vec::new();
    for (what, up_to) in [("only waiting", 0), ("waiting and work", 300_000)] {
        let start = Instant::now();
        runtime.block_on(joined(&client, sites, up_to));
        rows.push((what, "joined", start.elapsed()));
        lesson.blocking_timeline(&format!("{what}, joined"));

        let start = Instant::now();
        runtime.block_on(spawned(&client, sites, up_to));
        rows.push((what, "spawned", start.elapsed()));
        lesson.blocking_timeline(&format!("{what}, spawned"));
    }
    println!("\n{:<20}{:<10}{:>8}", "", "", "total");
    for (what, how, total) in rows {
        println!("{what:<20}{how:<10}{:>6.2} s", total.as_secs_f64());
    }
    println!(
        "This machine runs {} threads at once.",
        thread::available_parallelism()?
    );
    Ok(())
}

// ANCHOR: both
/// Fetches a page and works on it.
async fn fetch_and_work(client: reqwest::Client, site: Site, up_to: u32) {
    if let Ok(response) = client.get(&site.url).send().await {
        let _page = response.bytes().await;
        work(up_to);
    }
}

/// Concurrent: they share one thread.
pub async fn joined(client: &reqwest::Client, sites: &[Site], up_to: u32) {
    let fetch =
        |site: &Site| fetch_and_work(client.clone(), site.clone(), up_to);
    join_all(sites.iter().map(fetch)).await;
}

/// Parallel: each is a task, for any thread that is free.
pub async fn spawned(client: &reqwest::Client, sites: &[Site], up_to: u32) {
    let fetch =
        |site: &Site| fetch_and_work(client.clone(), site.clone(), up_to);
    let tasks = sites.iter().map(|site| tokio::spawn(fetch(site)));
    join_all(tasks).await;
}
// ANCHOR_END: both

/// Keeps the processor busy: counts the primes below `up_to`, the slow way.
pub fn work(up_to: u32) -> usize {
    let is_prime =
        |&n: &u32| (2..).take_while(|d| d * d <= n).all(|d| n % d != 0);
    (2..up_to).filter(is_prime).count()
}
