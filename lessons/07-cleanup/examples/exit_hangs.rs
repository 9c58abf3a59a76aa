//! `main` is at its end, and the program does not end. What does it wait for?
//!
//! ```sh
//! cargo run -p lesson07 --example exit_hangs
//! ```
//!
//! A blocking fetch runs on one of Tokio's threads for blocking work. Nothing
//! can be dropped in there, so the runtime waits for it when it is dropped
//! itself, for as long as it takes. Look at the times: two ways end the runtime
//! without that thread.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use lesson_kit::{Site, println};
use lesson07::TIME_LIMIT;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// How long to wait for the blocking work, where there is a limit.
const LIMIT: Duration = Duration::from_millis(200);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example exit_hangs",
        "what a runtime waits for when it is dropped",
        &["python.org"],
    );
    let [site, ..] = lesson.sites() else {
        anyhow::bail!("it takes a site");
    };
    println!("--- drop ---");
    end(busy(site)?, drop);

    println!("\n--- shutdown_timeout ---");
    end(busy(site)?, |runtime| runtime.shutdown_timeout(LIMIT));

    println!("\n--- shutdown_background ---");
    end(busy(site)?, Runtime::shutdown_background);
    Ok(())
}

/// Ends a runtime in this way, and prints how long that took and what had
/// become of the page by then.
fn end((runtime, page): (Runtime, Page), end: fn(Runtime)) {
    let start = Instant::now();
    end(runtime);
    println!("it took {:.2} seconds", start.elapsed().as_secs_f64());
    match page.try_recv() {
        Ok(page) => println!("by then: {page}"),
        Err(_) => {
            println!("by then: nothing");
            // This program goes on, and so does the thread.
            if let Ok(page) = page.recv() {
                println!("later: {page}");
            }
        }
    }
}

/// Where the page arrives, or why it does not.
pub type Page = mpsc::Receiver<String>;

// ANCHOR: busy
/// A runtime that has begun a blocking fetch, for which nobody waits.
pub fn busy(site: &Site) -> anyhow::Result<(Runtime, Page)> {
    let runtime = Runtime::new()?;
    let url = site.url.clone();
    let (begun, has_begun) = oneshot::channel();
    let (tell, page) = mpsc::channel();
    runtime.spawn_blocking(move || {
        let _ = begun.send(());
        let _ = tell.send(match fetch(url) {
            Ok(bytes) => format!("{bytes} bytes"),
            Err(error) => format!("failed: {error}"),
        });
    });
    runtime.block_on(has_begun)?;
    Ok((runtime, page))
}

fn fetch(url: String) -> reqwest::Result<usize> {
    // In a blocking client it counts anew for the body.
    let client = reqwest::blocking::Client::builder();
    let response = client.timeout(TIME_LIMIT).build()?.get(url).send()?;
    Ok(response.error_for_status()?.bytes()?.len())
}
// ANCHOR_END: busy
