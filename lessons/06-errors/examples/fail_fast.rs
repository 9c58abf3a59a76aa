//! One of three fetches fails. Do you want the other two?
//!
//! ```sh
//! cargo run -p lesson06 --example fail_fast
//! ```
//!
//! `--part 1` runs only the two that join futures, and `--part 2` only those with tasks.
//!
//! The second of three pages doesn't exist, and its site says so after 0.6 s. `try_join_all` returns that error
//! immediately and drops the other futures: the server sees two clients leave. `join_all` waits for all of them. A
//! `JoinSet` can do both, because it aborts its tasks when it's dropped.
//!
//! The wrong run joins the *handles* of tasks. A handle returns `Ok` whenever its task ran to completion, also when the
//! task returned an `Err`, so `try_join!` doesn't see that error. The right run uses a `JoinSet`, and its `??` looks at
//! both results.

// ANCHOR: use
use futures::future::{join_all, try_join_all};
use lesson_kit::{Lesson, Site, println};
use lesson06::{FetchError, client, fetch_page, with_causes};
use reqwest::Client;
use tokio::task::{JoinError, JoinSet};

type Fetched = Result<usize, FetchError>;
// ANCHOR_END: use

const SITES: [&str; 3] = ["codeswithpankaj.com", "python.org", "w3schools.com"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_in_parts(
        "lesson06 --example fail_fast",
        "fail fast, or collect all",
        &SITES,
        "part",
        2,
    );
    let mut sites = lesson.exact_sites::<3>().clone();
    sites[1].url = format!("{}/missing", sites[1].url.trim_end_matches('/'));
    let client = client()?;

    if lesson.runs(1) {
        join_futures(&lesson, &client, &sites).await;
    }
    if lesson.runs(2) {
        join_tasks(&lesson, &client, &sites).await;
    }
    Ok(())
}

async fn join_futures(lesson: &Lesson, client: &Client, sites: &[Site; 3]) {
    println!("--- try_join_all ---");
    match fail_fast(client, sites).await {
        Ok(pages) => println!("all: {pages:?}"),
        Err(error) => println!("failed: {}", with_causes(&error)),
    }
    lesson.timeline("try_join_all").await;

    println!("\n--- join_all ---");
    for page in collect_all(client, sites).await {
        match page {
            Ok(bytes) => println!("{bytes} bytes"),
            Err(error) => println!("failed: {}", with_causes(&error)),
        }
    }
    lesson.timeline("join_all").await;
}

async fn join_tasks(lesson: &Lesson, client: &Client, sites: &[Site; 3]) {
    println!("\n--- JoinSet ---");
    match fail_fast_with_tasks(client, sites).await {
        Ok(pages) => println!("all: {pages:?}"),
        Err(error) => println!("failed: {}", with_causes(&*error)),
    }
    lesson.timeline("JoinSet").await;

    println!("\n--- wrong: try_join! on handles ---");
    match handles(client, &sites[0], &sites[1]).await {
        Ok((first, second)) => {
            println!("try_join! returned Ok");
            println!("inside: {}, {}", variant(&first), variant(&second));
        }
        Err(error) => println!("failed: {}", with_causes(&error)),
    }
}

fn variant(fetched: &Fetched) -> &'static str {
    if fetched.is_ok() { "Ok" } else { "Err" }
}

// ANCHOR: both
/// The sizes of all pages, or an error.
pub async fn fail_fast(
    client: &Client,
    sites: &[Site],
) -> Result<Vec<usize>, FetchError> {
    try_join_all(sites.iter().map(|site| fetch_page(client, site))).await
}

/// A result for each page.
pub async fn collect_all(
    client: &Client,
    sites: &[Site],
) -> Vec<Result<usize, FetchError>> {
    join_all(sites.iter().map(|site| fetch_page(client, site))).await
}
// ANCHOR_END: both

// ANCHOR: handles
/// Wrong.
pub async fn handles(
    client: &Client,
    a: &Site,
    b: &Site,
) -> Result<(Fetched, Fetched), JoinError> {
    let first = tokio::spawn(fetch_owned(client.clone(), a.clone()));
    let second = tokio::spawn(fetch_owned(client.clone(), b.clone()));
    tokio::try_join!(first, second)
}

async fn fetch_owned(client: Client, site: Site) -> Fetched {
    fetch_page(&client, &site).await
}
// ANCHOR_END: handles

// ANCHOR: set
/// All pages in the order in which they complete, or the first error.
pub async fn fail_fast_with_tasks(
    client: &Client,
    sites: &[Site],
) -> anyhow::Result<Vec<usize>> {
    let mut tasks = JoinSet::new();
    for site in sites {
        tasks.spawn(fetch_owned(client.clone(), site.clone()));
    }
    let mut pages = Vec::new();
    while let Some(fetched) = tasks.join_next().await {
        pages.push(fetched??);
    }
    Ok(pages)
}
// ANCHOR_END: set
