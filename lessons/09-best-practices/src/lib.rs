//! The tutorial's five rules, each broken and kept.
//!
//! # Layout
//! - [`runtime`]: 1. start the runtime properly
//! - [`blocking`]: 2. do not block
//! - [`errors`]: 3. handle errors
//! - [`files`]: 4. use async libraries
//! - [`flushing`]: 5. close what you open
//! - [`watchdog`]: for examples that hang: a thread that can be left behind

pub mod blocking;
pub mod errors;
pub mod files;
pub mod flushing;
pub mod runtime;
pub mod watchdog;

// ANCHOR: use
use std::time::Duration;

use lesson_kit::Site;
use reqwest::Client;
// ANCHOR_END: use

/// The tutorial's sites, its invalid one, and one that has no page.
pub const SITES: [&str; 5] = [
    "codeswithpankaj.com",
    "python.org",
    "w3schools.com",
    "invalid-site.example",
    "missing-site.example",
];

/// How long a page may take, from the request to the last byte.
pub const TIMEOUT: Duration = Duration::from_secs(2);

/// A client that gives up on a page after [`TIMEOUT`].
///
/// # Errors
///
/// When the system refuses something a client needs.
pub fn client() -> reqwest::Result<Client> {
    Client::builder().timeout(TIMEOUT).build()
}

// ANCHOR: fetch_page
/// Fetches a page and returns how many bytes it has.
pub async fn fetch_page(
    client: &Client,
    site: &Site,
) -> reqwest::Result<usize> {
    let response = client.get(&site.url).send().await?;
    Ok(response.error_for_status()?.bytes().await?.len())
}
// ANCHOR_END: fetch_page
