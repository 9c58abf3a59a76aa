//! A site is down, and a hundred clients try again. What does the site see?
//!
//! ```sh
//! cargo run -p lesson06 --example storm
//! ```
//!
//! Each client tries once, and at most three times more. The runs differ only in
//! how long they wait in between, and the last in how many of them may. Look at
//! when the requests arrive.

use std::collections::BTreeMap;
use std::process;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder, Retryable};
use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson06::client;
use reqwest::{Client, Response};
use tokio::runtime::Runtime;
use tower::retry::budget::{Budget, TpsBudget};

const SITES: [&str; 1] = ["down-site.example"];

/// How many clients there are.
const CLIENTS: usize = 100;
/// How often each of them may try again.
const RETRIES: usize = 3;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson06 --example storm",
        "a hundred clients that try again",
        &SITES,
    );
    let [site] = lesson.sites() else { refuse() };
    if !SITES.contains(&site.name.as_str()) {
        refuse();
    }
    let client = client()?;
    let runtime = Runtime::new()?;

    tell(runtime.block_on(storm(&client, site, fixed, None)));
    lesson.blocking_timeline("wrong, a fixed pause");

    println!();
    tell(runtime.block_on(storm(&client, site, exponential, None)));
    lesson.blocking_timeline("wrong, twice the pause each time");

    println!();
    tell(runtime.block_on(storm(&client, site, full_jitter, None)));
    lesson.blocking_timeline("right, a random part of it");

    println!();
    tell(runtime.block_on(storm(&client, site, full_jitter, Some(budget()))));
    lesson.blocking_timeline("right, a random part of it and a budget");
    Ok(())
}

/// Nobody's site is asked that often.
fn refuse() -> ! {
    eprintln!("storm: it takes no URLs; a storm is for the mock web alone");
    process::exit(2)
}

/// Prints how many clients ended with which answer.
fn tell(ended: Vec<reqwest::Result<Response>>) {
    let mut counts = BTreeMap::new();
    for answer in ended {
        let words = match answer.map_err(reqwest::Error::without_url) {
            Ok(answer) => answer.status().to_string(),
            Err(error) => error.to_string(),
        };
        *counts.entry(words).or_insert(0) += 1;
    }
    for (words, count) in counts {
        println!("{count} clients: {words}");
    }
}

// ANCHOR: pauses
/// 0.8 s before each try.
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
/// One retry for every five requests of the last ten seconds, whoever makes
/// them, and one a second in any case.
pub fn budget() -> TpsBudget {
    TpsBudget::new(Duration::from_secs(10), 1, 0.2)
}
// ANCHOR_END: budget

// ANCHOR: storm
/// All clients ask the site, and ask again. How it ended for each.
pub async fn storm(
    client: &Client,
    site: &Site,
    pauses: fn() -> Vec<Duration>,
    budget: Option<TpsBudget>,
) -> Vec<reqwest::Result<Response>> {
    let allowed = || budget.as_ref().is_none_or(TpsBudget::withdraw);
    let ask = async || {
        let response = client.get(&site.url).send().await?;
        response.error_for_status()
    };
    let one_client = async || {
        budget.as_ref().inspect(|budget| budget.deposit());
        ask.retry(pauses().into_iter())
            .adjust(|_, pause| pause.filter(|_| allowed()))
            .await
    };
    join_all((0..CLIENTS).map(|_| one_client())).await
}
// ANCHOR_END: storm
