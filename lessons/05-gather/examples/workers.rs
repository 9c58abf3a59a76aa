//! A queue and several workers: the commonest program with an `asyncio.Queue`.
//! How many of the workers work?
//!
//! ```sh
//! cargo run -p lesson05 --example workers
//! ```
//!
//! Twelve pages and three workers, in three ways: a stream and no queue, one
//! receiver that the workers share behind a lock, and a channel for each worker.
//! Look at the number of requests in flight.
//!
//! The shared receiver is there in two versions. In version A one worker works
//! and two wait. The guard that `lock` returns is a temporary value, and in the
//! head of a `while let` such a value lives until the end of the body, so a
//! worker fetches its page with the lock held. In version B the guard is dropped
//! at the end of the statement that receives.
//!
//! A channel for each worker is given its jobs in turn. It needs no lock, but a
//! worker that is slow soon keeps the others waiting: while its channel is full,
//! no job is sent to anyone.
//!
//! The Python program is `workers.py`.

// ANCHOR: use
use std::sync::Arc;

use futures::stream::{self, StreamExt};
use lesson_kit::{Site, println, with_causes};
use lesson05::{Page, client, fetch_named};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
// ANCHOR_END: use

/// How many pages there are to fetch.
const PAGES: usize = 12;
/// How many workers fetch them.
const WORKERS: usize = 3;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson05 --example workers",
        "a queue with several workers",
    );
    let client = client()?;
    let sites: Vec<_> =
        lesson.sites().iter().cycle().take(PAGES).cloned().collect();

    report(without_queue(&client, &sites).await);
    lesson.summary("no queue").await;

    report(shared(&client, &sites, worker_a).await);
    lesson.summary("a shared receiver, version A").await;

    report(shared(&client, &sites, worker_b).await);
    lesson.summary("a shared receiver, version B").await;

    report(in_turn(&client, &sites).await);
    lesson.summary("a channel for each worker").await;
    Ok(())
}

fn report(pages: Vec<Page>) {
    for Page { site, bytes } in pages {
        if let Err(error) = bytes {
            println!("{site}: {}", with_causes(&error.without_url()));
        }
    }
}

// ANCHOR: without_queue
/// No queue.
pub async fn without_queue(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Page> {
    stream::iter(sites)
        .map(|site| fetch_named(client, site))
        .buffer_unordered(WORKERS)
        .collect()
        .await
}
// ANCHOR_END: without_queue

/// One receiver for all workers.
pub async fn shared<F>(
    client: &reqwest::Client,
    sites: &[Site],
    worker: impl Fn(reqwest::Client, Jobs) -> F,
) -> Vec<Page>
where
    F: Future<Output = Vec<Page>> + Send + 'static,
{
    // ANCHOR: shared
    let (sender, receiver) = mpsc::channel(8);
    let jobs = Arc::new(Mutex::new(receiver));
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        workers.spawn(worker(client.clone(), Arc::clone(&jobs)));
    }
    for site in sites {
        sender.send(site.clone()).await.expect("a worker receives it");
    }
    drop(sender);
    workers.join_all().await.into_iter().flatten().collect()
    // ANCHOR_END: shared
}

// ANCHOR: version_a
type Jobs = Arc<Mutex<Receiver<Site>>>;

/// Version A.
pub async fn worker_a(client: reqwest::Client, jobs: Jobs) -> Vec<Page> {
    let mut pages = Vec::new();
    while let Some(site) = jobs.lock().await.recv().await {
        pages.push(fetch_named(&client, &site).await);
    }
    pages
}
// ANCHOR_END: version_a

// ANCHOR: version_b
/// Version B.
pub async fn worker_b(client: reqwest::Client, jobs: Jobs) -> Vec<Page> {
    let mut pages = Vec::new();
    loop {
        let job = jobs.lock().await.recv().await;
        let Some(site) = job else { return pages };
        pages.push(fetch_named(&client, &site).await);
    }
}
// ANCHOR_END: version_b

// ANCHOR: in_turn
/// A channel for each worker.
pub async fn in_turn(client: &reqwest::Client, sites: &[Site]) -> Vec<Page> {
    let mut workers = JoinSet::new();
    let mut senders = Vec::new();
    for _ in 0..WORKERS {
        let (sender, mut receiver) = mpsc::channel::<Site>(1);
        senders.push(sender);
        let client = client.clone();
        workers.spawn(async move {
            let mut pages = Vec::new();
            while let Some(site) = receiver.recv().await {
                pages.push(fetch_named(&client, &site).await);
            }
            pages
        });
    }
    for (site, sender) in sites.iter().zip(senders.iter().cycle()) {
        sender.send(site.clone()).await.expect("its worker receives it");
    }
    drop(senders);
    workers.join_all().await.into_iter().flatten().collect()
}
// ANCHOR_END: in_turn
