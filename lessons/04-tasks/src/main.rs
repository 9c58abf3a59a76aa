//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! What is a task? A future that runs by itself, once it has been handed to the
//! runtime. In Python it is `asyncio.create_task`.
//!
//! ```sh
//! cargo run -p lesson04
//! ```
//!
//! Look at the first line: the tasks are scheduled before they run, because on
//! a runtime with one thread nothing else runs until this function awaits.

use lesson_kit::{Site, println};
use lesson04::{SITES, client, schedule};

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on("lesson04", "tasks", &SITES);
    run(lesson.sites())?;
    lesson.blocking_timeline("two tasks");
    Ok(())
}

// ANCHOR: run
#[tokio::main(flavor = "current_thread")]
async fn run(sites: &[Site]) -> reqwest::Result<()> {
    let handles = schedule(&client()?, sites);
    println!("Tasks scheduled");
    for (site, handle) in sites.iter().zip(handles) {
        // Two things can fail: the fetch, and the task, which may have panicked
        // or been aborted.
        match handle.await {
            Ok(Ok(bytes)) => println!("{}: {bytes} bytes", site.name),
            Ok(Err(error)) => println!("{}: failed: {error}", site.name),
            Err(error) => println!("{}: no result: {error}", site.name),
        }
    }
    Ok(())
}
// ANCHOR_END: run
