//! Every 0.8 seconds a site is asked, and one answer takes three. What becomes
//! of the ticks that were missed?
//!
//! ```sh
//! cargo run -p lesson09 --example intervals
//! ```
//!
//! `interval` has three ways. Look at when each run's requests begin: the first
//! is at once in all of them.

use std::time::Duration;

use lesson_kit::println;
use lesson09::{errors::reason, fetch};
use reqwest::Client;
use tokio::runtime::Runtime;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// From one tick to the next.
const PERIOD: Duration = Duration::from_millis(800);
/// How often each run asks.
const TIMES: usize = 5;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson09 --example intervals",
        "an interval, and a slow answer",
        &["unlucky-site.example"],
    );
    let client = Client::builder().timeout(Duration::from_secs(4)).build()?;
    let runtime = Runtime::new()?;
    for behavior in [
        MissedTickBehavior::Burst,
        MissedTickBehavior::Delay,
        MissedTickBehavior::Skip,
    ] {
        println!("--- {behavior:?} ---");
        let start = Instant::now();
        let mut asked = Vec::new();
        let ask = async || {
            asked.push(format!("{:.2} s", start.elapsed().as_secs_f64()));
            for site in lesson.sites() {
                if let Err(error) = fetch(&client, site).await {
                    println!("{}: {}", site.name, reason(&error));
                }
            }
        };
        runtime.block_on(poll(PERIOD, behavior, TIMES, ask));
        println!("asked at {}", asked.join(", "));
        lesson.blocking_timeline(&format!("{behavior:?}"));
        println!();
    }
    Ok(())
}

// ANCHOR: poll
/// Asks at each tick, so many times.
pub async fn poll(
    period: Duration,
    behavior: MissedTickBehavior,
    times: usize,
    mut ask: impl AsyncFnMut(),
) {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(behavior);
    for _ in 0..times {
        ticks.tick().await;
        ask().await;
    }
}
// ANCHOR_END: poll
