//! Tokio's clock can be paused: then a sleep of an hour is over immediately. When
//! does that help, and when is it a trap?
//!
//! ```sh
//! cargo run -p lesson09 --example paused_clock
//! ```
//!
//! A paused clock doesn't move while the runtime has something to do. When every
//! task waits, it jumps to the next timer. The first run is what it's for: nothing
//! but timers. In the second there's a socket. While its answer is on the way, no
//! task has anything to do, so the clock jumps to the timeout. Look at the two
//! times.

// ANCHOR: use
use std::io;
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use lesson09::{TIMEOUT, fetch_page};
use reqwest::Client;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep, timeout};
// ANCHOR_END: use

/// The pause between two tries.
pub const PAUSE: Duration = Duration::from_secs(3600);

// It compares runtimes, so it makes them itself.
fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson09 --example paused_clock",
        "a paused clock, and a socket",
        &["python.org"],
    );
    let [site] = lesson.exact_sites();
    println!("--- right: paused, and nothing but timers ---");
    let mut tries = 0;
    let request = async || {
        tries += 1;
        (tries == 3).then_some("an answer")
    };
    let answer = async { poll_hourly(request).await.to_owned() };
    print_times(&paused()?, answer);

    println!("\n--- wrong: paused, and a socket ---");
    print_times(&paused()?, fetch_within(site, TIMEOUT));

    println!("\n--- right: a socket, and a clock that runs ---");
    print_times(&running()?, fetch_within(site, TIMEOUT));
    Ok(())
}

// ANCHOR: runtimes
/// A runtime whose clock is paused.
pub fn paused() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().start_paused(true).build()
}

/// The same runtime with a clock that runs.
pub fn running() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}
// ANCHOR_END: runtimes

// ANCHOR: poll_hourly
/// Makes a request once an hour until there is an answer.
pub async fn poll_hourly<T>(mut request: impl AsyncFnMut() -> Option<T>) -> T {
    loop {
        if let Some(answer) = request().await {
            return answer;
        }
        sleep(PAUSE).await;
    }
}
// ANCHOR_END: poll_hourly

// ANCHOR: fetch_within
/// Fetches a page with a timeout, and says how that ended.
pub async fn fetch_within(site: &Site, limit: Duration) -> String {
    match timeout(limit, fetch_page(&Client::new(), site)).await {
        Ok(Ok(bytes)) => format!("{bytes} bytes"),
        Ok(Err(error)) => with_causes(&error.without_url()),
        Err(_elapsed) => "the timeout expired".to_owned(),
    }
}
// ANCHOR_END: fetch_within

/// Prints the output of `work`, and how long it took by each of the clocks.
fn print_times(runtime: &Runtime, work: impl Future<Output = String>) {
    let real = std::time::Instant::now();
    let (output, by_tokio) = runtime.block_on(async {
        let start = Instant::now();
        (work.await, start.elapsed())
    });
    let real = real.elapsed();
    println!("{output}");
    println!("by Tokio's clock: {:>8.2} s", by_tokio.as_secs_f64());
    println!("really:           {:>8.2} s", real.as_secs_f64());
}
