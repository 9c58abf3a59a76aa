//! What happens to a task when its handle is dropped? Nothing: it goes on, and
//! nobody waits for it.
//!
//! ```sh
//! cargo run -p lesson04 --example detach
//! ```
//!
//! A time limit drops what it was waiting for. In the wrong run that is a
//! handle, and the task behind it goes on: look for the `Fetched` lines that
//! come after *gave up*, and at the server, which answers to the end. In the
//! right runs the drop aborts the tasks, and the server sees them leave.

use std::time::Duration;

use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson04::{SITES, client, fetch_page, schedule};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

/// Shorter than any of the sites takes.
const LIMIT: Duration = Duration::from_millis(300);
/// How long the program goes on after it has given up.
const LATER: Duration = Duration::from_secs(2);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson04 --example detach",
        "what becomes of a task whose handle is dropped",
        &SITES,
    );
    let (client, sites) = (client()?, lesson.sites());
    let runtime = Runtime::new()?;

    println!("--- wrong: JoinHandle ---");
    runtime.block_on(give_up(with_handles(&client, sites)));
    lesson.blocking_timeline("JoinHandle");

    println!("\n--- right: no tasks ---");
    runtime.block_on(give_up(without_tasks(&client, sites)));
    lesson.blocking_timeline("no tasks");

    println!("\n--- right: JoinSet ---");
    runtime.block_on(give_up(with_join_set(&client, sites)));
    lesson.blocking_timeline("JoinSet");

    println!("\n--- right: AbortOnDropHandle ---");
    runtime.block_on(give_up(with_abort_on_drop(&client, sites)));
    lesson.blocking_timeline("AbortOnDropHandle");
    Ok(())
}

// ANCHOR: give_up
/// Waits for a while, gives up, and does something else.
async fn give_up(work: impl Future<Output = ()>) {
    if timeout(LIMIT, work).await.is_err() {
        println!("gave up");
    }
    sleep(LATER).await;
}
// ANCHOR_END: give_up

// ANCHOR: wrong
/// Wrong: when this is dropped, the handles are, and the tasks go on.
pub async fn with_handles(client: &reqwest::Client, sites: &[Site]) {
    for handle in schedule(client, sites) {
        let _ = handle.await;
    }
}
// ANCHOR_END: wrong

// ANCHOR: without_tasks
/// Right: a joined future is part of this one, and is dropped with it.
pub async fn without_tasks(client: &reqwest::Client, sites: &[Site]) {
    let fetch = |site: &Site| fetch_page(client.clone(), site.clone());
    join_all(sites.iter().map(fetch)).await;
}
// ANCHOR_END: without_tasks

// ANCHOR: join_set
/// Right: a set aborts its tasks when it is dropped.
pub async fn with_join_set(client: &reqwest::Client, sites: &[Site]) {
    let mut tasks = JoinSet::new();
    for site in sites {
        tasks.spawn(fetch_page(client.clone(), site.clone()));
    }
    while let Some(_result) = tasks.join_next().await {}
}
// ANCHOR_END: join_set

// ANCHOR: abort_on_drop
/// Right: so does this handle, with its one task.
pub async fn with_abort_on_drop(client: &reqwest::Client, sites: &[Site]) {
    let handles: Vec<_> = schedule(client, sites)
        .into_iter()
        .map(AbortOnDropHandle::new)
        .collect();
    for handle in handles {
        let _ = handle.await;
    }
}
// ANCHOR_END: abort_on_drop
