//! The number of a request, for all that is done for it, without handing it
//! from function to function. Who has it?
//!
//! ```sh
//! cargo run -p lesson09 --example task_locals
//! ```
//!
//! A task-local is set for a future, by `scope`. What is polled inside that
//! future has it. A task is not polled inside of it, and a thread of the pool
//! is not either: there it has to be set anew.

use lesson_kit::println;
use tokio::runtime::Runtime;
use tokio::task::{JoinError, spawn_blocking};

fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson09 --example task_locals",
        "who has a task-local",
    );
    let runtime = Runtime::new()?;
    println!("--- wrong: it is expected to be there ---");
    print(runtime.block_on(REQUEST.scope(7, expected()))?);

    println!("\n--- right: it is set anew ---");
    print(runtime.block_on(REQUEST.scope(7, set_anew()))?);
    Ok(())
}

/// Who sees which number.
pub type Seen = [(&'static str, Option<u32>); 4];

fn print(seen: Seen) {
    for (who, request) in seen {
        let request = request.map(|number| format!("request {number}"));
        println!("{who:<16}{}", request.as_deref().unwrap_or("none"));
    }
}

// ANCHOR: local
tokio::task_local! {
    /// The number of the request that is worked on.
    pub static REQUEST: u32;
}

/// A function that does not have it as a parameter.
fn request() -> Option<u32> {
    REQUEST.try_with(|number| *number).ok()
}
// ANCHOR_END: local

// ANCHOR: expected
/// Wrong: the last two are not inside of this future.
pub async fn expected() -> Result<Seen, JoinError> {
    let (joined, _) = tokio::join!(async { request() }, async {});
    Ok([
        ("this future", request()),
        ("join!", joined),
        ("spawn", tokio::spawn(async { request() }).await?),
        ("spawn_blocking", spawn_blocking(request).await?),
    ])
}
// ANCHOR_END: expected

// ANCHOR: set_anew
/// Right: each of them gets it.
pub async fn set_anew() -> Result<Seen, JoinError> {
    let number = REQUEST.get();
    let (joined, _) = tokio::join!(async { request() }, async {});
    let task = tokio::spawn(REQUEST.scope(number, async { request() }));
    let thread = spawn_blocking(move || REQUEST.sync_scope(number, request));
    Ok([
        ("this future", request()),
        ("join!", joined),
        ("spawn", task.await?),
        ("spawn_blocking", thread.await?),
    ])
}
// ANCHOR_END: set_anew
