//! What does a task cost, and what a thread?
//!
//! ```sh
//! cargo run -p lesson04 --example task_cost
//! ```
//!
//! Ten thousand of each wait for the same gate, and while all of them wait, the
//! memory of this process is read. The figures are those of one machine and a
//! debug build; what counts is how far they are apart.

use std::sync::{Arc, RwLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use lesson_kit::println;
use memory_stats::memory_stats;
use tokio::runtime::Handle;

const MANY: usize = 10_000;

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson04 --example task_cost",
        "what a task costs, and what a thread",
    );
    let runtime = tokio::runtime::Runtime::new()?;
    let tasks = runtime.block_on(tasks(MANY));
    let threads = threads(MANY);

    println!("{:<10}{:>8}{:>12}{:>12}", "", "made", "in", "memory");
    row("tasks", &tasks);
    row("threads", &threads);
    if threads.made < MANY {
        println!("The system allowed no more threads than that.");
    }
    Ok(())
}

/// What it took to have so many wait at once.
pub struct Cost {
    /// How many there were.
    pub made: usize,
    time: Duration,
    bytes: usize,
}

fn row(what: &str, cost: &Cost) {
    let milliseconds = format!("{} ms", cost.time.as_millis());
    let memory = format!("{} KB", cost.bytes / 1024);
    println!("{what:<10}{:>8}{milliseconds:>12}{memory:>12}", cost.made);
}

fn memory() -> usize {
    memory_stats().map_or(0, |memory| memory.physical_mem)
}

// ANCHOR: tasks
/// So many tasks, all waiting at the same time.
pub async fn tasks(many: usize) -> Cost {
    let (before, start) = (memory(), Instant::now());
    let gate = Arc::new(tokio::sync::RwLock::new(()));
    let closed = gate.write().await;
    let mut handles = Vec::new();
    let (here, mut all_here) = tokio::sync::mpsc::unbounded_channel();
    for _ in 0..many {
        let (gate, here) = (Arc::clone(&gate), here.clone());
        handles.push(tokio::spawn(async move {
            let _ = here.send(());
            let _open = gate.read().await;
        }));
    }
    for _ in 0..handles.len() {
        all_here.recv().await;
    }
    let cost = Cost {
        made: Handle::current().metrics().num_alive_tasks(),
        time: start.elapsed(),
        bytes: memory().saturating_sub(before),
    };
    drop(closed);
    for handle in handles {
        handle.await.expect("the task does not panic");
    }
    cost
}
// ANCHOR_END: tasks

// ANCHOR: threads
/// So many threads, all waiting at the same time.
pub fn threads(many: usize) -> Cost {
    let (before, start) = (memory(), Instant::now());
    let gate = Arc::new(RwLock::new(()));
    let closed = gate.write().expect("nobody panicked");
    let mut handles = Vec::new();
    let (here, all_here) = mpsc::channel();
    for _ in 0..many {
        let (gate, here) = (Arc::clone(&gate), here.clone());
        let thread = thread::Builder::new().spawn(move || {
            let _ = here.send(());
            let _open = gate.read();
        });
        // The system may allow fewer.
        let Ok(thread) = thread else { break };
        handles.push(thread);
    }
    for _ in 0..handles.len() {
        let _ = all_here.recv();
    }
    let cost = Cost {
        made: handles.len(),
        time: start.elapsed(),
        bytes: memory().saturating_sub(before),
    };
    drop(closed);
    for handle in handles {
        handle.join().expect("the thread does not panic");
    }
    cost
}
// ANCHOR_END: threads
