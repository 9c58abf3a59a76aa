//! A task-local is a value that all code working on a request can read, without
//! passing it from function to function. Which code sees it?
//!
//! ```sh
//! cargo run -p lesson09 --example task_locals
//! ```
//!
//! `scope` sets a task-local for one future. Anything polled inside that future
//! sees it. A spawned task isn't polled inside it, and neither is a call on a
//! thread of the pool, so there you have to set it again.

// ANCHOR: use
use lesson_kit::println;
use tokio::task::{JoinError, spawn_blocking};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson09 --example task_locals",
        "which code sees a task-local",
    );
    println!("--- wrong: expected everywhere ---");
    print_rows(REQUEST.scope(7, expected()).await?);

    println!("\n--- right: set again ---");
    print_rows(REQUEST.scope(7, set_again()).await?);
    Ok(())
}

// ANCHOR: rows
/// Places in the code, and the number that each of them sees.
pub type Rows = [(&'static str, Option<u32>); 4];
// ANCHOR_END: rows

fn print_rows(rows: Rows) {
    for (place, request) in rows {
        let request = request.map(|number| format!("request {number}"));
        println!("{place:<16}{}", request.as_deref().unwrap_or("none"));
    }
}

// ANCHOR: local
tokio::task_local! {
    /// The number of the request being worked on.
    pub static REQUEST: u32;
}

/// The number, in a function that doesn't have it as a parameter.
fn request() -> Option<u32> {
    REQUEST.try_with(|number| *number).ok()
}
// ANCHOR_END: local

// ANCHOR: expected
/// Wrong.
pub async fn expected() -> Result<Rows, JoinError> {
    let (joined, ()) = tokio::join!(async { request() }, async {});
    Ok([
        ("this future", request()),
        ("join!", joined),
        ("spawn", tokio::spawn(async { request() }).await?),
        ("spawn_blocking", spawn_blocking(request).await?),
    ])
}
// ANCHOR_END: expected

// ANCHOR: set_again
/// Right.
pub async fn set_again() -> Result<Rows, JoinError> {
    let number = REQUEST.get();
    let (joined, ()) = tokio::join!(async { request() }, async {});
    let task = tokio::spawn(REQUEST.scope(number, async { request() }));
    let thread = spawn_blocking(move || REQUEST.sync_scope(number, request));
    Ok([
        ("this future", request()),
        ("join!", joined),
        ("spawn", task.await?),
        ("spawn_blocking", thread.await?),
    ])
}
// ANCHOR_END: set_again
