//! Many pages at once, of which some will not come.
//!
//! In Python this is `asyncio.gather(…, return_exceptions=True)` and a
//! `timeout` for each request. Here each future returns a `Result`, so one that
//! fails is an entry of the list like the others; and what may hang has a
//! limit.

use std::time::Duration;

use futures::future::join_all;
use lesson_kit::{Site, println};

/// The tutorial's sites, its invalid one, and one that never answers.
pub const SITES: [&str; 5] = [
    "codeswithpankaj.com",
    "python.org",
    "w3schools.com",
    "invalid-site.example",
    "silent-site.example",
];

// ANCHOR: client
/// How long to wait for a page, from the request to the last byte.
pub const TIME_LIMIT: Duration = Duration::from_secs(1);

/// A client that gives up on a page after [`TIME_LIMIT`].
///
/// # Errors
///
/// When the system refuses what a client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(TIME_LIMIT).build()
}
// ANCHOR_END: client

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
/// Fetches all pages at once. A result for each, in the order of the sites.
pub async fn fetch_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    join_all(sites.iter().map(|site| fetch_page(client, site))).await
}
// ANCHOR_END: fetch_all

// ANCHOR: reason
/// What went wrong, in words for a person.
pub fn reason(error: &reqwest::Error) -> String {
    // A time limit can end the connecting, too, so it is asked about first.
    if error.is_timeout() {
        format!("no answer within {} s", TIME_LIMIT.as_secs())
    } else if error.is_connect() {
        "cannot connect to host".to_owned()
    } else if let Some(status) = error.status() {
        format!("the site answered {status}")
    } else if error.is_redirect() {
        "too many redirects".to_owned()
    } else if error.is_body() || error.is_decode() {
        "the answer broke off".to_owned()
    } else {
        "no proper answer".to_owned()
    }
}
// ANCHOR_END: reason
