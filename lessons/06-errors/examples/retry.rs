//! A page could not be fetched. Is it worth trying again, and when?
//!
//! ```sh
//! cargo run -p lesson06 --example retry
//! ```
//!
//! Six sites that fail, each in its own way. Look at how many requests each of them gets, and when the second one
//! arrives.

// ANCHOR: use
use std::time::Duration;

use backon::{Backoff, BackoffBuilder, ExponentialBuilder, Retryable};
use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson06::{ErrorKind, FetchError, client, fetch_page, with_causes};
use tokio::time::Instant;
// ANCHOR_END: use

/// One that recovers, two that ask for time, one that refuses the connection, one that has no such page, and one that
/// never answers.
const SITES: [&str; 6] = [
    "flaky-site.example",
    "busy-site.example",
    "limited-site.example",
    "invalid-site.example",
    "missing-site.example",
    "silent-site.example",
];

/// After this time no request is sent again.
const TIME_FOR_RETRIES: Duration = Duration::from_secs(4);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson06 --example retry",
        "which errors are worth another try, and when",
        &SITES,
    );
    let client = client()?;
    let deadline = Instant::now() + TIME_FOR_RETRIES;
    let sites = lesson.sites();
    let fetches =
        sites.iter().map(|site| fetch_with_retries(&client, site, deadline));
    let pages = join_all(fetches).await;
    println!();
    for (site, page) in sites.iter().zip(pages) {
        match page {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => println!("Error: {}", with_causes(&error)),
        }
    }
    lesson.timeline("with retries").await;
    Ok(())
}

// ANCHOR: fetch_with_retries
/// Fetches a page, and tries again after a pause as long as the error is
/// temporary, and no try begins after the deadline.
pub async fn fetch_with_retries(
    client: &reqwest::Client,
    site: &Site,
    deadline: Instant,
) -> Result<usize, FetchError> {
    let one_try = || fetch_page(client, site);
    one_try
        .retry(full_jitter())
        .when(|error| error.kind.is_temporary())
        .adjust(|error, pause| {
            let pause = with_retry_after(pause?, &error.kind);
            let left = deadline.saturating_duration_since(Instant::now());
            (pause < left).then_some(pause)
        })
        .notify(|error, pause| {
            let ms = pause.as_millis();
            println!("{}: {}; again in {ms} ms", site.name, error.kind);
        })
        .await
}

/// Our own pause, after the time the site asks for (at most `Duration::MAX`).
pub fn with_retry_after(pause: Duration, error: &ErrorKind) -> Duration {
    match error {
        ErrorKind::Status(_, Some(time)) => pause.saturating_add(*time),
        _ => pause,
    }
}
// ANCHOR_END: fetch_with_retries

// ANCHOR: full_jitter
/// The pauses before five more tries: each is a random part of at most 100 ms,
/// 200 ms, 400 ms and so on.
pub fn full_jitter() -> impl Backoff {
    let pauses = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_times(5)
        .build();
    pauses.map(|longest| longest.mul_f64(fastrand::f64()))
}
// ANCHOR_END: full_jitter
