//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! What is a task? A future the runtime polls on its own, once you have handed
//! it over. In Python that's `asyncio.create_task`.
//!
//! ```sh
//! cargo run -p lesson04
//! ```
//!
//! Look at the first line: the tasks are scheduled before they run. This
//! runtime has one thread, and `main` keeps it until its first `.await`.

// ANCHOR: use
use lesson_kit::{println, with_causes};
use lesson04::{SITES, client, schedule};
use tokio::task::JoinError;
// ANCHOR_END: use

// ANCHOR: main
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on("lesson04", "tasks", &SITES);

    let handles = schedule(&client()?, lesson.sites());
    println!("Tasks scheduled");
    for (site, handle) in lesson.sites().iter().zip(handles) {
        println!("{}: {}", site.name, outcome(handle.await));
    }
    lesson.timeline("two tasks").await;
    Ok(())
}
// ANCHOR_END: main

// ANCHOR: outcome
/// What awaiting a handle has returned, in words.
fn outcome(result: Result<reqwest::Result<usize>, JoinError>) -> String {
    match result {
        Ok(Ok(bytes)) => format!("{bytes} bytes"),
        Ok(Err(error)) => {
            format!("failed: {}", with_causes(&error.without_url()))
        }
        Err(error) => format!("no result: {}", with_causes(&error)),
    }
}
// ANCHOR_END: outcome
