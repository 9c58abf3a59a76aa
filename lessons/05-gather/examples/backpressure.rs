//! One future makes pages, and a slower one works on them. Where do the pages
//! wait?
//!
//! ```sh
//! cargo run -p lesson05 --example backpressure
//! ```
//!
//! Five hundred pages of 128 KB. A channel without a limit takes all of them right
//! away, because its `send` never waits; look at the memory. With room for eight,
//! `send` waits for room, so the producer becomes as slow as the consumer.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::println;
use memory_stats::memory_stats;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};
// ANCHOR_END: use

const PAGES: usize = 500;
const PAGE: usize = 128 * 1024;
const ROOM: usize = 8;
/// The shortest time that the work on a page takes.
const WORK: Duration = Duration::from_millis(1);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson05 --example backpressure",
        "channels with a limit and without",
    );
    println!("--- wrong: a channel without a limit ---");
    unbounded(PAGES, page, work).await.print();

    println!("\n--- right: a channel with room for eight ---");
    bounded(PAGES, ROOM, page, work).await.print();
    Ok(())
}

/// Version A.
pub async fn unbounded(
    pages: usize,
    page: fn() -> Vec<u8>,
    mut work: impl AsyncFnMut(Vec<u8>),
) -> Usage {
    let mut usage = Usage::start();
    // ANCHOR: code
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let producer = async move {
        for _ in 0..pages {
            sender.send(page()).expect("the receiver is there");
        }
        Instant::now()
    };
    let consumer = async {
        while let Some(page) = receiver.recv().await {
            usage.update(receiver.len());
            work(page).await;
        }
    };
    let (produced, ()) = tokio::join!(producer, consumer);
    // ANCHOR_END: code
    usage.finish(produced)
}

/// Version B.
pub async fn bounded(
    pages: usize,
    room: usize,
    page: fn() -> Vec<u8>,
    mut work: impl AsyncFnMut(Vec<u8>),
) -> Usage {
    let mut usage = Usage::start();
    let (sender, mut receiver) = mpsc::channel(room);
    let producer = async move {
        for _ in 0..pages {
            sender.send(page()).await.expect("the receiver is there");
        }
        Instant::now()
    };
    let consumer = async {
        while let Some(page) = receiver.recv().await {
            usage.update(receiver.len());
            work(page).await;
        }
    };
    let (produced, ()) = tokio::join!(producer, consumer);
    usage.finish(produced)
}

/// A page. Its bytes are written, so it really takes memory.
pub fn page() -> Vec<u8> {
    vec![b'a'; PAGE]
}

/// The work on a page.
pub async fn work(page: Vec<u8>) {
    sleep(WORK).await;
    drop(page);
}

/// How much waited in the channel, and what that took.
pub struct Usage {
    /// How many pages the consumer worked on.
    pub pages: usize,
    /// The most pages that waited in the channel.
    pub waiting: usize,
    /// How long the producer ran.
    pub produced: Duration,
    /// The most memory the program had beyond what it had at the start, in bytes.
    pub memory: usize,
    start: Instant,
    memory_at_start: usize,
}

impl Usage {
    fn start() -> Usage {
        Usage {
            pages: 0,
            waiting: 0,
            produced: Duration::ZERO,
            memory: 0,
            start: Instant::now(),
            memory_at_start: memory(),
        }
    }

    fn update(&mut self, waiting: usize) {
        self.pages += 1;
        self.waiting = self.waiting.max(waiting);
        let memory = memory().saturating_sub(self.memory_at_start);
        self.memory = self.memory.max(memory);
    }

    fn finish(mut self, produced: Instant) -> Usage {
        self.produced = produced - self.start;
        self
    }

    fn print(&self) {
        println!("pages:      {:>8}", self.pages);
        println!("waiting:    {:>8} at most", self.waiting);
        println!("memory:     {:>8} KB at most", self.memory / 1024);
        println!("producer:   {:>8.2} s", self.produced.as_secs_f64());
    }
}

/// The program's memory in bytes, or 0 on a system that doesn't report it.
fn memory() -> usize {
    memory_stats().map_or(0, |memory| memory.physical_mem)
}
