//! One request in a hundred is unlucky and takes ten times as long. Must you
//! wait for it? You can ask a second time.
//!
//! ```sh
//! cargo run -p lesson05 --example hedge
//! ```
//!
//! The site takes three seconds for the first request of each run, and none for
//! the next. The hedged fetch asks again after half a second; the first answer
//! wins, and the other request is dropped. Look at the server: it sees the
//! loser leave.

use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::select_ok;
use lesson_kit::{Site, println};
use lesson05::reason;
use tokio::runtime::Runtime;
use tokio::time::sleep;

/// How long to wait before asking again: longer than nearly all answers take.
const PATIENCE: Duration = Duration::from_millis(500);
/// How long to wait for a page: longer than the site takes when it is unlucky.
const TIME_LIMIT: Duration = Duration::from_secs(5);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson05 --example hedge",
        "a second request where the first is slow",
        &["unlucky-site.example"],
    );
    let client = reqwest::Client::builder().timeout(TIME_LIMIT).build()?;
    let runtime = Runtime::new()?;
    for site in lesson.sites() {
        println!("--- one request ---");
        let start = Instant::now();
        tell(runtime.block_on(fetch(&client, site)), start);
        lesson.blocking_timeline("one request");

        println!("\n--- hedged ---");
        let start = Instant::now();
        tell(runtime.block_on(hedged(&client, site, PATIENCE)), start);
        lesson.blocking_timeline("hedged");
    }
    Ok(())
}

/// Fetches a page and returns how many bytes it has.
pub async fn fetch(
    client: &reqwest::Client,
    site: &Site,
) -> reqwest::Result<usize> {
    let response = client.get(&site.url).send().await?;
    Ok(response.error_for_status()?.bytes().await?.len())
}

// ANCHOR: hedged
/// Asks once, and again if there is no answer after a while. The first page
/// counts; an error only if both fail.
pub async fn hedged(
    client: &reqwest::Client,
    site: &Site,
    patience: Duration,
) -> reqwest::Result<usize> {
    let again = async {
        sleep(patience).await;
        fetch(client, site).await
    };
    let (page, _other) =
        select_ok([fetch(client, site).boxed(), again.boxed()]).await?;
    Ok(page)
}
// ANCHOR_END: hedged

fn tell(page: reqwest::Result<usize>, start: Instant) {
    match page {
        Ok(bytes) => println!("{bytes} bytes"),
        // The limit that `reason` tells is the lesson's.
        Err(error) if error.is_timeout() => {
            println!("no answer within {} s", TIME_LIMIT.as_secs());
        }
        Err(error) => println!("failed: {}", reason(&error)),
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}
