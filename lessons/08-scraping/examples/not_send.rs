//! A parsed page is not `Send`: it must not change threads. How does a task
//! parse a page, then?
//!
//! ```sh
//! cargo run -p lesson08 --example not_send
//! ```
//!
//! Three ways, and the same titles from each: what the compiler minds is a page
//! that is there *while the task waits*. What it refuses is in `compile_fail`.

use lesson_kit::{Site, println};
use lesson08::{Page, client, fetch, harmless, title, title_in};
use reqwest::Client;
use scraper::Html;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinSet, spawn_blocking};

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson08 --example not_send",
        "pages parsed in tasks",
    );
    let (client, sites) = (client()?, lesson.sites());
    let runtime = Runtime::new()?;

    println!("--- in a block ---");
    tell(runtime.block_on(titles(&client, sites, |page, found| {
        in_a_block(page, found)
    })));
    lesson.blocking_summary("in a block");

    println!("\n--- in a function ---");
    tell(runtime.block_on(titles(&client, sites, |page, found| {
        in_a_function(page, found)
    })));
    lesson.blocking_summary("in a function");

    println!("\n--- in spawn_blocking ---");
    tell(runtime.block_on(titles(&client, sites, |page, found| {
        elsewhere(page, found)
    })));
    lesson.blocking_summary("in spawn_blocking");
    Ok(())
}

fn tell(mut titles: Vec<String>) {
    titles.sort();
    for title in titles {
        println!("{title}");
    }
}

/// Where a task puts the titles that it finds.
type Found = Sender<Option<String>>;

// ANCHOR: block
/// The page is gone at the end of the block, and the await comes after it.
pub async fn in_a_block(page: Page, found: Found) {
    let title = {
        let html = Html::parse_document(&page.text());
        title_in(&html)
    };
    let _ = found.send(title).await;
}
// ANCHOR_END: block

// ANCHOR: function
/// The page lives in a function that is not async; see `title` in src/lib.rs.
pub async fn in_a_function(page: Page, found: Found) {
    let title = title(&page);
    let _ = found.send(title).await;
}
// ANCHOR_END: function

// ANCHOR: elsewhere
/// The page lives on another thread, and the task waits for its title.
pub async fn elsewhere(page: Page, found: Found) {
    let title = spawn_blocking(move || title(&page)).await;
    // An error is a parser that panicked, which has printed why.
    let _ = found.send(title.unwrap_or_default()).await;
}
// ANCHOR_END: elsewhere

/// The titles of all sites, each by a task that parses in this way.
pub async fn titles<Parse, Parsed>(
    client: &Client,
    sites: &[Site],
    parse: Parse,
) -> Vec<String>
where
    Parse: Fn(Page, Found) -> Parsed + Copy + Send + 'static,
    Parsed: Future<Output = ()> + Send,
{
    let (found, mut titles): (Found, Receiver<_>) = channel(1);
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        let found = found.clone();
        tasks.spawn(async move {
            match fetch(&client, &site.url).await {
                Ok(page) => parse(page, found).await,
                Err(error) => {
                    let error = format!("{:#}", anyhow::Error::from(error));
                    println!("{}: {}", site.name, harmless(&error));
                }
            }
        });
    }
    drop(found);
    let mut all = Vec::new();
    while let Some(title) = titles.recv().await {
        all.extend(title);
    }
    all
}
