//! While you work on one page of a stream, do the others go on? Not if they
//! live in the stream: nobody polls it meanwhile.
//!
//! ```sh
//! cargo run -p lesson05 --example slow_consumer
//! ```
//!
//! Three sites that answer within 0.8 s, a time limit of 1 s, and half a second
//! of work on each page. In the wrong run two sites are too late, and yet the
//! server has answered all three in time. In the right run they are fetched by
//! tasks, which the runtime polls, and come through a channel.

use std::time::Duration;

use futures::stream::{self, StreamExt};
use lesson_kit::{Site, println};
use lesson05::client;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How long the work on a page takes. It waits, for a database perhaps.
const WORK: Duration = Duration::from_millis(500);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson05 --example slow_consumer",
        "a stream that nobody polls",
    );
    let client = client()?;
    let runtime = Runtime::new()?;

    println!("--- wrong: the stream waits for the work ---");
    runtime.block_on(in_a_stream(&client, lesson.sites(), work));
    lesson.blocking_timeline("the stream waits for the work");

    println!("\n--- right: tasks, and a channel ---");
    runtime.block_on(through_a_channel(&client, lesson.sites(), work));
    lesson.blocking_timeline("tasks, and a channel");
    Ok(())
}

/// A page, or why there is none.
pub type Page = (String, reqwest::Result<usize>);

async fn fetch(client: reqwest::Client, site: Site) -> Page {
    let page = async {
        let response = client.get(&site.url).send().await?;
        Ok(response.error_for_status()?.bytes().await?.len())
    };
    let result = page.await;
    (site.name, result)
}

async fn work((name, result): Page) {
    match result {
        Ok(bytes) => println!("{name}: {bytes} bytes"),
        Err(error) => println!("{name}: {}", lesson05::reason(&error)),
    }
    sleep(WORK).await;
}

// ANCHOR: wrong
/// Wrong: while `work` waits, `pages` is not polled, and the time limits of
/// what is inside go on.
pub async fn in_a_stream(
    client: &reqwest::Client,
    sites: &[Site],
    mut work: impl AsyncFnMut(Page),
) {
    let fetch = |site: &Site| fetch(client.clone(), site.clone());
    let mut pages = stream::iter(sites).map(fetch).buffer_unordered(3);
    while let Some(page) = pages.next().await {
        work(page).await;
    }
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: a task for each page, and a channel from them to the one who works.
pub async fn through_a_channel(
    client: &reqwest::Client,
    sites: &[Site],
    mut work: impl AsyncFnMut(Page),
) {
    let (sender, mut receiver) = mpsc::channel(1);
    // Dropped with this function, and then its tasks end.
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        let sender = sender.clone();
        tasks.spawn(async move {
            let page = fetch(client, site).await;
            // It fails if nobody receives any more; then nobody wants it.
            let _ = sender.send(page).await;
        });
    }
    // The channel ends when its last sender is gone.
    drop(sender);
    while let Some(page) = receiver.recv().await {
        work(page).await;
    }
}
// ANCHOR_END: right
