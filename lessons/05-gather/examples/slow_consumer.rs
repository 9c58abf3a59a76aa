//! While you work on one page of a stream, do the other fetches make progress?
//!
//! ```sh
//! cargo run -p lesson05 --example slow_consumer
//! ```
//!
//! Three sites that respond within 0.8 s, a timeout of 1 s, and half a second
//! of work on each page. In the wrong run two pages time out, although the
//! server has sent all three in time: the fetches live in the stream, and the
//! stream isn't polled while the loop awaits the work, but their timeouts keep
//! running. In the right runs something else polls the fetches. If the work on
//! several pages may overlap, it can be a part of the future in the stream. If
//! it has to be done page by page, tasks fetch the pages and send them through
//! a channel.

// ANCHOR: use
use std::time::Duration;

use futures::stream::{self, StreamExt};
use lesson_kit::{Site, println, with_causes};
use lesson05::{Page, client, fetch_named};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;
// ANCHOR_END: use

/// How long the work on a page takes. It waits, perhaps for a database.
const WORK: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson05 --example slow_consumer",
        "a stream that isn't polled",
    );
    let client = client()?;

    println!("--- wrong: the stream waits for the work ---");
    in_a_stream(&client, lesson.sites(), work).await;
    lesson.timeline("the stream waits for the work").await;

    println!("\n--- right: the work may overlap ---");
    overlapping(&client, lesson.sites(), work).await;
    lesson.summary("the work may overlap").await;

    println!("\n--- right: tasks, and a channel ---");
    through_a_channel(&client, lesson.sites(), work).await;
    lesson.timeline("tasks, and a channel").await;
    Ok(())
}

async fn work(page: Page) {
    match page.bytes {
        Ok(bytes) => println!("{}: {bytes} bytes", page.site),
        Err(error) => {
            let error = with_causes(&error.without_url());
            println!("{}: {error}", page.site);
        }
    }
    sleep(WORK).await;
}

/// Wrong.
pub async fn in_a_stream(
    client: &reqwest::Client,
    sites: &[Site],
    mut work: impl AsyncFnMut(Page),
) {
    // ANCHOR: wrong
    let mut pages = stream::iter(sites)
        .map(|site| fetch_named(client, site))
        .buffer_unordered(3);
    while let Some(page) = pages.next().await {
        work(page).await;
    }
    // ANCHOR_END: wrong
}

/// Right, if the work on several pages may overlap.
pub async fn overlapping(
    client: &reqwest::Client,
    sites: &[Site],
    work: impl AsyncFn(Page),
) {
    // ANCHOR: overlapping
    stream::iter(sites)
        .for_each_concurrent(3, async |site| {
            work(fetch_named(client, site).await).await;
        })
        .await;
    // ANCHOR_END: overlapping
}

/// Right, if the work has to be done page by page.
pub async fn through_a_channel(
    client: &reqwest::Client,
    sites: &[Site],
    mut work: impl AsyncFnMut(Page),
) {
    let (sender, mut receiver) = mpsc::channel(1);
    // Dropping this function's future drops the set, which aborts its tasks.
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        let sender = sender.clone();
        tasks.spawn(async move {
            let page = fetch_named(&client, &site).await;
            // Fails only if the receiver is gone, and with it the need for
            // pages.
            let _ = sender.send(page).await;
        });
    }
    // The channel ends when its last sender is dropped.
    drop(sender);
    while let Some(page) = receiver.recv().await {
        work(page).await;
    }
    // Panics if a task has panicked.
    tasks.join_all().await;
}
