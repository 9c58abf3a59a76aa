//! An order has been sent, and then somebody loses patience. Is it ordered?
//!
//! ```sh
//! cargo run -p lesson07 --example shield
//! ```
//!
//! A time limit drops the request while the server works on it, and nobody
//! knows whether it was done. What must come to its end belongs in a task of
//! its own, and the program must not end before that task. In Python it is
//! `asyncio.shield`, and a reference that somebody keeps.

use std::time::Duration;

use lesson_kit::{Site, println};
use reqwest::Client;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// How long one waits for the answer to an order; it takes 0.6 s.
const LIMIT: Duration = Duration::from_millis(300);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example shield",
        "what must come to its end",
        &["python.org"],
    );
    let [site, ..] = lesson.sites() else {
        anyhow::bail!("it takes a site");
    };

    println!("--- wrong: a limit around the order ---");
    run(async { limited(&lesson07::client()?, site, LIMIT).await })?;
    lesson.blocking_timeline("a limit around the order");

    println!("\n--- wrong: a task, and nobody waits ---");
    run(async { spawned(&lesson07::client()?, site, LIMIT).await })?;
    lesson.blocking_timeline("a task, and nobody waits");

    println!("\n--- right: a task, tracked ---");
    run(async {
        let orders = TaskTracker::new();
        tracked(&lesson07::client()?, site, LIMIT, &orders).await?;
        // The end of the program: no more orders, and those there are.
        println!("waiting for {} order", orders.len());
        orders.close();
        orders.wait().await;
        Ok(())
    })?;
    lesson.blocking_timeline("a task, tracked");
    Ok(())
}

#[tokio::main]
async fn run(
    work: impl Future<Output = reqwest::Result<()>>,
) -> reqwest::Result<()> {
    work.await
}

/// Sends an order, and waits for the answer.
async fn order(client: Client, site: Site) {
    let sent = client.post(&site.url).send().await;
    match sent.and_then(reqwest::Response::error_for_status) {
        Ok(_) => println!("ordered"),
        Err(error) => println!("failed: {error}"),
    }
}

// ANCHOR: wrong
/// Wrong: the limit drops the order.
pub async fn limited(
    client: &Client,
    site: &Site,
    limit: Duration,
) -> reqwest::Result<()> {
    let order = order(client.clone(), site.clone());
    if timeout(limit, order).await.is_err() {
        println!("no answer yet");
    }
    Ok(())
}
// ANCHOR_END: wrong

// ANCHOR: spawned
/// Wrong: the limit drops a handle, and the end of the program the order.
pub async fn spawned(
    client: &Client,
    site: &Site,
    limit: Duration,
) -> reqwest::Result<()> {
    let order = tokio::spawn(order(client.clone(), site.clone()));
    if timeout(limit, order).await.is_err() {
        println!("no answer yet");
    }
    Ok(())
}
// ANCHOR_END: spawned

// ANCHOR: tracked
/// Right: the limit drops a handle, and `orders` knows of the task.
pub async fn tracked(
    client: &Client,
    site: &Site,
    limit: Duration,
    orders: &TaskTracker,
) -> reqwest::Result<()> {
    let order = orders.spawn(order(client.clone(), site.clone()));
    if timeout(limit, order).await.is_err() {
        println!("no answer yet");
    }
    Ok(())
}
// ANCHOR_END: tracked
