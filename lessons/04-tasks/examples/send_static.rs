//! Why does `tokio::spawn` require a future that is `Send + 'static`? Because
//! the task may outlive the function that spawned it, and may move to a
//! different thread.
//!
//! ```sh
//! cargo run -p lesson04 --example send_static
//! ```
//!
//! The same fetches in three ways. Joined futures may borrow, because they live
//! inside the future that joins them. Tasks own what they use: a clone each, or
//! a share of an `Arc`. The server sees the same three requests in flight each
//! time. The programs in `compile_fail` show what the compiler refuses.

// ANCHOR: use
use std::sync::Arc;

use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson04::client;
use tokio::task::JoinSet;
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson04 --example send_static",
        "what a task may borrow",
    );
    let (client, sites) = (client()?, lesson.sites());

    let total = borrowed(&client, sites).await?;
    println!("borrowed and joined: {total} bytes");
    lesson.timeline("borrowed and joined").await;

    let total = moved(&client, sites).await?;
    println!("\nmoved into tasks: {total} bytes");
    lesson.timeline("moved into tasks").await;

    let total = shared(&client, sites.to_vec()).await?;
    println!("\nshared by tasks: {total} bytes");
    lesson.timeline("shared by tasks").await;
    Ok(())
}

// ANCHOR: helpers
/// Fetches a page and returns its size.
async fn page_size(
    client: &reqwest::Client,
    site: &Site,
) -> reqwest::Result<usize> {
    let response = client.get(&site.url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

/// Waits for all tasks and adds up what they return.
async fn sum(
    mut tasks: JoinSet<reqwest::Result<usize>>,
) -> anyhow::Result<usize> {
    let mut total = 0;
    while let Some(size) = tasks.join_next().await {
        total += size??;
    }
    Ok(total)
}
// ANCHOR_END: helpers

// ANCHOR: borrowed
/// Borrows the client and the sites.
pub async fn borrowed(
    client: &reqwest::Client,
    sites: &[Site],
) -> anyhow::Result<usize> {
    let pages = sites.iter().map(|site| page_size(client, site));
    let mut total = 0;
    for size in join_all(pages).await {
        total += size?;
    }
    Ok(total)
}
// ANCHOR_END: borrowed

// ANCHOR: moved
/// Each task owns a client and a site. Cloning a client is cheap: the clone uses
/// the same connections.
pub async fn moved(
    client: &reqwest::Client,
    sites: &[Site],
) -> anyhow::Result<usize> {
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        tasks.spawn(async move { page_size(&client, &site).await });
    }
    sum(tasks).await
}
// ANCHOR_END: moved

// ANCHOR: shared
/// The tasks share one list, which is freed when the last of them has ended.
pub async fn shared(
    client: &reqwest::Client,
    sites: Vec<Site>,
) -> anyhow::Result<usize> {
    let sites = Arc::new(sites);
    let mut tasks = JoinSet::new();
    for index in 0..sites.len() {
        let (client, sites) = (client.clone(), Arc::clone(&sites));
        tasks.spawn(async move { page_size(&client, &sites[index]).await });
    }
    sum(tasks).await
}
// ANCHOR_END: shared
