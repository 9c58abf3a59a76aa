//! A task is aborted. Has it ended? And the task that it has spawned?
//!
//! ```sh
//! cargo run -p lesson07 --example abort_request
//! ```
//!
//! `abort()` asks for an end, and only of the one task. The server sees that
//! the page is served to the last byte, for the task that fetches it is
//! another. A token is passed on: it ends all that listen to it. A child of it
//! ends only those below.

use std::time::Duration;

use lesson_kit::{Site, println};
use reqwest::Client;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The pages take longer.
const LIMIT: Duration = Duration::from_millis(300);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example abort_request",
        "what abort() ends, and what a token ends",
        &["codeswithpankaj.com", "w3schools.com"],
    );
    let sites = lesson.sites();
    let runtime = Runtime::new()?;
    let client = lesson07::client()?;

    println!("--- wrong: abort() on the parent ---");
    runtime.block_on(async {
        let children = TaskTracker::new();
        let parent = parent(&client, sites, &children);
        sleep(LIMIT).await;
        println!("the parent is cancelled: {}", aborted(parent).await);
        println!("children at work: {}", children.len());
        children.wait().await;
    });
    lesson.blocking_timeline("abort() on the parent");

    println!("\n--- right: a token for all ---");
    runtime.block_on(async {
        let (children, all) = (TaskTracker::new(), CancellationToken::new());
        let tokens = sites.iter().map(|_| all.child_token()).collect();
        let parent = listening(&client, sites, tokens, &children);
        sleep(LIMIT).await;
        all.cancel();
        println!("the parent is cancelled: {}", parent.await.is_err());
        println!("children at work: {}", children.len());
    });
    lesson.blocking_timeline("a token for all");

    println!("\n--- right: a child token for one ---");
    runtime.block_on(async {
        let (children, all) = (TaskTracker::new(), CancellationToken::new());
        let one = all.child_token();
        let mut tokens = vec![one.clone()];
        tokens.resize_with(sites.len(), || all.child_token());
        let parent = listening(&client, sites, tokens, &children);
        sleep(LIMIT).await;
        one.cancel();
        println!("the parent is cancelled: {}", parent.await.is_err());
        println!("the token for all is cancelled: {}", all.is_cancelled());
    });
    lesson.blocking_timeline("a child token for one");
    Ok(())
}

async fn fetch(client: Client, site: Site) {
    let page = async {
        let response = client.get(&site.url).send().await?;
        response.error_for_status()?.bytes().await
    };
    match page.await {
        Ok(page) => println!("{}: {} bytes", site.name, page.len()),
        Err(error) => println!("{}: failed: {error}", site.name),
    }
}

// ANCHOR: parent
/// A task that spawns a task for each site, and waits for them.
pub fn parent(
    client: &Client,
    sites: &[Site],
    children: &TaskTracker,
) -> JoinHandle<()> {
    let (client, sites) = (client.clone(), sites.to_vec());
    let children = children.clone();
    tokio::spawn(async move {
        for site in sites {
            children.spawn(fetch(client.clone(), site));
        }
        children.close();
        children.wait().await;
    })
}

/// Asks a task to end, and waits until it has. Whether it was cancelled.
pub async fn aborted(task: JoinHandle<()>) -> bool {
    task.abort();
    task.await.is_err_and(|error| error.is_cancelled())
}
// ANCHOR_END: parent

// ANCHOR: listening
/// As `parent`, with a token for each child.
pub fn listening(
    client: &Client,
    sites: &[Site],
    tokens: Vec<CancellationToken>,
    children: &TaskTracker,
) -> JoinHandle<()> {
    let (client, sites) = (client.clone(), sites.to_vec());
    let children = children.clone();
    tokio::spawn(async move {
        for (site, token) in sites.into_iter().zip(tokens) {
            let (client, name) = (client.clone(), site.name.clone());
            children.spawn(async move {
                let page = fetch(client, site);
                if token.run_until_cancelled(page).await.is_none() {
                    println!("{name}: cancelled");
                }
            });
        }
        children.close();
        children.wait().await;
    })
}
// ANCHOR_END: listening
