//! A task panics while it holds a lock. What does the next task get?
//!
//! ```sh
//! cargo run -p lesson09 --example poisoned
//! ```
//!
//! The first task has counted its page but not its bytes when it panics. That
//! leaves the totals half changed, so the standard library's lock is poisoned:
//! `lock()` returns an error from then on. Look at what becomes of the second task.
//! `expect` makes it panic, too. `into_inner` takes the half-changed totals out of
//! the error, and the task continues with them.

// ANCHOR: use
use std::panic;
use std::sync::{Arc, Mutex, PoisonError};

use lesson_kit::println;
use tokio::task::{JoinError, spawn};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson09 --example poisoned",
        "a panic while a lock is held",
    );
    // The default hook prints every panic to standard error. Here the program
    // reports them itself.
    panic::set_hook(Box::new(|_| {}));

    println!("--- version A ---");
    print_run(with_expect).await;

    println!("\n--- version B ---");
    print_run(with_into_inner).await;
    Ok(())
}

async fn print_run(add: fn(&Mutex<Totals>, usize)) {
    let totals = Arc::default();
    let [first, second] = two_tasks(&totals, add).await;
    println!("the first task {first}");
    println!("the second task {second}");
    println!("poisoned: {}", totals.is_poisoned());
    let totals = totals.lock().unwrap_or_else(PoisonError::into_inner);
    println!("pages: {}, bytes: {}", totals.pages, totals.bytes);
}

// ANCHOR: count
/// What the lock protects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many pages were counted.
    pub pages: usize,
    /// How many bytes they have together.
    pub bytes: usize,
}

fn count(totals: &mut Totals, bytes: usize) {
    totals.pages += 1;
    if bytes == 0 {
        panic!("an empty page");
    }
    totals.bytes += bytes;
}
// ANCHOR_END: count

// ANCHOR: versions
/// Version A.
pub fn with_expect(totals: &Mutex<Totals>, bytes: usize) {
    count(&mut totals.lock().expect("nothing panics while it's locked"), bytes);
}

/// Version B.
pub fn with_into_inner(totals: &Mutex<Totals>, bytes: usize) {
    let guard = totals.lock();
    count(&mut guard.unwrap_or_else(PoisonError::into_inner), bytes);
}
// ANCHOR_END: versions

/// Adds an empty page in one task and then one of 800 bytes in another. Returns
/// how each of the tasks ended.
pub async fn two_tasks(
    totals: &Arc<Mutex<Totals>>,
    add: fn(&Mutex<Totals>, usize),
) -> [String; 2] {
    let run = async |bytes| {
        let totals = Arc::clone(totals);
        match spawn(async move { add(&totals, bytes) }).await {
            Ok(()) => "finished".to_owned(),
            Err(error) => format!("panicked: {}", panic_message(error)),
        }
    };
    [run(0).await, run(800).await]
}

/// What a panic said.
fn panic_message(error: JoinError) -> String {
    let panic = error.into_panic();
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => panic
            .downcast::<&str>()
            .map_or_else(|_| "something".to_owned(), |text| (*text).to_owned()),
    }
}
