//! What happens to a task when you drop its handle? It keeps running, and its
//! result is lost.
//!
//! ```sh
//! cargo run -p lesson04 --example detach
//! ```
//!
//! When a timeout expires, it drops the future it was waiting for. In the wrong
//! run that future owns plain `JoinHandle`s. Dropping a `JoinHandle` detaches
//! its task, so both tasks keep running: look for the `Fetched` lines after
//! *gave up*, and at the server, which sends both pages to the end.
//!
//! In the right runs nothing is left behind. Joined futures are part of the
//! future that is dropped. A `JoinSet` aborts its tasks when it's dropped, and
//! so does an `AbortOnDropHandle` with its one task. The server sees both
//! clients leave.
//!
//! The last run keeps the handle: `timeout` gets `&mut handle`, so it drops only
//! the reference when it expires, and the handle is there to wait again.

// ANCHOR: use
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson04::{SITES, client, fetch_page, schedule};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;
// ANCHOR_END: use

/// Shorter than any of the sites takes.
const LIMIT: Duration = Duration::from_millis(300);
/// How long the program keeps running after it has given up.
const LATER: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson04 --example detach",
        "what happens to a task whose handle is dropped",
        &SITES,
    );
    let (client, sites) = (client()?, lesson.sites());

    println!("--- wrong: JoinHandle ---");
    give_up(LIMIT, with_handles(&client, sites)).await?;
    lesson.timeline("JoinHandle").await;

    println!("\n--- right: no tasks ---");
    give_up(LIMIT, without_tasks(&client, sites)).await?;
    lesson.timeline("no tasks").await;

    println!("\n--- right: JoinSet ---");
    give_up(LIMIT, with_join_set(&client, sites)).await?;
    lesson.timeline("JoinSet").await;

    println!("\n--- right: AbortOnDropHandle ---");
    give_up(LIMIT, with_abort_on_drop(&client, sites)).await?;
    lesson.timeline("AbortOnDropHandle").await;

    println!("\n--- the handle is kept ---");
    let Some(site) = sites.first() else { return Ok(()) };
    let bytes = wait_again(&client, site, LIMIT).await?;
    println!("{}: {bytes} bytes", site.name);
    Ok(())
}

// ANCHOR: give_up
/// Waits for the work until the timeout expires, and then does something else.
async fn give_up(
    limit: Duration,
    work: impl Future<Output = anyhow::Result<usize>>,
) -> anyhow::Result<()> {
    match timeout(limit, work).await {
        Ok(total) => println!("{} bytes", total?),
        Err(_elapsed) => println!("gave up"),
    }
    sleep(LATER).await;
    Ok(())
}
// ANCHOR_END: give_up

// ANCHOR: wrong
/// Version A.
pub async fn with_handles(
    client: &reqwest::Client,
    sites: &[Site],
) -> anyhow::Result<usize> {
    let mut total = 0;
    for handle in schedule(client, sites) {
        total += handle.await??;
    }
    Ok(total)
}
// ANCHOR_END: wrong

// ANCHOR: without_tasks
/// Version B.
pub async fn without_tasks(
    client: &reqwest::Client,
    sites: &[Site],
) -> anyhow::Result<usize> {
    let pages =
        sites.iter().map(|site| fetch_page(client.clone(), site.clone()));
    let mut total = 0;
    for size in join_all(pages).await {
        total += size?;
    }
    Ok(total)
}
// ANCHOR_END: without_tasks

// ANCHOR: join_set
/// Version C.
pub async fn with_join_set(
    client: &reqwest::Client,
    sites: &[Site],
) -> anyhow::Result<usize> {
    let mut tasks = JoinSet::new();
    for site in sites {
        tasks.spawn(fetch_page(client.clone(), site.clone()));
    }
    let mut total = 0;
    while let Some(size) = tasks.join_next().await {
        total += size??;
    }
    Ok(total)
}
// ANCHOR_END: join_set

// ANCHOR: abort_on_drop
/// Version D.
pub async fn with_abort_on_drop(
    client: &reqwest::Client,
    sites: &[Site],
) -> anyhow::Result<usize> {
    let handles: Vec<_> = schedule(client, sites)
        .into_iter()
        .map(AbortOnDropHandle::new)
        .collect();
    let mut total = 0;
    for handle in handles {
        total += handle.await??;
    }
    Ok(total)
}
// ANCHOR_END: abort_on_drop

// ANCHOR: wait_again
/// Waits for a task until the timeout expires, and then waits again.
pub async fn wait_again(
    client: &reqwest::Client,
    site: &Site,
    limit: Duration,
) -> anyhow::Result<usize> {
    let mut handle = tokio::spawn(fetch_page(client.clone(), site.clone()));
    if let Ok(result) = timeout(limit, &mut handle).await {
        return Ok(result??);
    }
    println!("still waiting for {}", site.name);
    Ok(handle.await??)
}
// ANCHOR_END: wait_again
