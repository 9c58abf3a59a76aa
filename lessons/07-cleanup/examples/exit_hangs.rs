//! `main` has returned, but the program doesn't exit. What is it waiting for?
//!
//! ```sh
//! cargo run -p lesson07 --example exit_hangs
//! ```
//!
//! A blocking fetch runs on one of Tokio's threads for blocking work. Nothing
//! can be dropped in the middle of it, so a runtime that is dropped waits for
//! that thread, however long it takes. Look at the times: the other two ways
//! end the runtime without the thread. The program makes and ends its runtimes
//! itself, because that's what it is about. In Python the end of `asyncio.run`
//! waits for the threads of `to_thread`.

// ANCHOR: use
use std::time::{Duration, Instant};

use lesson_kit::{Site, println, with_causes};
use lesson07::TIMEOUT;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
// ANCHOR_END: use

/// How long `shutdown_timeout` waits for the blocking work.
const PATIENCE: Duration = Duration::from_millis(200);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example exit_hangs",
        "what a runtime waits for when it is dropped",
        &["python.org"],
    );
    let [site] = lesson.exact_sites();
    println!("--- drop ---");
    end(busy_runtime(site)?, drop)?;

    println!("\n--- shutdown_timeout ---");
    end(busy_runtime(site)?, |runtime| runtime.shutdown_timeout(PATIENCE))?;

    println!("\n--- shutdown_background ---");
    end(busy_runtime(site)?, Runtime::shutdown_background)
}

/// Ends a runtime this way. Prints how long that took, and whether the page
/// had arrived by then.
fn end(
    (runtime, page): (Runtime, JoinHandle<reqwest::Result<usize>>),
    end: fn(Runtime),
) -> anyhow::Result<()> {
    let start = Instant::now();
    end(runtime);
    println!("it took {:.2} seconds", start.elapsed().as_secs_f64());
    let is_there = page.is_finished();
    if !is_there {
        println!("by then: nothing");
    }
    let when = if is_there { "by then" } else { "later" };
    // This program keeps running, and so does the thread.
    match futures::executor::block_on(page)? {
        Ok(bytes) => println!("{when}: {bytes} bytes"),
        Err(error) => println!("{when}: failed: {}", with_causes(&error)),
    }
    Ok(())
}

// ANCHOR: busy
/// A runtime, and a fetch on one of its threads.
pub fn busy_runtime(
    site: &Site,
) -> anyhow::Result<(Runtime, JoinHandle<reqwest::Result<usize>>)> {
    let runtime = Runtime::new()?;
    let url = site.url.clone();
    let (started, has_started) = oneshot::channel();
    let page = runtime.spawn_blocking(move || {
        // It could only fail if the line below had stopped waiting.
        let _ = started.send(());
        fetch_page(&url)
    });
    runtime.block_on(has_started)?;
    Ok((runtime, page))
}
// ANCHOR_END: busy

fn fetch_page(url: &str) -> reqwest::Result<usize> {
    // A blocking client's timeout starts again for the body.
    let client = reqwest::blocking::Client::builder().timeout(TIMEOUT);
    let response = client.build()?.get(url).send()?;
    Ok(response.error_for_status()?.bytes()?.len())
}
