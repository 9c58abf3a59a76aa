//! Three pages at the same time, with a runtime and one future.
//!
//! In Python this is `asyncio.run(main())` and `asyncio.gather`. Here an async
//! function runs only while something polls its future. The runtime polls the
//! one future it's given, and that one polls the futures inside it.

// ANCHOR: use
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::{Site, println};
// ANCHOR_END: use

/// How long to wait for a site, from the request to the last byte.
pub const TIMEOUT: Duration = Duration::from_secs(5);

// ANCHOR: fetch_page
/// Fetches a page and returns how many bytes its text has.
pub async fn fetch_page(
    client: &reqwest::Client,
    site: &Site,
) -> reqwest::Result<usize> {
    println!("Fetching {}", site.name);
    let response = client.get(&site.url).send().await?;
    let text = response.error_for_status()?.text().await?;
    println!("Fetched {}", site.name);
    Ok(text.len())
}
// ANCHOR_END: fetch_page

// ANCHOR: fetch_all
/// Fetches all pages at the same time, on the thread that awaits this.
/// Results are in the order of the sites.
pub async fn fetch_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    join_all(sites.iter().map(|site| fetch_page(client, site))).await
}
// ANCHOR_END: fetch_all

/// A client that gives up on a site after [`TIMEOUT`].
///
/// # Errors
///
/// When the operating system refuses what a client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(TIMEOUT).build()
}
