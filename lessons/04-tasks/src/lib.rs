//! Tasks: futures that were handed over to the runtime.
//!
//! `tokio::spawn` is asyncio's `create_task`. The runtime owns the future from
//! then on and polls it by itself; what you keep is a handle, to wait for its
//! result. A task owns all that it uses, because nobody can say how long it
//! will live.

use std::time::Duration;

use lesson_kit::{Site, println};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How long to wait for a site, from the request to the last byte.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);

/// The sites of the tutorial's own example.
pub const SITES: [&str; 2] = ["codeswithpankaj.com", "w3schools.com"];

/// The tutorial's pause between an answer and its text.
pub const PAUSE: Duration = Duration::from_secs(1);

// ANCHOR: fetch_page
/// Fetches a page, with a pause, and returns how many bytes its text has.
pub async fn fetch_page(
    client: reqwest::Client,
    site: Site,
) -> reqwest::Result<usize> {
    println!("Fetching {}", site.name);
    let response = client.get(&site.url).send().await?.error_for_status()?;
    sleep(PAUSE).await;
    println!("Fetched {}", site.name);
    Ok(response.text().await?.len())
}
// ANCHOR_END: fetch_page

// ANCHOR: schedule
/// Makes a task for each site. Their handles, in the order of the sites.
pub fn schedule(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<JoinHandle<reqwest::Result<usize>>> {
    let fetch = |site: &Site| fetch_page(client.clone(), site.clone());
    sites.iter().map(|site| tokio::spawn(fetch(site))).collect()
}
// ANCHOR_END: schedule

/// A client that gives up on a site after [`TIME_LIMIT`].
///
/// # Errors
///
/// When the system refuses what a client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(TIME_LIMIT).build()
}
