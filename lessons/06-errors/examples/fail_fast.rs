//! One of three fetches fails. Do you want the other two?
//!
//! ```sh
//! cargo run -p lesson06 --example fail_fast
//! ```
//!
//! The second of three pages doesn't exist, and its site says so after 0.6 s. `try_join_all` returns that error
//! immediately and drops the other futures: the server sees two clients leave. `join_all` waits for all of them. A
//! `JoinSet` can do both, because it aborts its tasks when it's dropped.
//!
//! The last runs join the *handles* of tasks. `handles` is wrong: a handle returns `Ok` whenever its task ran to
//! completion, also when the task returned an `Err`, so `try_join!` doesn't see that error. `awaited` is right: `??`
//! looks at both results.

use futures::future::{join_all, try_join_all};
use lesson_kit::{Site, println};
use lesson06::{FetchError, client, fetch_page, with_causes};
use tokio::task::{JoinError, JoinHandle, JoinSet};

// ANCHOR: fetched
/// What a fetch returns: the size of the page, or an error.
type Fetched = Result<usize, FetchError>;
// ANCHOR_END: fetched

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson06 --example fail_fast",
        "fail fast, or collect all",
    );
    let mut sites = lesson.exact_sites::<3>().clone();
    sites[1].url = format!("{}/missing", sites[1].url.trim_end_matches('/'));
    let client = client()?;

    println!("--- try_join_all ---");
    match fail_fast(&client, &sites).await {
        Ok(pages) => println!("all: {pages:?}"),
        Err(error) => println!("failed: {}", with_causes(&error)),
    }
    lesson.timeline("try_join_all").await;

    println!("\n--- join_all ---");
    for page in collect_all(&client, &sites).await {
        match page {
            Ok(bytes) => println!("{bytes} bytes"),
            Err(error) => println!("failed: {}", with_causes(&error)),
        }
    }
    lesson.timeline("join_all").await;

    println!("\n--- JoinSet ---");
    match fail_fast_with_tasks(&client, &sites).await {
        Ok(pages) => println!("all: {pages:?}"),
        Err(error) => println!("failed: {}", with_causes(&*error)),
    }
    lesson.timeline("JoinSet").await;

    println!("\n--- wrong: try_join! on handles ---");
    match handles(&client, &sites[0], &sites[1]).await {
        Ok((first, second)) => {
            println!("try_join! returned Ok");
            println!("inside: {}, {}", variant(&first), variant(&second));
        }
        Err(error) => println!("failed: {}", with_causes(&error)),
    }

    println!("\n--- right: ?? on a handle ---");
    match awaited(&client, &sites[0], &sites[1]).await {
        Ok(pages) => println!("both: {pages:?}"),
        Err(error) => println!("failed: {}", with_causes(&*error)),
    }
    Ok(())
}

fn variant(fetched: &Fetched) -> &'static str {
    if fetched.is_ok() { "Ok" } else { "Err" }
}

// ANCHOR: both
/// The sizes of all pages, or an error.
pub async fn fail_fast(
    client: &reqwest::Client,
    sites: &[Site],
) -> Result<Vec<usize>, FetchError> {
    try_join_all(sites.iter().map(|site| fetch_page(client, site))).await
}

/// A result for each page.
pub async fn collect_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Result<usize, FetchError>> {
    join_all(sites.iter().map(|site| fetch_page(client, site))).await
}
// ANCHOR_END: both

// ANCHOR: handles
/// Wrong.
pub async fn handles(
    client: &reqwest::Client,
    a: &Site,
    b: &Site,
) -> Result<(Fetched, Fetched), JoinError> {
    tokio::try_join!(spawn_fetch(client, a), spawn_fetch(client, b))
}

fn spawn_fetch(client: &reqwest::Client, site: &Site) -> JoinHandle<Fetched> {
    let (client, site) = (client.clone(), site.clone());
    tokio::spawn(async move { fetch_page(&client, &site).await })
}
// ANCHOR_END: handles

// ANCHOR: awaited
/// Right.
pub async fn awaited(
    client: &reqwest::Client,
    a: &Site,
    b: &Site,
) -> anyhow::Result<(usize, usize)> {
    tokio::try_join!(
        page_size(spawn_fetch(client, a)),
        page_size(spawn_fetch(client, b))
    )
}

/// The first `?` is for the task, the second for what it returned.
async fn page_size(task: JoinHandle<Fetched>) -> anyhow::Result<usize> {
    Ok(task.await??)
}
// ANCHOR_END: awaited

// ANCHOR: set
/// All pages in the order in which they complete, or the first error.
pub async fn fail_fast_with_tasks(
    client: &reqwest::Client,
    sites: &[Site],
) -> anyhow::Result<Vec<usize>> {
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        tasks.spawn(async move { fetch_page(&client, &site).await });
    }
    let mut pages = Vec::new();
    while let Some(fetched) = tasks.join_next().await {
        // On an error this drops the set, and the set aborts its tasks.
        pages.push(fetched??);
    }
    Ok(pages)
}
// ANCHOR_END: set
