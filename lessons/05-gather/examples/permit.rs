//! A semaphore bounds how many jobs run at a time. Does it bound how many tasks
//! there are?
//!
//! ```sh
//! cargo run -p lesson05 --example permit
//! ```
//!
//! Ten thousand jobs, eight at a time. In the wrong run each task is made first
//! and then waits for its permit; in the right run the permit comes first.
//! Look at the second number: ten thousand tasks wait in memory, or eight.

#![warn(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lesson_kit::println;
use tokio::runtime::{Builder, Handle};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};

const JOBS: usize = 10_000;
const BOUND: usize = 8;

fn main() -> anyhow::Result<()> {
    lesson_kit::start_on(
        "lesson05 --example permit",
        "permits inside tasks and before them",
        &[],
    );
    let runtime = Builder::new_current_thread().build()?;

    println!("--- wrong: a permit inside the task ---");
    let most = Arc::new(Most::default());
    runtime.block_on(inside(JOBS, &most));
    most.print();

    println!("\n--- right: a permit before the task ---");
    let most = Arc::new(Most::default());
    runtime.block_on(before(JOBS, &most));
    most.print();
    Ok(())
}

// ANCHOR: wrong
/// Wrong: makes all the tasks at once, and lets eight of them work.
pub async fn inside(jobs: usize, most: &Arc<Most>) {
    let permits = Arc::new(Semaphore::new(BOUND));
    let mut tasks = JoinSet::new();
    for _ in 0..jobs {
        let (permits, most) = (Arc::clone(&permits), Arc::clone(most));
        tasks.spawn(async move {
            let _permit = permits.acquire().await.expect("nobody closes it");
            job(&most).await;
        });
    }
    while tasks.join_next().await.is_some() {}
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: waits for a permit, and gives it to the task that it then makes.
pub async fn before(jobs: usize, most: &Arc<Most>) {
    let permits = Arc::new(Semaphore::new(BOUND));
    let mut tasks = JoinSet::new();
    for _ in 0..jobs {
        let permits = Arc::clone(&permits);
        let permit = permits.acquire_owned().await.expect("nobody closes it");
        let most = Arc::clone(most);
        tasks.spawn(async move {
            job(&most).await;
            drop(permit);
        });
        // A set keeps what has ended until somebody takes it.
        while tasks.try_join_next().is_some() {}
    }
    while tasks.join_next().await.is_some() {}
}
// ANCHOR_END: right

/// A job, which counts.
async fn job(most: &Most) {
    let running = most.running.fetch_add(1, Ordering::Relaxed) + 1;
    most.jobs.fetch_max(running, Ordering::Relaxed);
    let alive = Handle::current().metrics().num_alive_tasks();
    most.tasks.fetch_max(alive, Ordering::Relaxed);
    yield_now().await;
    most.running.fetch_sub(1, Ordering::Relaxed);
}

/// The most there were at a time.
#[derive(Debug, Default)]
pub struct Most {
    running: AtomicUsize,
    /// Jobs that ran.
    pub jobs: AtomicUsize,
    /// Tasks that had not ended.
    pub tasks: AtomicUsize,
}

impl Most {
    fn print(&self) {
        let most = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        println!("jobs at a time:  {:>6}", most(&self.jobs));
        println!("tasks at a time: {:>6}", most(&self.tasks));
    }
}
