//! A task panics. Who hears of it?
//!
//! ```sh
//! cargo run -p lesson06 --example panic
//! ```
//!
//! Ten tasks, of which one panics. The first run counts the results that it
//! got: nine, and nobody asks where the tenth is. The second looks at the
//! `JoinError`. The third uses `JoinSet::join_all`, which panics itself.

use std::panic;

use lesson_kit::println;
use tokio::runtime::Runtime;
use tokio::task::{JoinError, JoinSet};

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web("lesson06 --example panic", "who hears of a panic");
    // The default hook prints a panic where it happens; here it is told below.
    panic::set_hook(Box::new(|_| {}));
    let runtime = Runtime::new()?;

    println!("--- wrong: whoever has a result ---");
    println!("{} results", runtime.block_on(silent()));

    println!("\n--- right: look at the JoinError ---");
    let (results, panics) = runtime.block_on(told());
    println!("{results} results; {}", panics.join(", "));

    println!("\n--- JoinSet::join_all ---");
    let panicked = panic::catch_unwind(|| runtime.block_on(passed_on()));
    let ended = if panicked.is_err() { "it panicked, too" } else { "fine" };
    println!("{ended}");
    Ok(())
}

// ANCHOR: page
async fn page(number: usize) -> usize {
    if number == 7 {
        panic!("page {number} has a bug");
    }
    number
}

fn ten() -> JoinSet<usize> {
    let mut tasks = JoinSet::new();
    for number in 1..=10 {
        tasks.spawn(page(number));
    }
    tasks
}
// ANCHOR_END: page

// ANCHOR: silent
/// Wrong: the `Err` of a task that panicked is passed over.
pub async fn silent() -> usize {
    let mut tasks = ten();
    let mut results = 0;
    while let Some(ended) = tasks.join_next().await {
        if ended.is_ok() {
            results += 1;
        }
    }
    results
}
// ANCHOR_END: silent

// ANCHOR: told
/// Right: it says that a task panicked, and with which words.
pub async fn told() -> (usize, Vec<String>) {
    let mut tasks = ten();
    let (mut results, mut panics) = (0, Vec::new());
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(_) => results += 1,
            Err(error) => panics.push(words(error)),
        }
    }
    (results, panics)
}

/// Why a task has no result.
pub fn words(error: JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else {
        return "aborted".to_owned();
    };
    // What `panic!` was given: a `String`, if there was something to put into
    // the words, and a `&str` otherwise.
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or(panic.downcast_ref::<&str>().copied());
    words.unwrap_or("a panic").to_owned()
}
// ANCHOR_END: told

// ANCHOR: passed_on
/// Panics when a task has.
pub async fn passed_on() -> Vec<usize> {
    ten().join_all().await
}
// ANCHOR_END: passed_on
