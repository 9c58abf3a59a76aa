//! A task for each page sends it into a channel, and one loop receives. When
//! does the loop end?
//!
//! ```sh
//! cargo run -p lesson05 --example channel
//! ```
//!
//! Both versions receive all three pages. A channel ends when its last sender
//! is dropped. In version A that never happens: each task has dropped its own
//! sender, but the function that receives still has the first one, in the
//! variable `sender`. Version B drops it before it receives. A timeout ends
//! version A.
//!
//! In Python this is an `asyncio.Queue`, which doesn't end by itself. Since
//! Python 3.13 it has a `shutdown()`.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use lesson05::{Page, client, fetch_named};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
// ANCHOR_END: use

/// More time than the three pages take.
const PATIENCE: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson =
        lesson_kit::start("lesson05 --example channel", "the end of a channel");
    let client = client()?;

    println!("--- version A ---");
    report(version_a(&client, lesson.sites(), print)).await;

    println!("\n--- version B ---");
    report(version_b(&client, lesson.sites(), print)).await;
    Ok(())
}

fn print(page: Page) {
    match page.bytes {
        Ok(bytes) => println!("{}: {bytes} bytes", page.site),
        Err(error) => {
            println!("{}: {}", page.site, with_causes(&error.without_url()));
        }
    }
}

async fn report(receiving: impl Future<Output = ()>) {
    match timeout(PATIENCE, receiving).await {
        Ok(()) => println!("the loop has ended"),
        Err(_elapsed) => println!("no end after {PATIENCE:?}"),
    }
}

/// Version A.
pub async fn version_a(
    client: &reqwest::Client,
    sites: &[Site],
    mut print: impl FnMut(Page),
) {
    // ANCHOR: code
    let (sender, mut receiver) = mpsc::channel(8);
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        let sender = sender.clone();
        tasks.spawn(async move {
            let page = fetch_named(&client, &site).await;
            sender.send(page).await.expect("the receiver is there");
        });
    }
    while let Some(page) = receiver.recv().await {
        print(page);
    }
    // ANCHOR_END: code
}

/// Version B.
pub async fn version_b(
    client: &reqwest::Client,
    sites: &[Site],
    mut print: impl FnMut(Page),
) {
    let (sender, mut receiver) = mpsc::channel(8);
    let mut tasks = JoinSet::new();
    for site in sites {
        let (client, site) = (client.clone(), site.clone());
        let sender = sender.clone();
        tasks.spawn(async move {
            let page = fetch_named(&client, &site).await;
            sender.send(page).await.expect("the receiver is there");
        });
    }
    drop(sender);
    while let Some(page) = receiver.recv().await {
        print(page);
    }
}
