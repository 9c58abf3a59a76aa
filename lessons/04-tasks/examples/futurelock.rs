//! Nothing blocks a thread, all code that takes the lock gives it up again, and it
//! hangs every time. How can that be?
//!
//! ```sh
//! cargo run -p lesson04 --example futurelock
//! ```
//!
//! A task waits for a lock, in a `select!` with a timeout. When the timeout fires,
//! it waits for the same lock a second time. In the wrong run `select!` has only
//! borrowed the first future. That future keeps its place at the head of the
//! queue, so it gets the lock, but nothing polls it any more. After two seconds
//! the program gives up on that run. Two ways out follow: give `select!` the future
//! itself, which it drops, or make the future a task, which the runtime polls.

// ANCHOR: use
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use lesson_kit::println;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};
// ANCHOR_END: use

/// How long another task holds the lock: longer than `TIMEOUT`.
const BUSY: Duration = Duration::from_millis(400);
const TIMEOUT: Duration = Duration::from_millis(100);
/// How long a run may take.
const PATIENCE: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson04 --example futurelock",
        "a future that keeps its place in a queue",
    );
    println!("--- wrong: &mut future in select! ---");
    run(by_reference).await;

    println!("\n--- right: the future by value ---");
    run(by_value).await;

    println!("\n--- right: a task ---");
    run(by_task).await;
    Ok(())
}

/// Runs `work` while another task holds the lock, and returns the lines of its
/// log. No thread is blocked, so a timeout is enough to end a run that hangs.
pub async fn run(work: impl AsyncFnOnce(&Lock, &Log)) -> Vec<String> {
    let (lock, log) = (Lock::default(), Log::default());
    keep_busy(&lock, &log, BUSY).await;
    match timeout(PATIENCE, work(&lock, &log)).await {
        Ok(()) => log.print("finished"),
        Err(_elapsed) => log.print("still waiting after 2 seconds"),
    }
    log.lines()
}

/// The lock that two tasks share.
pub type Lock = Arc<Mutex<()>>;

/// Prints lines, and keeps them for the tests.
#[derive(Clone, Default)]
pub struct Log(Arc<std::sync::Mutex<Vec<String>>>);

impl Log {
    fn print(&self, line: impl Into<String>) {
        let line = line.into();
        println!("{line}");
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Takes the lock, and gives it to another task for as long as `busy`.
async fn keep_busy(lock: &Lock, log: &Log, busy: Duration) {
    let guard = Arc::clone(lock).lock_owned().await;
    let log = log.clone();
    tokio::spawn(async move {
        sleep(busy).await;
        log.print("the other task gives up the lock");
        drop(guard);
    });
}

// ANCHOR: wrong
/// Waits for the lock and gives it up again.
async fn lock_briefly(name: &str, lock: &Mutex<()>, log: &Log) {
    log.print(format!("{name} waits for the lock"));
    let _guard = lock.lock().await;
    log.print(format!("{name} has the lock"));
}

/// Version A.
pub async fn by_reference(lock: &Lock, log: &Log) {
    let mut first = pin!(lock_briefly("first", lock, log));
    tokio::select! {
        () = &mut first => {}
        () = sleep(TIMEOUT) => lock_briefly("second", lock, log).await,
    }
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn by_value(lock: &Lock, log: &Log) {
    tokio::select! {
        () = lock_briefly("first", lock, log) => {}
        () = sleep(TIMEOUT) => lock_briefly("second", lock, log).await,
    }
}

/// Version C.
pub async fn by_task(lock: &Lock, log: &Log) {
    let (task_lock, task_log) = (Arc::clone(lock), log.clone());
    let mut first = tokio::spawn(async move {
        lock_briefly("first", &task_lock, &task_log).await;
    });
    tokio::select! {
        result = &mut first => result.expect("it doesn't panic"),
        () = sleep(TIMEOUT) => lock_briefly("second", lock, log).await,
    }
}
// ANCHOR_END: right
