//! A site is polled every 0.8 seconds, and one answer takes three. What happens to
//! the ticks that were missed?
//!
//! ```sh
//! cargo run -p lesson09 --example intervals
//! ```
//!
//! `interval` can make up for them right away, start again from now, or leave them
//! out. Look at when each run's requests begin: the first is immediate in all of
//! them.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::{println, with_causes};
use lesson09::fetch_page;
use reqwest::Client;
use tokio::time::{Instant, MissedTickBehavior, interval};
// ANCHOR_END: use

/// From one tick to the next.
const PERIOD: Duration = Duration::from_millis(800);
/// How many requests each run makes.
const TIMES: usize = 5;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson09 --example intervals",
        "an interval, and a slow answer",
        &["unlucky-site.example"],
    );
    let [site] = lesson.exact_sites();
    let client = Client::builder().timeout(Duration::from_secs(4)).build()?;
    for behavior in [
        MissedTickBehavior::Burst,
        MissedTickBehavior::Delay,
        MissedTickBehavior::Skip,
    ] {
        println!("--- {behavior:?} ---");
        let start = Instant::now();
        let mut requests = Vec::new();
        let request = async || {
            requests.push(format!("{:.2} s", start.elapsed().as_secs_f64()));
            if let Err(error) = fetch_page(&client, site).await {
                let error = with_causes(&error.without_url());
                println!("{}: failed: {error}", site.name);
            }
        };
        poll(PERIOD, behavior, TIMES, request).await;
        println!("requests at {}", requests.join(", "));
        lesson.timeline(&format!("{behavior:?}")).await;
        println!();
    }
    Ok(())
}

// ANCHOR: poll
/// Makes a request at each tick, until it has made `times` of them.
pub async fn poll(
    period: Duration,
    behavior: MissedTickBehavior,
    times: usize,
    mut request: impl AsyncFnMut(),
) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(behavior);
    for _ in 0..times {
        ticks.tick().await;
        request().await;
    }
}
// ANCHOR_END: poll
