//! A task panics. Who notices?
//!
//! ```sh
//! cargo run -p lesson06 --example panic
//! ```
//!
//! One of ten tasks panics. The first run is wrong: it counts the results that it gets, and passes over the `Err` of the
//! task that panicked. The second looks at the `JoinError`. The third uses `JoinSet::join_all`, which panics itself. In
//! the last run a task panics while it holds a lock, and the next task that takes this lock panics, too.

use std::panic;
use std::sync::{Arc, Mutex};

use lesson_kit::println;
use tokio::task::{JoinError, JoinSet};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web("lesson06 --example panic", "who notices a panic");
    // The default hook prints every panic to standard error. Here the program
    // reports them itself.
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));

    println!("--- wrong: count the results ---");
    println!("{} results", count_results().await);

    println!("\n--- right: look at the JoinError ---");
    let (results, panics) = results_and_panics().await;
    println!("{results} results; {}", panics.join(", "));

    println!("\n--- JoinSet::join_all ---");
    match tokio::spawn(join_all()).await {
        Ok(results) => println!("{} results", results.len()),
        Err(error) => println!("it panicked, too: {}", panic_message(error)),
    }

    println!("\n--- a lock after a panic ---");
    let total = Arc::new(Mutex::new(0));
    for number in [7, 8] {
        match tokio::spawn(add(Arc::clone(&total), number)).await {
            Ok(()) => println!("{number}: added"),
            Err(error) => println!("{number}: {}", panic_message(error)),
        }
    }

    panic::set_hook(default_hook);
    Ok(())
}

// ANCHOR: page
async fn page(number: usize) -> usize {
    if number == 7 {
        panic!("page {number} has a bug");
    }
    number
}

fn ten_pages() -> JoinSet<usize> {
    (1..=10).map(page).collect()
}
// ANCHOR_END: page

// ANCHOR: count_results
/// Wrong.
pub async fn count_results() -> usize {
    let mut tasks = ten_pages();
    let mut results = 0;
    while let Some(joined) = tasks.join_next().await {
        if joined.is_ok() {
            results += 1;
        }
    }
    results
}
// ANCHOR_END: count_results

// ANCHOR: results_and_panics
/// Right.
pub async fn results_and_panics() -> (usize, Vec<String>) {
    let mut tasks = ten_pages();
    let (mut results, mut panics) = (0, Vec::new());
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok(_) => results += 1,
            Err(error) => panics.push(panic_message(error)),
        }
    }
    (results, panics)
}

/// The message of the panic, or that the task was aborted.
pub fn panic_message(error: JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else {
        return "aborted".to_owned();
    };
    // `panic!` makes a `String` if its message has arguments, and a `&str`
    // otherwise.
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or(panic.downcast_ref::<&str>().copied());
    message.unwrap_or("a panic without a message").to_owned()
}
// ANCHOR_END: results_and_panics

/// All results, unless a task panicked.
pub async fn join_all() -> Vec<usize> {
    ten_pages().join_all().await
}

// ANCHOR: add
/// Adds a number, and panics at 7.
pub async fn add(total: Arc<Mutex<usize>>, number: usize) {
    let mut total = total.lock().expect("no task panics while it adds");
    if number == 7 {
        panic!("page {number} has a bug");
    }
    *total += number;
}
// ANCHOR_END: add
