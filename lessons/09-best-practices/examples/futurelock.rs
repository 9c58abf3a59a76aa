//! Nobody blocks a thread, all code that takes the lock lets it go again, and it
//! hangs every time. Why?
//!
//! ```sh
//! cargo run -p lesson09 --example futurelock
//! ```
//!
//! A task waits for a lock, in a `select!` with a time limit. When the limit is
//! over it asks for the lock a second time. A watchdog says what was the last
//! that happened. Two ways out follow.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use lesson_kit::println;
use lesson09::watched::{Ended, Tell, watch};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, oneshot};
use tokio::time::sleep;

/// How long nothing may happen.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long another task has the lock: longer than the limit.
const BUSY: Duration = Duration::from_millis(400);
const LIMIT: Duration = Duration::from_millis(100);

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

/// A runtime with threads enough: it is not for want of one that it hangs.
fn threads() -> io::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build()
}

/// Runs it while another task has the lock. The runtime is left behind if it
/// hangs.
pub fn run(
    runtime: Runtime,
    patience: Duration,
    work: impl AsyncFnOnce(&Lock, &Tell) + Send + 'static,
) -> Ended {
    watch(patience, move |tell| {
        runtime.block_on(async {
            let lock = Lock::default();
            busy(&lock, &tell).await;
            work(&lock, &tell).await;
        });
    })
}

/// Two tasks share it.
pub type Lock = Arc<Mutex<()>>;

// ANCHOR: busy
/// A task that has the lock for a while. This returns when it has it.
async fn busy(lock: &Lock, tell: &Tell) {
    let (has, is_had) = oneshot::channel();
    let (lock, tell) = (Arc::clone(lock), tell.clone());
    tokio::spawn(async move {
        let _guard = lock.lock().await;
        let _ = has.send(());
        sleep(BUSY).await;
        tell.tell("the other task lets the lock go");
    });
    let _ = is_had.await;
}

/// Waits for the lock and lets it go again.
async fn ask(name: &str, lock: &Mutex<()>, tell: &Tell) {
    tell.tell(format!("{name} asks for the lock"));
    let _guard = lock.lock().await;
    tell.tell(format!("{name} has the lock"));
}
// ANCHOR_END: busy

// ANCHOR: wrong
/// Wrong: `first` has lost, and is still there, with its place in the queue.
pub async fn by_reference(lock: &Lock, tell: &Tell) {
    let mut first = pin!(ask("first", lock, tell));
    tokio::select! {
        () = &mut first => {}
        () = sleep(LIMIT) => ask("second", lock, tell).await,
    }
}
// ANCHOR_END: wrong

// ANCHOR: by_value
/// Right: `select!` owns the first one and drops it before it goes on.
pub async fn by_value(lock: &Lock, tell: &Tell) {
    tokio::select! {
        () = ask("first", lock, tell) => {}
        () = sleep(LIMIT) => ask("second", lock, tell).await,
    }
}
// ANCHOR_END: by_value

// ANCHOR: by_task
/// Right: the first is a task, and the runtime polls it whatever we do.
pub async fn by_task(lock: &Lock, tell: &Tell) {
    let (ours, told) = (Arc::clone(lock), tell.clone());
    let mut first =
        tokio::spawn(async move { ask("first", &ours, &told).await });
    tokio::select! {
        _ = &mut first => {}
        () = sleep(LIMIT) => ask("second", lock, tell).await,
    }
}
// ANCHOR_END: by_task
