//! A page did not come. Is it worth trying again, and when?
//!
//! ```sh
//! cargo run -p lesson06 --example retry
//! ```
//!
//! Six sites that fail, each in its own way. Look at how many requests each of
//! them gets, and at when the second one comes.

use std::time::Duration;

use backon::{Backoff, BackoffBuilder, ExponentialBuilder, Retryable};
use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson06::{FetchError, Why, client, fetch_page, with_causes};
use tokio::time::Instant;

/// Two that get well, two that ask for time, one that has no such page, and one
/// that never answers.
const SITES: [&str; 6] = [
    "flaky-site.example",
    "busy-site.example",
    "limited-site.example",
    "invalid-site.example",
    "missing-site.example",
    "silent-site.example",
];

/// After this time nothing is tried again.
const LIMIT: Duration = Duration::from_secs(4);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson06 --example retry",
        "which errors are worth another try, and when",
        &SITES,
    );
    run(lesson.sites())?;
    lesson.blocking_timeline("with retries");
    Ok(())
}

#[tokio::main]
async fn run(sites: &[Site]) -> anyhow::Result<()> {
    let client = client()?;
    let deadline = Instant::now() + LIMIT;
    let fetch = |site| fetch_with_retries(&client, site, deadline);
    let pages = join_all(sites.iter().map(fetch)).await;
    println!();
    for (site, page) in sites.iter().zip(pages) {
        match page {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => println!("Error: {}", with_causes(&error)),
        }
    }
    Ok(())
}

// ANCHOR: is_worth_it
/// Whether the same request may succeed a little later.
pub fn is_worth_it(why: &Why) -> bool {
    match why {
        Why::Refused(_) | Why::Unreachable(_) | Why::TimedOut(..) => true,
        Why::Lost(_) | Why::BrokenBody(..) => true,
        Why::Status(status, _) => {
            matches!(status.as_u16(), 429 | 502 | 503 | 504)
        }
        // What is wrong with these will be wrong the next time, too.
        Why::Request(_) | Why::NoSuchHost(_) | Why::Malformed(_) => false,
        Why::Redirects(_) | Why::TooLarge(_) | Why::Simulated => false,
    }
}
// ANCHOR_END: is_worth_it

// ANCHOR: fetch_with_retries
/// Fetches a page; if that fails and it is worth it, again after a while, but
/// not after the deadline.
pub async fn fetch_with_retries(
    client: &reqwest::Client,
    site: &Site,
    deadline: Instant,
) -> Result<usize, FetchError> {
    let fetch = || fetch_page(client, site, false);
    fetch
        .retry(full_jitter())
        .when(|error| is_worth_it(&error.why))
        .adjust(|error, pause| {
            let pause = with_asked(pause?, &error.why);
            let left = deadline.saturating_duration_since(Instant::now());
            (pause < left).then_some(pause)
        })
        .notify(|error, pause| {
            let ms = pause.as_millis();
            println!("{}: {}; again in {ms} ms", site.name, error.why);
        })
        .await
}

/// Our own pause, and the time for which the site asked to be left alone.
pub fn with_asked(pause: Duration, why: &Why) -> Duration {
    match why {
        Why::Status(_, Some(asked)) => pause.saturating_add(*asked),
        _ => pause,
    }
}
// ANCHOR_END: fetch_with_retries

// ANCHOR: full_jitter
/// How long to wait before each of five more tries: at most 100 ms, 200 ms,
/// 400 ms and so on, and a random part of that.
pub fn full_jitter() -> impl Backoff {
    let longest = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_times(5)
        .build();
    longest.map(|longest| longest.mul_f64(fastrand::f64()))
}
// ANCHOR_END: full_jitter
