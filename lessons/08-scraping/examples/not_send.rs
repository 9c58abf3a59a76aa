//! A parsed page isn't `Send`: it must not move to another thread. How does a
//! task parse a page, then?
//!
//! ```sh
//! cargo run -p lesson08 --example not_send
//! ```
//!
//! There are three ways, and all give the same titles. The compiler objects
//! only to a parsed page that's alive *while the task waits*. The programs it
//! rejects are in `compile_fail`.

// ANCHOR: use
use lesson_kit::{Lesson, Site, println, with_causes};
use lesson08::{Page, client, fetch_page, harmless, title, title_in};
use reqwest::Client;
use scraper::Html;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinError, JoinSet, spawn_blocking};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson08 --example not_send",
        "pages parsed in tasks",
    );
    let (client, sites) = (client()?, lesson.sites());

    println!("--- in a block ---");
    let found = titles(&client, sites, in_a_block).await?;
    report(&lesson, "in a block", found).await;

    println!("\n--- in a function ---");
    let found = titles(&client, sites, in_a_function).await?;
    report(&lesson, "in a function", found).await;

    println!("\n--- in spawn_blocking ---");
    let found = titles(&client, sites, in_spawn_blocking).await?;
    report(&lesson, "in spawn_blocking", found).await;
    Ok(())
}

async fn report(lesson: &Lesson, heading: &str, mut titles: Vec<String>) {
    titles.sort();
    for title in titles {
        println!("{title}");
    }
    lesson.summary(heading).await;
}

/// The channel for the titles.
type Found = Sender<Option<String>>;

// ANCHOR: block
/// The parsed page is gone at the end of the block, before the `.await`.
pub async fn in_a_block(page: Page, found: Found) -> anyhow::Result<()> {
    let title = {
        let html = Html::parse_document(&page.text());
        title_in(&html)
    };
    Ok(found.send(title).await?)
}
// ANCHOR_END: block

// ANCHOR: function
/// The parsed page lives in `title` (see src/lib.rs), which isn't async.
pub async fn in_a_function(page: Page, found: Found) -> anyhow::Result<()> {
    let title = title(&page);
    Ok(found.send(title).await?)
}
// ANCHOR_END: function

// ANCHOR: spawn_blocking
/// The parsed page lives on another thread, and the task waits for its title.
pub async fn in_spawn_blocking(page: Page, found: Found) -> anyhow::Result<()> {
    let title = spawn_blocking(move || title(&page)).await?;
    Ok(found.send(title).await?)
}
// ANCHOR_END: spawn_blocking

/// The titles of all sites. Each site has a task, which parses its page in this
/// way. A site that fails is printed.
pub async fn titles<Parse, Parsed>(
    client: &Client,
    sites: &[Site],
    parse: Parse,
) -> Result<Vec<String>, JoinError>
where
    Parse: Fn(Page, Found) -> Parsed + Copy + Send + 'static,
    Parsed: Future<Output = anyhow::Result<()>> + Send,
{
    let (found, mut titles): (Found, Receiver<_>) = channel(1);
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        let found = found.clone();
        tasks.spawn(async move {
            let done = match fetch_page(&client, &site.url).await {
                Ok(page) => parse(page, found).await,
                Err(error) => Err(error.into()),
            };
            if let Err(error) = done {
                let error = harmless(&with_causes(&*error));
                println!("{}: {error}", site.name);
            }
        });
    }
    // The channel ends when the last task has dropped its sender.
    drop(found);
    let mut all = Vec::new();
    while let Some(title) = titles.recv().await {
        all.extend(title);
    }
    while let Some(task) = tasks.join_next().await {
        task?;
    }
    Ok(all)
}
