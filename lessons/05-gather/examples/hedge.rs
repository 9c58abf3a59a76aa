//! One request in a hundred is unlucky and takes ten times as long. Do you have
//! to wait for it? You can ask a second time.
//!
//! ```sh
//! cargo run -p lesson05 --example hedge
//! ```
//!
//! The site takes three seconds for the first request of each run, and no time
//! for later ones. The hedged fetch sends a second request after half a second.
//! The first page wins, and the other request is dropped. Look at the server:
//! it sees the loser leave.

// ANCHOR: use
use std::time::{Duration, Instant};

use futures::FutureExt; // `boxed`
use futures::future::select_ok;
use lesson_kit::{Site, println, with_causes};
use lesson05::fetch_page;
use tokio::time::sleep;
// ANCHOR_END: use

/// How long to wait before the second request: longer than nearly all responses
/// take.
const DELAY: Duration = Duration::from_millis(500);
/// Longer than the site takes for an unlucky request.
const TIMEOUT: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson05 --example hedge",
        "a second request if the first one is slow",
        &["unlucky-site.example"],
    );
    let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
    for site in lesson.sites() {
        println!("--- one request ---");
        let start = Instant::now();
        report(fetch_page(&client, site).await, start);
        lesson.timeline("one request").await;

        println!("\n--- hedged ---");
        let start = Instant::now();
        report(hedged(&client, site, DELAY).await, start);
        lesson.timeline("hedged").await;
    }
    Ok(())
}

// ANCHOR: hedged
/// Sends a request, and a second one if there's no page after `delay`. Returns
/// the first page, or an error if both requests fail.
pub async fn hedged(
    client: &reqwest::Client,
    site: &Site,
    delay: Duration,
) -> reqwest::Result<usize> {
    let second = async {
        sleep(delay).await;
        fetch_page(client, site).await
    };
    let both = [fetch_page(client, site).boxed(), second.boxed()];
    let (bytes, losers) = select_ok(both).await?;
    // Their connections stay open until they're dropped, at the latest here.
    drop(losers);
    Ok(bytes)
}
// ANCHOR_END: hedged

fn report(page: reqwest::Result<usize>, start: Instant) {
    match page {
        Ok(bytes) => println!("{bytes} bytes"),
        Err(error) => println!("{}", with_causes(&error.without_url())),
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}
