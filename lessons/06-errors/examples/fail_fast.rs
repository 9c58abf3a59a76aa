//! One of three fetches fails. Do you want the other two?
//!
//! ```sh
//! cargo run -p lesson06 --example fail_fast
//! ```
//!
//! The second of three pages does not exist, and its site says so after 0.6 s.
//! `try_join_all` returns that error at once and drops what is not ready: the
//! server sees two clients leave. `join_all` waits for all. A `JoinSet` can do
//! both: dropped, it aborts what it holds. The last runs join the *handles* of
//! tasks: with `try_join!`, which misses the error, and with `??`.

use std::process;

use futures::future::{join_all, try_join_all};
use lesson_kit::{Site, println};
use lesson06::{FetchError, client, fetch_page, with_causes};
use tokio::runtime::Runtime;
use tokio::task::{JoinError, JoinHandle, JoinSet};

// ANCHOR: page
/// What a fetch gives.
type Page = Result<usize, FetchError>;
// ANCHOR_END: page

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson06 --example fail_fast",
        "fail fast, or collect all",
    );
    let mut sites = lesson.sites().to_vec();
    let Some(second) = sites.get_mut(1) else {
        eprintln!("fail_fast: it takes two sites; give it two URLs, or none");
        process::exit(2);
    };
    second.url = format!("{}/missing", second.url.trim_end_matches('/'));
    let client = client()?;
    let runtime = Runtime::new()?;

    println!("--- try_join_all ---");
    match runtime.block_on(fail_fast(&client, &sites)) {
        Ok(pages) => println!("all: {pages:?}"),
        Err(error) => println!("failed: {}", with_causes(&error)),
    }
    lesson.blocking_timeline("try_join_all");

    println!("\n--- join_all ---");
    for page in runtime.block_on(collect_all(&client, &sites)) {
        match page {
            Ok(bytes) => println!("{bytes} bytes"),
            Err(error) => println!("failed: {}", with_causes(&error)),
        }
    }
    lesson.blocking_timeline("join_all");

    println!("\n--- JoinSet ---");
    match runtime.block_on(fail_fast_with_tasks(&client, &sites)) {
        Ok(pages) => println!("all: {pages:?}"),
        Err(error) => println!("failed: {error:#}"),
    }
    lesson.blocking_timeline("JoinSet");

    println!("\n--- wrong: try_join! on handles ---");
    let pages = runtime.block_on(handles(&client, &sites[0], &sites[1]));
    let is_ok = if pages.is_ok() { "Ok" } else { "Err" };
    println!("try_join! gave {is_ok}");
    if let Ok((first, second)) = pages {
        println!("inside: {}, {}", ok_or_err(&first), ok_or_err(&second));
    }

    println!("\n--- right: ?? on a handle ---");
    match runtime.block_on(awaited(&client, &sites[0], &sites[1])) {
        Ok(pages) => println!("both: {pages:?}"),
        Err(error) => println!("failed: {error:#}"),
    }
    Ok(())
}

fn ok_or_err(page: &Page) -> &'static str {
    if page.is_ok() { "Ok" } else { "Err" }
}

// ANCHOR: both
/// All pages, or the first error, as soon as it is there.
pub async fn fail_fast(
    client: &reqwest::Client,
    sites: &[Site],
) -> Result<Vec<usize>, FetchError> {
    let fetch = |site| fetch_page(client, site, false);
    try_join_all(sites.iter().map(fetch)).await
}

/// A result for each.
pub async fn collect_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Page> {
    let fetch = |site| fetch_page(client, site, false);
    join_all(sites.iter().map(fetch)).await
}
// ANCHOR_END: both

// ANCHOR: set
/// All pages as they are completed, or the first error; each fetch is a task.
pub async fn fail_fast_with_tasks(
    client: &reqwest::Client,
    sites: &[Site],
) -> anyhow::Result<Vec<usize>> {
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        tasks.spawn(async move { fetch_page(&client, &site, false).await });
    }
    let mut pages = Vec::new();
    while let Some(page) = tasks.join_next().await {
        // On an error this drops the set, and the set aborts its tasks.
        pages.push(page??);
    }
    Ok(pages)
}
// ANCHOR_END: set

/// A task that fetches.
fn spawn(client: &reqwest::Client, site: &Site) -> JoinHandle<Page> {
    let (client, site) = (client.clone(), site.clone());
    tokio::spawn(async move { fetch_page(&client, &site, false).await })
}

// ANCHOR: handles
/// Wrong.
pub async fn handles(
    client: &reqwest::Client,
    a: &Site,
    b: &Site,
) -> Result<(Page, Page), JoinError> {
    tokio::try_join!(spawn(client, a), spawn(client, b))
}
// ANCHOR_END: handles

// ANCHOR: awaited
/// Right: one `?` for the task, and one for what it returned.
async fn joined(task: JoinHandle<Page>) -> anyhow::Result<usize> {
    Ok(task.await??)
}

/// Both pages, or the first error.
pub async fn awaited(
    client: &reqwest::Client,
    a: &Site,
    b: &Site,
) -> anyhow::Result<(usize, usize)> {
    tokio::try_join!(joined(spawn(client, a)), joined(spawn(client, b)))
}
// ANCHOR_END: awaited
