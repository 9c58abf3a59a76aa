//! A semaphore bounds how many jobs run at a time. Does it bound how many tasks
//! there are?
//!
//! ```sh
//! cargo run -p lesson05 --example permit
//! ```
//!
//! Ten thousand jobs, eight at a time. In the wrong run each task is made first
//! and then waits for its permit; in the right run the permit comes first.
//! Look at the last number: ten thousand tasks wait in memory, or eight.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lesson_kit::println;
use tokio::runtime::Builder;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};

const JOBS: usize = 10_000;
const BOUND: usize = 8;

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson05 --example permit",
        "permits inside tasks and before them",
    );
    let runtime = Builder::new_current_thread().build()?;

    println!("--- wrong: a permit inside the task ---");
    let counts = Arc::new(Counts::default());
    runtime.block_on(inside(JOBS, &counts));
    counts.print();

    println!("\n--- right: a permit before the task ---");
    let counts = Arc::new(Counts::default());
    runtime.block_on(before(JOBS, &counts));
    counts.print();
    Ok(())
}

// ANCHOR: wrong
/// Wrong: makes all the tasks at once, and lets eight of them work.
pub async fn inside(jobs: usize, counts: &Arc<Counts>) {
    let permits = Arc::new(Semaphore::new(BOUND));
    let mut tasks = JoinSet::new();
    for _ in 0..jobs {
        let (permits, at_work) = (Arc::clone(&permits), Arc::clone(counts));
        tasks.spawn(async move {
            let _permit = permits.acquire().await.expect("nobody closes it");
            job(&at_work).await;
        });
        counts.see(&tasks);
    }
    while tasks.join_next().await.is_some() {}
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: waits for a permit, and gives it to the task that it then makes.
pub async fn before(jobs: usize, counts: &Arc<Counts>) {
    let permits = Arc::new(Semaphore::new(BOUND));
    let mut tasks = JoinSet::new();
    for _ in 0..jobs {
        let permits = Arc::clone(&permits);
        let permit = permits.acquire_owned().await.expect("nobody closes it");
        let at_work = Arc::clone(counts);
        tasks.spawn(async move {
            job(&at_work).await;
            drop(permit);
        });
        // A set keeps what has ended until somebody takes it.
        while tasks.try_join_next().is_some() {}
        counts.see(&tasks);
    }
    while tasks.join_next().await.is_some() {}
}
// ANCHOR_END: right

/// A job, which counts itself.
async fn job(counts: &Counts) {
    let running = counts.running.fetch_add(1, Ordering::Relaxed) + 1;
    counts.jobs.fetch_max(running, Ordering::Relaxed);
    // As long as it takes to begin others, if nothing kept them from it.
    for _ in 0..BOUND {
        yield_now().await;
    }
    counts.running.fetch_sub(1, Ordering::Relaxed);
    counts.done.fetch_add(1, Ordering::Relaxed);
}

/// What the jobs and their tasks came to.
#[derive(Debug, Default)]
pub struct Counts {
    running: AtomicUsize,
    /// Jobs that were done.
    pub done: AtomicUsize,
    /// The most jobs that ran at a time.
    pub jobs: AtomicUsize,
    /// The most tasks that were there at a time.
    pub tasks: AtomicUsize,
}

impl Counts {
    /// Counts the tasks in a set: those that wait, those that work, and those
    /// that have ended and are still in it.
    fn see(&self, tasks: &JoinSet<()>) {
        self.tasks.fetch_max(tasks.len(), Ordering::Relaxed);
    }

    fn print(&self) {
        let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        println!("jobs done:       {:>6}", count(&self.done));
        println!("jobs at a time:  {:>6}", count(&self.jobs));
        println!("tasks at a time: {:>6}", count(&self.tasks));
    }
}
