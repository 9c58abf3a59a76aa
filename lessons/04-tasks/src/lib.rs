//! Tasks: futures handed over to the runtime.
//!
//! `tokio::spawn` is asyncio's `create_task`. From then on the runtime owns the
//! future and polls it on its own; you keep a handle, to wait for the result. A
//! task owns everything it uses, because it may outlive the function that
//! spawned it.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::{Site, println};
use tokio::task::JoinHandle;
use tokio::time::sleep;
// ANCHOR_END: use

/// The timeout for a page, from the request to the last byte.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// The sites of the tutorial's own example.
pub const SITES: [&str; 2] = ["codeswithpankaj.com", "w3schools.com"];

/// The tutorial's pause between a response and its text.
pub const PAUSE: Duration = Duration::from_secs(1);

// ANCHOR: fetch_page
/// Fetches a page, with a pause, and returns the size of its text in bytes.
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
/// Spawns a task for each site. Returns their handles in the same order.
pub fn schedule(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<JoinHandle<reqwest::Result<usize>>> {
    let mut handles = Vec::new();
    for site in sites {
        let page = fetch_page(client.clone(), site.clone());
        handles.push(tokio::spawn(page));
    }
    handles
}
// ANCHOR_END: schedule

/// A client that gives up on a page after [`TIMEOUT`].
///
/// # Errors
///
/// When the system refuses a resource the client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(TIMEOUT).build()
}
