//! Many pages at the same time, and some of them won't come.
//!
//! In Python this is `asyncio.gather(…, return_exceptions=True)` with a timeout
//! for each request. In Rust each future returns a `Result`, so a failure is an
//! entry of the list like every other result, and a timeout turns a site that
//! hangs into just another failure.

// ANCHOR: use
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::Site;
// ANCHOR_END: use

/// The tutorial's sites, its invalid one, and one that never answers.
pub const SITES: [&str; 5] = [
    "codeswithpankaj.com",
    "python.org",
    "w3schools.com",
    "invalid-site.example",
    "silent-site.example",
];

// ANCHOR: client
/// How long a page may take, from the request to the last byte.
pub const TIMEOUT: Duration = Duration::from_secs(1);

/// A client that gives up on a page after [`TIMEOUT`].
///
/// # Errors
///
/// When the system refuses what a client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(TIMEOUT).build()
}
// ANCHOR_END: client

// ANCHOR: fetch_page
/// Fetches a page and returns the number of bytes of its text.
pub async fn fetch_page(
    client: &reqwest::Client,
    site: &Site,
) -> reqwest::Result<usize> {
    let response = client.get(&site.url).send().await?;
    let text = response.error_for_status()?.text().await?;
    Ok(text.len())
}
// ANCHOR_END: fetch_page

// ANCHOR: fetch_all
/// Fetches all pages concurrently. The results are in the order of the sites.
pub async fn fetch_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    join_all(sites.iter().map(|site| fetch_page(client, site))).await
}
// ANCHOR_END: fetch_all

// ANCHOR: page
/// The result of fetching a page, and whose page it is.
#[derive(Debug)]
pub struct Page {
    /// The site's name.
    pub site: String,
    /// The number of bytes, or the error that cost us the page.
    pub bytes: reqwest::Result<usize>,
}

/// Calls [`fetch_page`] and keeps the site's name beside the result.
pub async fn fetch_named(client: &reqwest::Client, site: &Site) -> Page {
    let bytes = fetch_page(client, site).await;
    Page { site: site.name.clone(), bytes }
}
// ANCHOR_END: page
