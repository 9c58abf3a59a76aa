//! A task panics. Who notices?
//!
//! ```sh
//! cargo run -p lesson06 --example panic
//! ```
//!
//! One of ten tasks panics. The first run is wrong: it adds up the sizes, and takes the `Err` of the task that panicked
//! for a page without bytes. The second looks at the `JoinError`. The third uses `JoinSet::join_all`, which panics
//! itself.

// ANCHOR: use
use std::panic;

use lesson_kit::println;
use tokio::task::{JoinError, JoinSet};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web("lesson06 --example panic", "who notices a panic");
    // The default hook prints every panic to standard error. Here the program
    // reports them itself.
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));

    println!("--- wrong: a panic is 0 bytes ---");
    println!("{} bytes", total_size().await);

    println!("\n--- right: look at the JoinError ---");
    let (total, panics) = total_and_panics().await;
    println!("{total} bytes; {}", panics.join(", "));

    println!("\n--- JoinSet::join_all ---");
    match tokio::spawn(join_all()).await {
        Ok(sizes) => println!("{} pages", sizes.len()),
        Err(error) => println!("it panicked, too: {}", panic_message(error)),
    }

    panic::set_hook(default_hook);
    Ok(())
}

// ANCHOR: page
async fn page_size(number: usize) -> usize {
    assert!(number != 7, "page {number} has a bug");
    1_000
}

/// Wrong.
pub async fn total_size() -> usize {
    let mut tasks: JoinSet<_> = (1..=10).map(page_size).collect();
    let mut total = 0;
    while let Some(size) = tasks.join_next().await {
        total += size.unwrap_or(0);
    }
    total
}
// ANCHOR_END: page

// ANCHOR: right
/// Right.
pub async fn total_and_panics() -> (usize, Vec<String>) {
    let mut tasks: JoinSet<_> = (1..=10).map(page_size).collect();
    let (mut total, mut panics) = (0, Vec::new());
    while let Some(size) = tasks.join_next().await {
        match size {
            Ok(size) => total += size,
            Err(error) => panics.push(panic_message(error)),
        }
    }
    (total, panics)
}
// ANCHOR_END: right

// ANCHOR: panic_message
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
// ANCHOR_END: panic_message

/// All results, unless a task panicked.
pub async fn join_all() -> Vec<usize> {
    let tasks: JoinSet<_> = (1..=10).map(page_size).collect();
    tasks.join_all().await
}
