//! Tokio's clock can be paused: what waits an hour is done at once. When is
//! that a help, and when a trap?
//!
//! ```sh
//! cargo run -p lesson09 --example paused_clock
//! ```
//!
//! A paused clock stands still while there is something to do, and when nobody
//! has anything to do it goes on to the next timer. The first run is what it is
//! for: nothing but timers. In the second there is a socket, and the clock
//! takes waiting for it for having nothing to do. Look at the two times.

use std::io;
use std::time::Duration;

use lesson_kit::{Site, println};
use lesson09::{TIME_LIMIT, fetch};
use reqwest::Client;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep, timeout};

/// A pause between two tries.
pub const PAUSE: Duration = Duration::from_secs(3600);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson09 --example paused_clock",
        "a clock that stands still, and a socket",
        &["python.org"],
    );
    let Some(site) = lesson.sites().first() else {
        anyhow::bail!("it takes a site");
    };
    println!("--- right: paused, and nothing but timers ---");
    let mut tries = 0;
    let ask = async || {
        tries += 1;
        (tries == 3).then_some("an answer")
    };
    told(&paused()?, async { Some(patiently(ask).await.to_owned()) });

    println!("\n--- wrong: paused, and a socket ---");
    told(&paused()?, in_time(site, TIME_LIMIT));

    println!("\n--- right: a socket, and a clock that runs ---");
    told(&running()?, in_time(site, TIME_LIMIT));
    Ok(())
}

// ANCHOR: runtimes
/// A runtime whose clock is paused.
pub fn paused() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().start_paused(true).build()
}

/// A runtime like others.
pub fn running() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}
// ANCHOR_END: runtimes

// ANCHOR: patiently
/// Asks until there is an answer, once an hour.
pub async fn patiently<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        sleep(PAUSE).await;
    }
}
// ANCHOR_END: patiently

// ANCHOR: in_time
/// A page, or nothing when the limit is over.
pub async fn in_time(site: &Site, limit: Duration) -> Option<String> {
    let page = timeout(limit, fetch(&Client::new(), site)).await;
    match page.ok()? {
        Ok(bytes) => Some(format!("{bytes} bytes")),
        Err(error) => Some(format!("failed: {error}")),
    }
}
// ANCHOR_END: in_time

/// Prints what came of it, and how long that took by each of the clocks.
fn told(runtime: &Runtime, work: impl Future<Output = Option<String>>) {
    let real = std::time::Instant::now();
    let (answer, by_tokio) = runtime.block_on(async {
        let start = Instant::now();
        (work.await, start.elapsed())
    });
    let real = real.elapsed();
    println!("{}", answer.as_deref().unwrap_or("no answer in time"));
    println!("by Tokio's clock: {:>8.2} s", by_tokio.as_secs_f64());
    println!("really:           {:>8.2} s", real.as_secs_f64());
}
