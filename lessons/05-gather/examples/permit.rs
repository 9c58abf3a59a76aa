//! A semaphore limits how many jobs run at the same time. Does it limit how
//! many tasks there are?
//!
//! ```sh
//! cargo run -p lesson05 --example permit
//! ```
//!
//! Ten thousand jobs, eight at a time. The wrong run spawns every task
//! immediately, and each one waits for its permit: ten thousand tasks are in
//! memory, and eight of them work. The right run waits for a permit and spawns
//! the task with it. Look at the last number of each run.

// ANCHOR: use
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lesson_kit::println;
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};
// ANCHOR_END: use

const JOBS: usize = 10_000;
const PERMITS: usize = 8;

// One thread, so the counts don't depend on the number of cores.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson05 --example permit",
        "permits inside tasks and before them",
    );

    println!("--- wrong: a permit inside the task ---");
    let counts = Arc::new(Counts::default());
    inside(JOBS, PERMITS, &counts).await;
    counts.print();

    println!("\n--- right: a permit before the task ---");
    let counts = Arc::new(Counts::default());
    before(JOBS, PERMITS, &counts).await;
    counts.print();
    Ok(())
}

// ANCHOR: wrong
/// Wrong.
pub async fn inside(jobs: usize, limit: usize, counts: &Arc<Counts>) {
    let permits = Arc::new(Semaphore::new(limit));
    let mut tasks = JoinSet::new();
    for _ in 0..jobs {
        let permits = Arc::clone(&permits);
        let counter = Arc::clone(counts);
        tasks.spawn(async move {
            let _permit = permits.acquire().await.expect("it's never closed");
            job(&counter).await;
        });
        counts.count_tasks(&tasks);
    }
    tasks.join_all().await;
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub async fn before(jobs: usize, limit: usize, counts: &Arc<Counts>) {
    let permits = Arc::new(Semaphore::new(limit));
    let mut tasks = JoinSet::new();
    for _ in 0..jobs {
        let permits = Arc::clone(&permits);
        let permit = permits.acquire_owned().await.expect("it's never closed");
        let counter = Arc::clone(counts);
        tasks.spawn(async move {
            job(&counter).await;
            drop(permit);
        });
        // The results of tasks that have ended.
        while let Some(ended) = tasks.try_join_next() {
            ended.expect("a job doesn't panic");
        }
        counts.count_tasks(&tasks);
    }
    tasks.join_all().await;
}
// ANCHOR_END: right

/// A job that counts itself.
async fn job(counts: &Counts) {
    let running = counts.running.fetch_add(1, Ordering::Relaxed) + 1;
    counts.jobs.fetch_max(running, Ordering::Relaxed);
    // Long enough for other jobs to start, if nothing keeps them from it.
    for _ in 0..PERMITS {
        yield_now().await;
    }
    counts.running.fetch_sub(1, Ordering::Relaxed);
    counts.done.fetch_add(1, Ordering::Relaxed);
}

/// The counts of one run.
#[derive(Debug, Default)]
pub struct Counts {
    /// Jobs running now.
    running: AtomicUsize,
    /// Jobs done.
    pub done: AtomicUsize,
    /// The most jobs that ran at the same time.
    pub jobs: AtomicUsize,
    /// The most tasks that existed at the same time.
    pub tasks: AtomicUsize,
}

impl Counts {
    /// Counts the tasks in a set: those that wait, those that work, and those
    /// that have ended and are still in the set.
    fn count_tasks(&self, tasks: &JoinSet<()>) {
        self.tasks.fetch_max(tasks.len(), Ordering::Relaxed);
    }

    fn print(&self) {
        let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        println!("jobs done:       {:>6}", count(&self.done));
        println!("jobs at a time:  {:>6}", count(&self.jobs));
        println!("tasks at a time: {:>6}", count(&self.tasks));
    }
}
