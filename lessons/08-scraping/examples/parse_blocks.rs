//! Parsing a page is work, and an `.await` is nowhere in it. Who waits
//! meanwhile?
//!
//! ```sh
//! cargo run -p lesson08 --example parse_blocks
//! ```
//!
//! Three times at once: fetch a page of 2 MB, parse it, and fetch the page that
//! its first link leads to. Look at the longest time for which nothing else on
//! this thread had its turn, and at when the second requests arrive.

use std::time::{Duration, Instant};

use futures::future::join_all;
use lesson_kit::{Lesson, println};
use lesson08::{Page, client, fetch, selector};
use scraper::Html;
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;
use tokio::time::interval;
use url::Url;

/// So often at once.
const TASKS: usize = 3;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example parse_blocks",
        "parsing blocks",
        &["large.example"],
    );
    println!("--- wrong: parse on the runtime's thread ---");
    run(&lesson, "on the runtime's thread", async |client, url| {
        here(client, url, first_link).await
    })?;
    println!("\n--- right: parse on a thread for such work ---");
    run(&lesson, "on a thread for such work", async |client, url| {
        elsewhere(client, url, first_link).await
    })?;
    Ok(())
}

/// What is to be found on a page: where its first link leads to.
fn first_link(page: &Page) -> Option<Url> {
    let html = Html::parse_document(&page.text());
    let link = html.select(&selector("a[href]")).next()?.attr("href")?;
    page.url.join(link).ok()
}

// ANCHOR: wrong
/// Wrong: from the first byte of the page to the last, `parse` has the thread.
pub async fn here(
    client: &reqwest::Client,
    url: &Url,
    parse: impl FnOnce(&Page) -> Option<Url>,
) -> anyhow::Result<()> {
    let page = fetch(client, url.as_str()).await?;
    let next = parse(&page);
    if let Some(next) = next {
        fetch(client, next.as_str()).await?;
    }
    Ok(())
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: `parse` has a thread of the pool for what blocks.
pub async fn elsewhere(
    client: &reqwest::Client,
    url: &Url,
    parse: impl FnOnce(&Page) -> Option<Url> + Send + 'static,
) -> anyhow::Result<()> {
    let page = fetch(client, url.as_str()).await?;
    let next = spawn_blocking(move || parse(&page)).await?;
    if let Some(next) = next {
        fetch(client, next.as_str()).await?;
    }
    Ok(())
}
// ANCHOR_END: right

/// Runs three of these at once on a runtime with one thread, and tells how long
/// anything else had to wait.
fn run(
    lesson: &Lesson,
    title: &str,
    work: impl AsyncFn(&reqwest::Client, &Url) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(site) = lesson.sites().first() else { return Ok(()) };
    let (client, url) = (client()?, Url::parse(&site.url)?);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let all = join_all((0..TASKS).map(|_| work(&client, &url)));
    let (results, longest) = runtime.block_on(watched(all));
    for error in results.into_iter().filter_map(Result::err) {
        println!("failed: {}", lesson08::harmless(&format!("{error:#}")));
    }
    println!("the longest wait of all else: {} ms", longest.as_millis());
    lesson.blocking_timeline(title);
    Ok(())
}

// ANCHOR: watched
/// Does the work, and beside it looks at the clock every millisecond. The
/// longest time between two looks is how long all else had to wait.
async fn watched<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let mut ticks = interval(Duration::from_millis(1));
    let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
    let mut work = std::pin::pin!(work);
    loop {
        let done = tokio::select! {
            done = &mut work => Some(done),
            _ = ticks.tick() => None,
        };
        longest = longest.max(last.elapsed());
        last = Instant::now();
        if let Some(done) = done {
            return (done, longest);
        }
    }
}
// ANCHOR_END: watched
