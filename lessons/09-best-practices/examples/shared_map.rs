//! Three tasks add to one map. When do they hold its lock?
//!
//! ```sh
//! cargo run -p lesson09 --example shared_map
//! ```
//!
//! Each task fetches the same page and adds its size to the site's total. In both
//! versions the lock is held for a statement and never while a task waits. Look at
//! the totals: version B reads the total before it waits and writes it afterwards.
//! By then the other tasks have read the same old value, so all but one of the
//! pages are lost. Reading and writing belong under one lock. It's the same in
//! asyncio, where there's no lock that could mislead you.

// ANCHOR: use
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use lesson_kit::{Site, println};
use lesson09::fetch_page;
use reqwest::Client;
use tokio::task::JoinSet;
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson09 --example shared_map",
        "a map that tasks share",
        &["python.org"],
    );
    let [site] = lesson.exact_sites();
    println!("--- version A ---");
    println!("{:?}", three_tasks(site, fetch_then_add).await?);

    println!("\n--- version B ---");
    println!("{:?}", three_tasks(site, read_fetch_write).await?);
    Ok(())
}

// ANCHOR: totals
/// The bytes of each site.
pub type Totals = Arc<Mutex<HashMap<String, usize>>>;
// ANCHOR_END: totals

/// Adds a page's bytes to its site's total. Version A.
pub async fn fetch_then_add(
    client: Client,
    site: Site,
    totals: Totals,
) -> reqwest::Result<()> {
    // ANCHOR: version_a
    // Version A.
    let bytes = fetch_page(&client, &site).await?;
    let mut map = totals.lock().expect("nothing panics while it's locked");
    *map.entry(site.name).or_default() += bytes;
    // ANCHOR_END: version_a
    Ok(())
}

/// Adds a page's bytes to its site's total. Version B.
pub async fn read_fetch_write(
    client: Client,
    site: Site,
    totals: Totals,
) -> reqwest::Result<()> {
    // ANCHOR: version_b
    // Version B.
    let lock = || totals.lock().expect("nothing panics while it's locked");
    let before = lock().get(&site.name).copied().unwrap_or(0);
    let bytes = fetch_page(&client, &site).await?;
    lock().insert(site.name, before + bytes);
    // ANCHOR_END: version_b
    Ok(())
}

// ANCHOR: three_tasks
/// Calls `add` in three tasks that share a client and a map. Returns the map.
pub async fn three_tasks<F>(
    site: &Site,
    add: fn(Client, Site, Totals) -> F,
) -> anyhow::Result<HashMap<String, usize>>
where
    F: Future<Output = reqwest::Result<()>> + Send + 'static,
{
    let (client, totals) = (lesson09::client()?, Totals::default());
    let mut tasks = JoinSet::new();
    for _ in 0..3 {
        tasks.spawn(add(client.clone(), site.clone(), Arc::clone(&totals)));
    }
    while let Some(result) = tasks.join_next().await {
        result??;
    }
    let map = totals.lock().expect("nothing panics while it's locked");
    Ok(map.clone())
}
// ANCHOR_END: three_tasks
