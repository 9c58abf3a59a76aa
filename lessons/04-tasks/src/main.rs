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

use lesson_kit::{println, with_causes};
use lesson04::{SITES, client, schedule};

// ANCHOR: main
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on("lesson04", "tasks", &SITES);

    let handles = schedule(&client()?, lesson.sites());
    println!("Tasks scheduled");
    for (site, handle) in lesson.sites().iter().zip(handles) {
        let name = &site.name;
        // Two things can fail: the fetch, and the task around it.
        match handle.await {
            Ok(Ok(bytes)) => println!("{name}: {bytes} bytes"),
            Ok(Err(error)) => {
                let error = error.without_url();
                println!("{name}: failed: {}", with_causes(&error));
            }
            Err(error) => {
                println!("{name}: no result: {}", with_causes(&error));
            }
        }
    }
    lesson.timeline("two tasks").await;
    Ok(())
}
// ANCHOR_END: main
