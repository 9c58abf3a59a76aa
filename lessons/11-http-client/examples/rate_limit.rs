//! A site allows five requests in half a second. Ten tasks have one each. What
//! do they get?
//!
//! ```sh
//! cargo run -p lesson11 --example rate_limit
//! ```
//!
//! In the wrong run, at most five requests are in flight at the same time. But
//! that's a limit on how many, and not on how often: when a response has
//! arrived, the next request leaves immediately, and the site refuses it. In the
//! right run, the tasks share an interval, and each request waits for its turn.
//! It's a little slower than the site allows, because requests that left on time
//! may arrive together.
//!
//! Look at the statuses, and in the timelines at when the requests arrive.

// ANCHOR: use
use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::try_join_all;
use futures::stream::{self, StreamExt, TryStreamExt};
use lesson_kit::println;
use lesson11::rate::RateLimit;
use mock_server::{FaultError, Site};
use reqwest::{Client, StatusCode};
// ANCHOR_END: use

const REQUESTS: usize = 10;
/// The site allows five requests in this time, in milliseconds.
const PER: u32 = 500;
/// How long it takes for a response.
const DELAY: Duration = Duration::from_millis(30);

/// A site that refuses the sixth request in this time, in milliseconds.
///
/// # Errors
///
/// When the fault is misspelt.
pub fn site(per: u32) -> Result<Site, FaultError> {
    let fault = format!("at-most?n=5&per={per}&retry-after=1").parse()?;
    Ok(Site::new("limited.example").delay(DELAY).fault(fault))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let site = site(PER)?;
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example rate_limit",
        "a limit on how many requests, and on how often",
        || vec![site],
    );
    let [site] = lesson.exact_sites();
    let client = Client::new();

    println!("--- wrong ---");
    print_statuses(five_at_a_time(&client, &site.url).await?);
    lesson.timeline("wrong").await;

    println!("\n--- right ---");
    let rate = RateLimit::one_per(Duration::from_millis(125));
    print_statuses(in_turn(&client, &site.url, &rate).await?);
    lesson.timeline("right").await;
    Ok(())
}

/// Prints how many responses have which status.
fn print_statuses(statuses: Vec<StatusCode>) {
    let mut counts = BTreeMap::new();
    for status in statuses {
        *counts.entry(status).or_insert(0) += 1;
    }
    for (status, count) in counts {
        println!("{count} × {status}");
    }
}

// ANCHOR: get
/// One request.
async fn get(client: &Client, url: &str) -> reqwest::Result<StatusCode> {
    let response = client.get(url).send().await?;
    let status = response.status();
    response.bytes().await?;
    Ok(status)
}
// ANCHOR_END: get

// ANCHOR: wrong
/// Version A.
pub async fn five_at_a_time(
    client: &Client,
    url: &str,
) -> reqwest::Result<Vec<StatusCode>> {
    let requests = (0..REQUESTS).map(|_| get(client, url));
    stream::iter(requests).buffer_unordered(5).try_collect().await
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn in_turn(
    client: &Client,
    url: &str,
    rate: &RateLimit,
) -> reqwest::Result<Vec<StatusCode>> {
    let requests = (0..REQUESTS).map(async |_| {
        rate.turn().await;
        get(client, url).await
    });
    try_join_all(requests).await
}
// ANCHOR_END: right
