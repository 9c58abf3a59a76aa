//! An order has been sent, and then the program stops waiting. Does the order
//! go through?
//!
//! ```sh
//! cargo run -p lesson07 --example shield
//! ```
//!
//! - `limited` puts the timeout around the order itself. The timeout drops the
//!   request while the server works on it, so there's no telling whether the
//!   order was carried out.
//! - `spawned` makes the order a task. The timeout drops only the handle, but
//!   the end of the program drops the runtime, and the order with it.
//! - `tracked` spawns it on a tracker, and the program waits for the tracker
//!   before it ends.
//!
//! In Python this is `asyncio.shield`, and a reference to the task.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use reqwest::Client;
use tokio::runtime::Runtime;
use tokio::time;
use tokio_util::task::TaskTracker;
// ANCHOR_END: use

/// How long the program waits for the response to an order. It takes 0.6 s.
const TIMEOUT: Duration = Duration::from_millis(300);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example shield",
        "work that must finish",
        &["python.org"],
    );
    let [site] = lesson.exact_sites();

    println!("--- wrong: a timeout around the order ---");
    run(async |client| limited(client, site, TIMEOUT).await)?;
    lesson.blocking_timeline("a timeout around the order");

    println!("\n--- wrong: a task, and nothing waits for it ---");
    run(async |client| spawned(client, site, TIMEOUT).await)?;
    lesson.blocking_timeline("a task, and nothing waits for it");

    println!("\n--- right: a task, tracked ---");
    run(async |client| {
        let orders = TaskTracker::new();
        tracked(client, site, TIMEOUT, &orders).await;
        println!("waiting for {} order", orders.len());
        orders.close();
        orders.wait().await;
    })?;
    lesson.blocking_timeline("a task, tracked");
    Ok(())
}

/// Each of the three is a program by itself, with a runtime of its own,
/// because the drop of the runtime is what ends the order in `spawned`.
fn run(work: impl AsyncFnOnce(&Client)) -> anyhow::Result<()> {
    let runtime = Runtime::new()?;
    let client = lesson07::client()?;
    runtime.block_on(work(&client));
    Ok(())
}

/// Sends an order and waits for the response.
async fn send_order(client: Client, site: Site) {
    let sent = client.post(&site.url).send().await;
    match sent.and_then(reqwest::Response::error_for_status) {
        Ok(_response) => println!("ordered"),
        Err(error) => println!("failed: {}", with_causes(&error)),
    }
}

// ANCHOR: untracked
/// Version A.
pub async fn limited(client: &Client, site: &Site, timeout: Duration) {
    let order = send_order(client.clone(), site.clone());
    if time::timeout(timeout, order).await.is_err() {
        println!("no response yet");
    }
}

/// Version B.
pub async fn spawned(client: &Client, site: &Site, timeout: Duration) {
    let order = tokio::spawn(send_order(client.clone(), site.clone()));
    if time::timeout(timeout, order).await.is_err() {
        println!("no response yet");
    }
}
// ANCHOR_END: untracked

// ANCHOR: tracked
/// Version C.
pub async fn tracked(
    client: &Client,
    site: &Site,
    timeout: Duration,
    orders: &TaskTracker,
) {
    let order = orders.spawn(send_order(client.clone(), site.clone()));
    if time::timeout(timeout, order).await.is_err() {
        println!("no response yet");
    }
}
// ANCHOR_END: tracked
