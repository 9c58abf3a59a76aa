//! Parsing a page is work, and there's no `.await` in it. What has to wait
//! while it runs?
//!
//! ```sh
//! cargo run -p lesson08 --example parse_blocks
//! ```
//!
//! Three times at the same time, on a runtime with one thread: fetch a page of
//! 2 MB, parse it, and fetch the page that its first link leads to. In the wrong
//! run, `parse` keeps the runtime's thread from the first byte of a page to the
//! last. In the right run it has a thread of the pool for blocking work. Look at
//! the longest time nothing else had a turn, and at when the second requests
//! arrive. The same in Python is `cargo run -p lesson08 --example gil`.

// ANCHOR: use
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use futures::future::join_all;
use lesson_kit::{Lesson, Site, println, with_causes};
use lesson08::{Page, client, fetch_page, harmless, selector};
use scraper::{Html, Selector};
use tokio::task::spawn_blocking;
use tokio::time::interval;
use url::Url;
// ANCHOR_END: use

/// How many pages are fetched and parsed at the same time.
const PAGES: usize = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example parse_blocks",
        "parsing blocks",
        &["large.example"],
    );
    let [site] = lesson.exact_sites();
    println!("--- wrong: parse on the runtime's thread ---");
    let parse =
        async |client: &_, url: &_| inline(client, url, first_link).await;
    run(&lesson, site, "on the runtime's thread", parse).await?;

    println!("\n--- right: parse on a thread of the pool ---");
    let parse =
        async |client: &_, url: &_| in_the_pool(client, url, first_link).await;
    run(&lesson, site, "on a thread of the pool", parse).await
}

static LINK: LazyLock<Selector> = LazyLock::new(|| selector("a[href]"));

/// Where the first link of a page leads to.
fn first_link(page: &Page) -> Option<Url> {
    let html = Html::parse_document(&page.text());
    let link = html.select(&LINK).next()?.attr("href")?;
    page.url.join(link).ok()
}

// ANCHOR: wrong
/// Wrong.
pub async fn inline(
    client: &reqwest::Client,
    url: &Url,
    parse: impl FnOnce(&Page) -> Option<Url>,
) -> anyhow::Result<()> {
    let page = fetch_page(client, url.as_str()).await?;
    let next = parse(&page);
    if let Some(next) = next {
        fetch_page(client, next.as_str()).await?;
    }
    Ok(())
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub async fn in_the_pool(
    client: &reqwest::Client,
    url: &Url,
    parse: impl FnOnce(&Page) -> Option<Url> + Send + 'static,
) -> anyhow::Result<()> {
    let page = fetch_page(client, url.as_str()).await?;
    let next = spawn_blocking(move || parse(&page)).await?;
    if let Some(next) = next {
        fetch_page(client, next.as_str()).await?;
    }
    Ok(())
}
// ANCHOR_END: right

/// Fetches and parses the pages at the same time, and prints how long anything
/// else on this thread had to wait.
async fn run(
    lesson: &Lesson,
    site: &Site,
    title: &str,
    visit: impl AsyncFn(&reqwest::Client, &Url) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (client, url) = (client()?, Url::parse(&site.url)?);
    let all = join_all((0..PAGES).map(|_| visit(&client, &url)));
    let (results, longest) = watched(all).await;
    for error in results.into_iter().filter_map(Result::err) {
        println!("failed: {}", harmless(&with_causes(&*error)));
    }
    println!("nothing else ran for up to {} ms", longest.as_millis());
    lesson.timeline(title).await;
    Ok(())
}

// ANCHOR: watched
/// Runs the work and, beside it, wakes up every millisecond. The longest time
/// between two wake-ups is how long everything else had to wait.
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
