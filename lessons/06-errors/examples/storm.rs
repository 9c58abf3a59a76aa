//! A site is down, and a hundred clients try again. What does the site see?
//!
//! ```sh
//! cargo run -p lesson06 --example storm
//! ```
//!
//! Each client tries once, and at most three times more. The runs differ only in
//! how long they wait in between, and the last in how many of them may. Look at
//! when the requests arrive.

#![warn(clippy::unwrap_used)]

use std::iter::repeat_n;
use std::time::Duration;

use backon::{Backoff, BackoffBuilder, ExponentialBuilder, Retryable};
use futures::future::join_all;
use lesson_kit::Site;
use lesson06::client;
use tokio::runtime::Runtime;
use tower::retry::budget::{Budget, TpsBudget};

/// How many clients there are.
const CLIENTS: usize = 100;
/// How often each of them may try again.
const RETRIES: usize = 3;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson06 --example storm",
        "a hundred clients that try again",
        &["down-site.example"],
    );
    let client = client()?;
    let runtime = Runtime::new()?;
    for site in lesson.sites() {
        runtime.block_on(storm(&client, site, fixed, None));
        lesson.timeline("wrong, a fixed pause");

        runtime.block_on(storm(&client, site, exponential, None));
        lesson.timeline("wrong, twice the pause each time");

        runtime.block_on(storm(&client, site, full_jitter, None));
        lesson.timeline("right, a random part of it");

        runtime.block_on(storm(&client, site, full_jitter, Some(&budget())));
        lesson.timeline("right, a random part of it and a budget");
    }
    Ok(())
}

// ANCHOR: pauses
/// 0.8 s before each try.
pub fn fixed() -> Box<dyn Backoff> {
    Box::new(repeat_n(Duration::from_millis(800), RETRIES))
}

/// 0.4 s, 0.8 s, 1.6 s.
pub fn exponential() -> Box<dyn Backoff> {
    let pauses = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(400))
        .with_max_times(RETRIES);
    Box::new(pauses.build())
}

/// A random part of those.
pub fn full_jitter() -> Box<dyn Backoff> {
    Box::new(exponential().map(|pause| pause.mul_f64(fastrand::f64())))
}
// ANCHOR_END: pauses

// ANCHOR: budget
/// One retry for every five requests of the last ten seconds, whoever makes
/// them. (So many each second beside that: none.)
pub fn budget() -> TpsBudget {
    TpsBudget::new(Duration::from_secs(10), 0, 0.2)
}
// ANCHOR_END: budget

// ANCHOR: storm
/// All clients ask the site, and ask again.
pub async fn storm(
    client: &reqwest::Client,
    site: &Site,
    pauses: fn() -> Box<dyn Backoff>,
    budget: Option<&TpsBudget>,
) {
    let ask = async || {
        let response = client.get(&site.url).send().await?;
        response.error_for_status()
    };
    let ask_again = async || {
        if let Some(budget) = budget {
            budget.deposit();
        }
        let allowed = |_: &_| budget.is_none_or(Budget::withdraw);
        ask.retry(pauses()).when(allowed).await
    };
    join_all((0..CLIENTS).map(|_| ask_again())).await;
}
// ANCHOR_END: storm
