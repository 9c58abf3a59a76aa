//! A task owns a cache, and other tasks send it requests. How often is a page
//! fetched that several tasks need at the same time?
//!
//! ```sh
//! cargo run -p lesson05 --example actor
//! ```
//!
//! Six tasks need three pages, two tasks each, and all of them ask the cache at
//! the same time. The server sees three requests, one after another. The cache is
//! a variable of a single task, an **actor**, which takes one message at a time,
//! so it needs no lock: by the time it takes the second request for a page, the
//! page is in the cache. The price is that a slow page holds up every request
//! behind it.

// ANCHOR: use
use std::collections::HashMap;

use lesson_kit::{Site, println};
use lesson05::{client, fetch_page};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson05 --example actor",
        "a task that owns a cache",
    );
    println!("--- six tasks, three pages ---");
    let cache = Cache::start(client()?);
    let mut tasks = JoinSet::new();
    for site in lesson.sites().iter().chain(lesson.sites()).cloned() {
        let cache = cache.clone();
        tasks.spawn(async move {
            let bytes = cache.size(&site).await?;
            println!("{}: {bytes} bytes", site.name);
            anyhow::Ok(())
        });
    }
    while let Some(asked) = tasks.join_next().await {
        asked??;
    }
    lesson.summary("six tasks, three pages").await;
    Ok(())
}

// ANCHOR: actor
/// A message to the actor: whose page, and where to send its size.
struct Request {
    site: Site,
    reply: oneshot::Sender<reqwest::Result<usize>>,
}

/// The actor.
async fn run(client: reqwest::Client, mut requests: mpsc::Receiver<Request>) {
    let mut sizes = HashMap::new();
    while let Some(Request { site, reply }) = requests.recv().await {
        let size = match sizes.get(&site.url) {
            Some(&bytes) => Ok(bytes),
            None => fetch_page(&client, &site).await,
        };
        if let Ok(bytes) = size {
            sizes.insert(site.url, bytes);
        }
        // Fails only if the caller has stopped waiting. `let _ =` ignores that.
        let _ = reply.send(size);
    }
}
// ANCHOR_END: actor

/// The handle through which other tasks reach the actor.
#[derive(Clone)]
pub struct Cache {
    requests: mpsc::Sender<Request>,
}

impl Cache {
    /// Starts the actor.
    // ANCHOR: handle
    pub fn start(client: reqwest::Client) -> Cache {
        let (requests, receiver) = mpsc::channel(8);
        tokio::spawn(run(client, receiver));
        Cache { requests }
    }

    /// The size of a site's page.
    pub async fn size(&self, site: &Site) -> anyhow::Result<usize> {
        let (reply, response) = oneshot::channel();
        let request = Request { site: site.clone(), reply };
        self.requests.send(request).await?;
        Ok(response.await??)
    }
    // ANCHOR_END: handle
}
