//! What if a task can't be `Send`? Then it has to stay on one thread, and the
//! runtime has to guarantee that it does.
//!
//! ```sh
//! cargo run -p lesson04 --example local_tasks
//! ```
//!
//! `flavor = "local"` makes `main` run on a `LocalRuntime`. On it,
//! `spawn_local` takes futures that aren't `Send`. Here the tasks share an
//! `Rc<Cell<usize>>`: a number that tasks on one thread can all change.
//!
//! Anywhere else `spawn_local` panics, unless it's called inside a `LocalSet`.

// ANCHOR: use
use std::cell::Cell;
use std::rc::Rc;

use lesson_kit::{Site, println};
use lesson04::client;
use tokio::task::JoinSet;
// ANCHOR_END: use

// ANCHOR: main
#[tokio::main(flavor = "local")]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson04 --example local_tasks",
        "tasks that stay on one thread",
    );
    let total = count_bytes(&client()?, lesson.sites()).await?;
    println!("tasks of one thread: {total} bytes");
    lesson.timeline("tasks of one thread").await;
    Ok(())
}
// ANCHOR_END: main

/// Fetches a page and adds its size to the total.
async fn add_page(
    client: reqwest::Client,
    site: Site,
    total: Rc<Cell<usize>>,
) -> reqwest::Result<()> {
    let response = client.get(&site.url).send().await?.error_for_status()?;
    let bytes = response.bytes().await?.len();
    total.set(total.get() + bytes);
    Ok(())
}

// ANCHOR: count_bytes
/// Counts the bytes of all pages with tasks that aren't `Send`.
pub async fn count_bytes(
    client: &reqwest::Client,
    sites: &[Site],
) -> anyhow::Result<usize> {
    let total = Rc::new(Cell::new(0));
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        tasks.spawn_local(add_page(client, site, Rc::clone(&total)));
    }
    while let Some(result) = tasks.join_next().await {
        result??;
    }
    Ok(total.get())
}
// ANCHOR_END: count_bytes
