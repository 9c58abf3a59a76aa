//! Two stages hand work to each other through channels of small capacity. When
//! do they deadlock?
//!
//! ```sh
//! cargo run -p lesson10 --example circle
//! ```
//!
//! The fourth step towards a link checker: its crawl loop, with everything else
//! taken away. A page is a number, and each page has links to three others. The
//! wrong run sends everything it has before it receives. Once both channels are
//! full, each stage waits for the other to make room. The right run sends or
//! receives, whichever is possible first. Look at how far the wrong run gets,
//! and at what's in the channels then.

// ANCHOR: use
use std::collections::VecDeque;
use std::time::Duration;

use lesson_kit::println;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;
// ANCHOR_END: use

/// How many values each channel holds.
const CAPACITY: usize = 4;
/// How many pages there are.
const PAGES: usize = 1_000;
/// The timeout for a crawl. Nothing in it takes time except a deadlock.
const TIMEOUT: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web("lesson10 --example circle", "a cycle of channels");

    println!("--- wrong: send, then receive ---");
    print_crawl(run(send_then_receive).await);

    println!("\n--- right: send or receive ---");
    print_crawl(run(send_or_receive).await);
    Ok(())
}

/// How far a crawl got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Crawl {
    /// Pages whose links came back.
    pub visited: usize,
    /// Pages that were sent and whose links haven't come back.
    pub in_flight: usize,
    /// Whether the crawl finished before the timeout.
    pub is_finished: bool,
}

fn print_crawl(crawl: Crawl) {
    let Crawl { visited, in_flight, is_finished } = crawl;
    let end = if is_finished { "finished" } else { "deadlocked" };
    println!("{visited} pages visited, {in_flight} in flight: {end}");
}

/// Runs both stages until the crawl is finished or the timeout expires.
pub async fn run(
    crawl_stage: impl AsyncFn(Sender<usize>, Receiver<Vec<usize>>, &mut Crawl),
) -> Crawl {
    let (jobs_in, jobs) = channel(CAPACITY);
    let (links_in, links) = channel(CAPACITY);
    let mut crawl = Crawl::default();
    let both = async {
        tokio::join!(
            crawl_stage(jobs_in, links, &mut crawl),
            page_stage(jobs, links_in),
        );
    };
    let is_finished = timeout(TIMEOUT, both).await.is_ok();
    Crawl { is_finished, ..crawl }
}

// ANCHOR: pages
/// The other stage: receives a page and sends its links.
async fn page_stage(mut jobs: Receiver<usize>, found: Sender<Vec<usize>>) {
    while let Some(page) = jobs.recv().await {
        let links = (3 * page + 1)..=(3 * page + 3);
        let links = links.filter(|link| *link < PAGES).collect();
        if found.send(links).await.is_err() {
            return;
        }
    }
}
// ANCHOR_END: pages

// ANCHOR: wrong
/// Wrong.
pub async fn send_then_receive(
    jobs: Sender<usize>,
    mut links: Receiver<Vec<usize>>,
    crawl: &mut Crawl,
) {
    let mut waiting = VecDeque::from([0]);
    loop {
        while let Some(page) = waiting.pop_front() {
            if jobs.send(page).await.is_err() {
                return;
            }
            crawl.in_flight += 1;
        }
        if crawl.in_flight == 0 {
            return;
        }
        let Some(found) = links.recv().await else { return };
        crawl.in_flight -= 1;
        crawl.visited += 1;
        waiting.extend(found);
    }
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub async fn send_or_receive(
    jobs: Sender<usize>,
    mut links: Receiver<Vec<usize>>,
    crawl: &mut Crawl,
) {
    let mut waiting = VecDeque::from([0]);
    while !waiting.is_empty() || crawl.in_flight > 0 {
        tokio::select! {
            permit = jobs.reserve(), if !waiting.is_empty() => {
                let Ok(permit) = permit else { return };
                let Some(page) = waiting.pop_front() else { return };
                permit.send(page);
                crawl.in_flight += 1;
            }
            found = links.recv() => {
                let Some(found) = found else { return };
                crawl.in_flight -= 1;
                crawl.visited += 1;
                waiting.extend(found);
            }
        }
    }
}
// ANCHOR_END: right
