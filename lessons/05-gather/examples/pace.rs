//! A site allows ten requests per second. Does a limit on the requests in flight
//! keep to that?
//!
//! ```sh
//! cargo run -p lesson05 --example pace
//! ```
//!
//! Thirty requests to a site that responds within a few milliseconds. With at
//! most two in flight they're all done in a fraction of a second: a limit says
//! how many requests overlap, and nothing about how many there are per second.
//! With a pace each request waits for its own tick of one shared interval. The
//! first tick comes immediately, so thirty requests take 2.9 seconds.
//!
//! After a pause the interval doesn't make up for the ticks it has missed. With
//! Tokio's default, `MissedTickBehavior::Burst`, it would: a crawler that had
//! nothing to do for a minute would send six hundred requests back to back.

// ANCHOR: use
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt};
use lesson_kit::{Lesson, Site, println, with_causes};
use lesson05::{Page, client, fetch_named};
use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior, interval};
// ANCHOR_END: use

/// How many requests are sent.
const REQUESTS: usize = 30;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson05 --example pace",
        "a limit and a rate",
        &["delay?ms=5"],
    );
    let client = client()?;
    let sites: Vec<_> =
        lesson.sites().iter().cycle().take(REQUESTS).cloned().collect();

    println!("--- two at a time ---");
    let start = Instant::now();
    let pages = limited(&client, &sites).await;
    report(&lesson, "two at a time", pages, start).await;

    println!("\n--- ten per second ---");
    let start = Instant::now();
    let pages = paced(&client, &sites).await;
    report(&lesson, "ten per second", pages, start).await;
    Ok(())
}

// ANCHOR: limited
/// Two at a time.
pub async fn limited(client: &reqwest::Client, sites: &[Site]) -> Vec<Page> {
    let fetches = sites.iter().map(|site| fetch_named(client, site));
    stream::iter(fetches).buffer_unordered(2).collect().await
}
// ANCHOR_END: limited

// ANCHOR: pace
/// Gives each request its turn.
pub struct Pace {
    ticks: Mutex<Interval>,
}

impl Pace {
    /// A pace with this many turns per second.
    pub fn new(per_second: u32) -> Pace {
        let mut ticks = interval(Duration::from_secs(1) / per_second);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Pace { ticks: Mutex::new(ticks) }
    }

    /// Waits for the next turn.
    pub async fn turn(&self) {
        self.ticks.lock().await.tick().await;
    }
}

/// Ten per second.
pub async fn paced(client: &reqwest::Client, sites: &[Site]) -> Vec<Page> {
    let pace = Pace::new(10);
    let fetches = sites.iter().map(async |site| {
        pace.turn().await;
        fetch_named(client, site).await
    });
    stream::iter(fetches).buffer_unordered(8).collect().await
}
// ANCHOR_END: pace

async fn report(lesson: &Lesson, name: &str, pages: Vec<Page>, start: Instant) {
    let total = start.elapsed().as_secs_f64();
    for Page { site, bytes } in pages {
        if let Err(error) = bytes {
            println!("{site}: {}", with_causes(&error.without_url()));
        }
    }
    println!("Total time: {total:.2} seconds");
    lesson.summary(name).await;
}
