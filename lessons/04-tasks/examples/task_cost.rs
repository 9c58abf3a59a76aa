//! What does a task cost, and what does a thread?
//!
//! ```sh
//! cargo run -p lesson04 --example task_cost
//! ```
//!
//! Ten thousand tasks that do nothing wait at the same gate, and while all of
//! them wait, the program reads how much memory it uses. Then it does the same
//! with threads. These are the smallest of both: a task is as large as its
//! future, and a thread uses more of its stack when it works. So the program
//! also prints the size of a future that fetches a page.
//!
//! The figures are from one machine and a debug build.

// ANCHOR: use
use std::sync::{Arc, RwLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use lesson_kit::{Site, println};
use lesson04::{client, fetch_page};
use memory_stats::memory_stats;
use tokio::runtime::Handle;
// ANCHOR_END: use

const COUNT: usize = 10_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson04 --example task_cost",
        "what a task costs, and what a thread does",
    );
    let tasks = tasks(COUNT).await?;
    let threads = tokio::task::spawn_blocking(|| threads(COUNT)).await??;

    println!("{:<10}{:>8}{:>12}{:>12}", "", "waiting", "after", "memory");
    print_row("tasks", &tasks);
    print_row("threads", &threads);
    if threads.waiting < COUNT {
        println!("The system allowed no more threads than that.");
    }

    let (idle, fetching) = future_sizes(client()?);
    println!("\n{:<20}{:>12}", "one future", "size");
    println!("{:<20}{idle:>10} B", "waits at the gate");
    println!("{:<20}{fetching:>10} B", "fetches a page");
    Ok(())
}

/// What it took until all of them were waiting at the same time.
pub struct Cost {
    /// How many are waiting.
    pub waiting: usize,
    time: Duration,
    bytes: usize,
}

fn print_row(name: &str, cost: &Cost) {
    let milliseconds = format!("{} ms", cost.time.as_millis());
    let memory = format!("{} KB", cost.bytes / 1024);
    println!("{name:<10}{:>8}{milliseconds:>12}{memory:>12}", cost.waiting);
}

/// The memory this program uses now, in bytes.
fn memory() -> anyhow::Result<usize> {
    let stats = memory_stats().context("cannot read the memory in use")?;
    Ok(stats.physical_mem)
}

// ANCHOR: sizes
/// The sizes of two futures, in bytes: one that only waits, and one that
/// fetches a page.
pub fn future_sizes(client: reqwest::Client) -> (usize, usize) {
    let (arrived, _) = tokio::sync::mpsc::unbounded_channel();
    let idle = wait_at(Arc::default(), arrived);
    let site = Site { name: String::new(), url: String::new() };
    let fetching = fetch_page(client, site);
    (size_of_val(&idle), size_of_val(&fetching))
}
// ANCHOR_END: sizes

/// An empty task: it says that it has arrived, and waits for the gate to open.
async fn wait_at(
    gate: Arc<tokio::sync::RwLock<()>>,
    arrived: tokio::sync::mpsc::UnboundedSender<()>,
) {
    arrived.send(()).expect("the receiver waits for all of them");
    drop(arrived);
    drop(gate.read().await);
}

/// Makes this many tasks wait at the same time.
pub async fn tasks(count: usize) -> anyhow::Result<Cost> {
    let (before, start) = (memory()?, Instant::now());
    let gate = Arc::new(tokio::sync::RwLock::new(()));
    let closed = gate.write().await;
    let (arrived, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    let mut handles = Vec::new();
    for _ in 0..count {
        handles.push(tokio::spawn(wait_at(gate.clone(), arrived.clone())));
    }
    for _ in 0..count {
        arrivals.recv().await;
    }
    let cost = Cost {
        waiting: Handle::current().metrics().num_alive_tasks(),
        time: start.elapsed(),
        bytes: memory()?.saturating_sub(before),
    };
    drop(closed);
    for handle in handles {
        handle.await?;
    }
    Ok(cost)
}

/// Makes this many threads wait at the same time, or as many as the system
/// allows.
pub fn threads(count: usize) -> anyhow::Result<Cost> {
    let (before, start) = (memory()?, Instant::now());
    let gate = Arc::new(RwLock::new(()));
    let closed =
        gate.write().expect("no thread panics while it holds the gate");
    let (arrived, arrivals) = mpsc::channel();
    let mut handles = Vec::new();
    for _ in 0..count {
        let (gate, arrived) = (Arc::clone(&gate), arrived.clone());
        let thread = thread::Builder::new().spawn(move || {
            arrived.send(()).expect("the receiver waits for all of them");
            drop(
                gate.read().expect("no thread panics while it holds the gate"),
            );
        });
        let Ok(thread) = thread else { break };
        handles.push(thread);
    }
    for _ in 0..handles.len() {
        arrivals.recv()?;
    }
    let cost = Cost {
        waiting: handles.len(),
        time: start.elapsed(),
        bytes: memory()?.saturating_sub(before),
    };
    drop(closed);
    for handle in handles {
        handle.join().expect("the thread does not panic");
    }
    Ok(cost)
}
