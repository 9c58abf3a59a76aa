//! A site is down, and a hundred clients try again. What does the site see?
//!
//! ```sh
//! cargo run -p lesson06 --example storm
//! ```
//!
//! Each client tries once, and at most three times more. The first three runs differ only in the pauses, and the last
//! one limits the retries of all clients together. Look at when the requests arrive.

// ANCHOR: use
use std::collections::BTreeMap;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder, Retryable};
use futures::future::join_all;
use lesson_kit::{Site, println, with_causes};
use lesson06::client;
use reqwest::{Client, Response};
use tower::retry::budget::{Budget, TpsBudget};
// ANCHOR_END: use

const SITES: [&str; 1] = ["down-site.example"];

/// How many clients there are.
const CLIENTS: usize = 100;
/// How often each of them may try again.
const RETRIES: usize = 3;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_mock_web(
        "lesson06 --example storm",
        "a hundred clients that try again",
        &SITES,
    );
    let [site] = lesson.exact_sites();
    let client = client()?;

    report(storm(&client, site, fixed, None).await);
    lesson.timeline("wrong, a fixed pause").await;

    println!();
    report(storm(&client, site, exponential, None).await);
    lesson.timeline("wrong, twice the pause each time").await;

    println!();
    report(storm(&client, site, full_jitter, None).await);
    lesson.timeline("right, a random part of it").await;

    println!();
    report(storm(&client, site, full_jitter, Some(budget())).await);
    lesson.timeline("right, a random part of it and a budget").await;
    Ok(())
}

/// Prints how many clients got which response in the end.
fn report(responses: Vec<reqwest::Result<Response>>) {
    let mut counts = BTreeMap::new();
    for response in responses {
        let words = match response {
            Ok(response) => response.status().to_string(),
            Err(error) => with_causes(&error.without_url()),
        };
        *counts.entry(words).or_insert(0) += 1;
    }
    for (words, count) in counts {
        println!("{count} clients: {words}");
    }
}

// ANCHOR: pauses
/// 0.8 s before each try: a `Vec` of `RETRIES` equal pauses.
pub fn fixed() -> Vec<Duration> {
    vec![Duration::from_millis(800); RETRIES]
}

/// 0.4 s, 0.8 s, 1.6 s.
pub fn exponential() -> Vec<Duration> {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(400))
        .with_max_times(RETRIES)
        .build()
        .collect()
}

/// A random part of those.
pub fn full_jitter() -> Vec<Duration> {
    let part = |longest: Duration| longest.mul_f64(fastrand::f64());
    exponential().into_iter().map(part).collect()
}
// ANCHOR_END: pauses

// ANCHOR: budget
/// One retry for every five requests of the last ten seconds, counted over all
/// clients, and ten more in any ten seconds.
pub fn budget() -> TpsBudget {
    TpsBudget::new(Duration::from_secs(10), 1, 0.2)
}
// ANCHOR_END: budget

// ANCHOR: storm
/// All clients send a request to the site, and try again. Returns the last
/// response that each of them got.
pub async fn storm(
    client: &Client,
    site: &Site,
    pauses: fn() -> Vec<Duration>,
    budget: Option<TpsBudget>,
) -> Vec<reqwest::Result<Response>> {
    let may_retry = || budget.as_ref().is_none_or(TpsBudget::withdraw);
    let one_try = async || {
        let response = client.get(&site.url).send().await?;
        response.error_for_status()
    };
    let one_client = async || {
        if let Some(budget) = &budget {
            budget.deposit();
        }
        one_try
            .retry(pauses().into_iter())
            .adjust(|_, pause| pause.filter(|_| may_retry()))
            .await
    };
    join_all((0..CLIENTS).map(|_| one_client())).await
}
// ANCHOR_END: storm
