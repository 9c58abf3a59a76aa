//! Why does `tokio::spawn` want a future that is `Send + 'static`? Because the
//! task may outlive the function that made it, and may run on another thread.
//!
//! ```sh
//! cargo run -p lesson04 --example send_static
//! ```
//!
//! The same fetches in four ways: joined, they may borrow; spawned, they own
//! what they use, by a clone or by an `Arc`; spawned on one thread, they need
//! not be `Send`. The server sees the same each time. What the compiler refuses
//! is in `compile_fail`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson04::client;
use tokio::runtime::{LocalOptions, LocalRuntime, Runtime};

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson04 --example send_static",
        "what a task may borrow",
    );
    let (client, sites) = (client()?, lesson.sites());
    let runtime = Runtime::new()?;

    let total = runtime.block_on(borrowed(&client, sites));
    println!("borrowed and joined: {total} bytes");
    lesson.blocking_timeline("borrowed and joined");

    let total = runtime.block_on(moved(&client, sites));
    println!("\nmoved into tasks: {total} bytes");
    lesson.blocking_timeline("moved into tasks");

    let total = runtime.block_on(shared(&client, sites.to_vec()));
    println!("\nshared by tasks: {total} bytes");
    lesson.blocking_timeline("shared by tasks");

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())?;
    let total = local(&runtime, &client, sites);
    println!("\ntasks of one thread: {total} bytes");
    lesson.blocking_timeline("tasks of one thread");
    Ok(())
}

/// The bytes of a page, or 0 if there is none.
async fn bytes(client: &reqwest::Client, site: &Site) -> usize {
    let page = async {
        let response = client.get(&site.url).send().await?;
        response.error_for_status()?.bytes().await
    };
    page.await.map_or(0, |page| page.len())
}

// ANCHOR: borrowed
/// Joined futures live inside this one, so they may borrow what it has.
pub async fn borrowed(client: &reqwest::Client, sites: &[Site]) -> usize {
    let pages = join_all(sites.iter().map(|site| bytes(client, site))).await;
    pages.iter().sum()
}
// ANCHOR_END: borrowed

// ANCHOR: moved
/// Each task gets a client and a site of its own. The clone of a client is a
/// second handle to the same connections.
pub async fn moved(client: &reqwest::Client, sites: &[Site]) -> usize {
    let mut tasks = Vec::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        tasks.push(tokio::spawn(async move { bytes(&client, &site).await }));
    }
    sum(tasks).await
}
// ANCHOR_END: moved

// ANCHOR: shared
/// The tasks share one list. It lives until the last of them has ended.
pub async fn shared(client: &reqwest::Client, sites: Vec<Site>) -> usize {
    let sites = Arc::new(sites);
    let mut tasks = Vec::new();
    for index in 0..sites.len() {
        let (client, sites) = (client.clone(), Arc::clone(&sites));
        tasks.push(tokio::spawn(
            async move { bytes(&client, &sites[index]).await },
        ));
    }
    sum(tasks).await
}
// ANCHOR_END: shared

async fn sum(tasks: Vec<tokio::task::JoinHandle<usize>>) -> usize {
    let mut total = 0;
    for task in tasks {
        total += task.await.expect("the task does not panic");
    }
    total
}

// ANCHOR: local
/// On a runtime that keeps to its thread, a task need not be `Send`: an `Rc`
/// will do. It still owns what it uses.
pub fn local(
    runtime: &LocalRuntime,
    client: &reqwest::Client,
    sites: &[Site],
) -> usize {
    let total = Rc::new(Cell::new(0));
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for site in sites {
            let (client, site) = (client.clone(), site.clone());
            let total = Rc::clone(&total);
            tasks.push(tokio::task::spawn_local(async move {
                let bytes = bytes(&client, &site).await;
                total.set(total.get() + bytes);
            }));
        }
        for task in tasks {
            task.await.expect("the task does not panic");
        }
    });
    total.get()
}
// ANCHOR_END: local
