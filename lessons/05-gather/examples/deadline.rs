//! The whole batch has to be done by a certain time. What do you get of it when
//! the time is over?
//!
//! ```sh
//! cargo run -p lesson05 --example deadline
//! ```
//!
//! Three sites and a deadline of 650 ms; one of them is ready by then. The
//! wrong run puts the limit around `join_all`, and gets nothing: the finished
//! page is dropped with the rest. The right run collects results as they come,
//! until the deadline. The server sees the same in both.

use std::time::Duration;

use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use lesson_kit::{Site, println};
use lesson05::client;
use tokio::runtime::Runtime;
use tokio::time::{Instant, timeout, timeout_at};

/// When the batch has to be done.
const LIMIT: Duration = Duration::from_millis(650);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson05 --example deadline",
        "a deadline for a batch",
    );
    let client = client()?;
    let runtime = Runtime::new()?;

    println!("--- wrong: a limit around join_all ---");
    let done = runtime.block_on(all_or_nothing(&client, lesson.sites(), LIMIT));
    tell(done);
    lesson.blocking_timeline("a limit around join_all");

    println!("\n--- right: what is done by the deadline ---");
    let done = runtime.block_on(by_deadline(&client, lesson.sites(), LIMIT));
    tell(done);
    lesson.blocking_timeline("what is done by the deadline");
    Ok(())
}

/// The name of a site, if its page came.
type Page = reqwest::Result<String>;

/// Fetches a page and returns the name of its site.
async fn fetch(client: &reqwest::Client, site: &Site) -> Page {
    let response = client.get(&site.url).send().await?;
    response.error_for_status()?.bytes().await?;
    Ok(site.name.clone())
}

fn tell(pages: Vec<Page>) {
    let (done, failed): (Vec<_>, Vec<_>) =
        pages.into_iter().partition(Result::is_ok);
    let names: Vec<_> = done.into_iter().flatten().collect();
    println!("done in time: {names:?}, failed: {}", failed.len());
}

// ANCHOR: wrong
/// Wrong: when the time is over, `timeout` drops `join_all`, and with it the
/// results that it had kept.
pub async fn all_or_nothing(
    client: &reqwest::Client,
    sites: &[Site],
    limit: Duration,
) -> Vec<Page> {
    let all = join_all(sites.iter().map(|site| fetch(client, site)));
    timeout(limit, all).await.unwrap_or_default()
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: takes each result when it is there, and stops at the deadline.
pub async fn by_deadline(
    client: &reqwest::Client,
    sites: &[Site],
    limit: Duration,
) -> Vec<Page> {
    let deadline = Instant::now() + limit;
    let fetch = |site| fetch(client, site);
    let mut running: FuturesUnordered<_> = sites.iter().map(fetch).collect();
    let mut done = Vec::new();
    while let Ok(Some(page)) = timeout_at(deadline, running.next()).await {
        done.push(page);
    }
    done
}
// ANCHOR_END: right
