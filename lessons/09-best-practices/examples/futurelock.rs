//! Nothing blocks a thread, all code that takes the lock gives it up again, and it
//! hangs every time. How can that be?
//!
//! ```sh
//! cargo run -p lesson09 --example futurelock
//! ```
//!
//! A task waits for a lock, in a `select!` with a timeout. When the timeout fires,
//! it waits for the same lock a second time. In the wrong run `select!` has only
//! borrowed the first future. That future keeps its place at the head of the
//! queue, so it gets the lock, but nothing polls it any more. A watchdog says what
//! happened last. Two ways out follow: give `select!` the future itself, which it
//! drops, or make the future a task, which the runtime polls.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use lesson_kit::println;
use lesson09::watchdog::{Log, Watched, watch};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, oneshot};
use tokio::time::sleep;

/// How long nothing may happen.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long another task holds the lock: longer than the timeout.
const BUSY: Duration = Duration::from_millis(400);
const TIMEOUT: Duration = Duration::from_millis(100);

// Each run has a runtime on a thread of its own, which is left behind if it hangs.
// So there's none in `main`.
fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson09 --example futurelock",
        "a future that keeps its place in a queue",
    );
    println!("--- wrong: &mut future in select! ---");
    println!("{}", run(threads()?, PATIENCE, by_reference));

    println!("\n--- right: the future by value ---");
    println!("{}", run(threads()?, PATIENCE, by_value));

    println!("\n--- right: a task ---");
    println!("{}", run(threads()?, PATIENCE, by_task));
    Ok(())
}

/// A runtime with several threads: it doesn't hang because it lacks one.
fn threads() -> io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build()
}

/// Runs it while another task holds the lock. The runtime is left behind if it
/// hangs.
pub fn run(
    runtime: Runtime,
    patience: Duration,
    work: impl AsyncFnOnce(&Lock, &Log) + Send + 'static,
) -> Watched {
    watch(patience, move |log| {
        runtime.block_on(async {
            let lock = Lock::default();
            keep_busy(&lock, &log).await;
            work(&lock, &log).await;
        });
    })
}

/// Two tasks share it.
pub type Lock = Arc<Mutex<()>>;

// ANCHOR: busy
/// Starts a task that holds the lock for a while, and returns when it has it.
async fn keep_busy(lock: &Lock, log: &Log) {
    let (locked, is_locked) = oneshot::channel();
    let (lock, log) = (Arc::clone(lock), log.clone());
    tokio::spawn(async move {
        let _guard = lock.lock().await;
        // `send` fails only if `keep_busy` has been dropped. Then nothing waits.
        let _ = locked.send(());
        sleep(BUSY).await;
        log.print("the other task gives up the lock");
    });
    is_locked.await.expect("the task sends before it ends");
}

/// Waits for the lock and gives it up again.
async fn lock_briefly(name: &str, lock: &Mutex<()>, log: &Log) {
    log.print(format!("{name} waits for the lock"));
    let _guard = lock.lock().await;
    log.print(format!("{name} has the lock"));
}
// ANCHOR_END: busy

// ANCHOR: wrong
/// Wrong.
pub async fn by_reference(lock: &Lock, log: &Log) {
    let mut first = pin!(lock_briefly("first", lock, log));
    tokio::select! {
        () = &mut first => {}
        () = sleep(TIMEOUT) => lock_briefly("second", lock, log).await,
    }
}
// ANCHOR_END: wrong

// ANCHOR: by_value
/// Right, by value.
pub async fn by_value(lock: &Lock, log: &Log) {
    tokio::select! {
        () = lock_briefly("first", lock, log) => {}
        () = sleep(TIMEOUT) => lock_briefly("second", lock, log).await,
    }
}
// ANCHOR_END: by_value

// ANCHOR: by_task
/// Right, as a task.
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
// ANCHOR_END: by_task
