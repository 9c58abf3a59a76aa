//! One task makes pages, another one works on them, and is slower. Where do the
//! pages wait?
//!
//! ```sh
//! cargo run -p lesson09 --example backpressure
//! ```
//!
//! Five hundred pages of 128 KB. A channel without a bound takes them all at
//! once; look at the memory. A channel with room for eight makes the producer
//! wait. The last two runs are about the end of a channel, which comes when the
//! last sender is gone, and not before.

use std::time::Duration;

use lesson_kit::println;
use memory_stats::memory_stats;
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

const PAGES: usize = 500;
const PAGE: usize = 128 * 1024;
const ROOM: usize = 8;
/// How long the work on a page takes, at the least.
const WORK: Duration = Duration::from_millis(1);
/// How long to wait for a value where none may come.
const PATIENCE: Duration = Duration::from_secs(1);

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson09 --example backpressure",
        "channels with a bound and without",
    );
    let runtime = Builder::new_current_thread().enable_all().build()?;

    println!("--- wrong: a channel without a bound ---");
    runtime.block_on(unbounded(PAGES)).print();

    println!("\n--- right: a channel with room for eight ---");
    runtime.block_on(bounded(PAGES)).print();

    println!("\n--- wrong: a sender is left ---");
    println!("{}", runtime.block_on(with_a_sender_left(PATIENCE)));

    println!("\n--- right: the sender is dropped ---");
    println!("{}", runtime.block_on(with_the_sender_dropped(PATIENCE)));
    Ok(())
}

// ANCHOR: unbounded
/// Wrong: `send` never waits, and the channel takes what it gets.
pub async fn unbounded(pages: usize) -> Seen {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let mut seen = Seen::now();
    let producer = async move {
        for _ in 0..pages {
            // It fails when nobody receives any more.
            if sender.send(page()).is_err() {
                break;
            }
        }
        Instant::now()
    };
    let consumer = async {
        while let Some(page) = receiver.recv().await {
            seen.look(receiver.len());
            work(page).await;
        }
    };
    let (produced, ()) = tokio::join!(producer, consumer);
    seen.end(produced)
}
// ANCHOR_END: unbounded

// ANCHOR: bounded
/// Right: `send` waits for room, so the producer is as slow as the consumer.
pub async fn bounded(pages: usize) -> Seen {
    let (sender, mut receiver) = mpsc::channel(ROOM);
    let mut seen = Seen::now();
    let producer = async move {
        for _ in 0..pages {
            if sender.send(page()).await.is_err() {
                break;
            }
        }
        Instant::now()
    };
    let consumer = async {
        while let Some(page) = receiver.recv().await {
            seen.look(receiver.len());
            work(page).await;
        }
    };
    let (produced, ()) = tokio::join!(producer, consumer);
    seen.end(produced)
}
// ANCHOR_END: bounded

// ANCHOR: work
/// A page, in memory that is really used.
fn page() -> Vec<u8> {
    vec![b'a'; PAGE]
}

async fn work(page: Vec<u8>) {
    sleep(WORK).await;
    drop(page);
}
// ANCHOR_END: work

/// What the consumer saw.
pub struct Seen {
    /// How many pages it worked on.
    pub pages: usize,
    /// The most pages that waited in the channel.
    pub waiting: usize,
    /// For how long the producer was at it.
    pub produced: Duration,
    /// The most memory that the program had more than at the start, in bytes.
    pub memory: usize,
    start: Instant,
    before: usize,
}

impl Seen {
    fn now() -> Seen {
        Seen {
            pages: 0,
            waiting: 0,
            produced: Duration::ZERO,
            memory: 0,
            start: Instant::now(),
            before: memory(),
        }
    }

    fn look(&mut self, waiting: usize) {
        self.pages += 1;
        self.waiting = self.waiting.max(waiting);
        self.memory = self.memory.max(memory().saturating_sub(self.before));
    }

    fn end(mut self, produced: Instant) -> Seen {
        self.produced = produced - self.start;
        self
    }

    fn print(&self) {
        let (done, all) = (self.produced, self.start.elapsed());
        println!("pages:      {:>8}", self.pages);
        println!("waiting:    {:>8} at the most", self.waiting);
        println!("memory:     {:>8} KB at the most", self.memory / 1024);
        println!("producer:   {:>8.2} s", done.as_secs_f64());
        println!("consumer:   {:>8.2} s", all.as_secs_f64());
    }
}

fn memory() -> usize {
    memory_stats().map_or(0, |memory| memory.physical_mem)
}

// ANCHOR: end
/// Wrong: each task has a sender and drops it. This function has one, too.
pub async fn with_a_sender_left(patience: Duration) -> String {
    let (sender, receiver) = mpsc::channel(ROOM);
    for number in 0..3 {
        tokio::spawn(send(sender.clone(), number));
    }
    receive(receiver, patience).await
}

/// Right: those of the tasks are the only ones left.
pub async fn with_the_sender_dropped(patience: Duration) -> String {
    let (sender, receiver) = mpsc::channel(ROOM);
    for number in 0..3 {
        tokio::spawn(send(sender.clone(), number));
    }
    drop(sender);
    receive(receiver, patience).await
}
// ANCHOR_END: end

async fn send(sender: mpsc::Sender<u32>, number: u32) {
    // It fails when nobody receives any more; then nobody wants it.
    let _ = sender.send(number).await;
}

// ANCHOR: receive
/// Receives until the end; or until nothing comes for as long as `patience`.
async fn receive(
    mut receiver: mpsc::Receiver<u32>,
    patience: Duration,
) -> String {
    let mut values = 0;
    loop {
        match timeout(patience, receiver.recv()).await {
            Ok(Some(_)) => values += 1,
            Ok(None) => return format!("{values} values, and the end"),
            Err(_elapsed) => {
                let senders = receiver.sender_strong_count();
                return format!("{values} values, no end; senders: {senders}");
            }
        }
    }
}
// ANCHOR_END: receive
