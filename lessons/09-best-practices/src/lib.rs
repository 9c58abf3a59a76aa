//! The tutorial's five rules, each broken and kept.
//!
//! # Layout
//! - [`starting`]: 1. start the runtime properly
//! - [`blocking`]: 2. do not block
//! - [`errors`]: 3. handle errors
//! - [`files`]: 4. use async libraries
//! - [`closing`]: 5. close what you open
//! - [`watched`]: for examples that hang: a thread that can be left behind

pub mod blocking;
pub mod closing;
pub mod errors;
pub mod files;
pub mod starting;
pub mod watched;

use std::time::Duration;

use lesson_kit::Site;
use reqwest::Client;

/// The tutorial's sites, its invalid one, and one that has no page.
pub const SITES: [&str; 5] = [
    "codeswithpankaj.com",
    "python.org",
    "w3schools.com",
    "invalid-site.example",
    "missing-site.example",
];

/// How long to wait for a page, from the request to the last byte.
pub const TIME_LIMIT: Duration = Duration::from_secs(2);

/// A client that gives up on a page after [`TIME_LIMIT`].
///
/// # Errors
///
/// When the system refuses what a client needs.
pub fn client() -> reqwest::Result<Client> {
    Client::builder().timeout(TIME_LIMIT).build()
}

// ANCHOR: fetch
/// Fetches a page and returns how many bytes it has.
pub async fn fetch(client: &Client, site: &Site) -> reqwest::Result<usize> {
    let response = client.get(&site.url).send().await?;
    Ok(response.error_for_status()?.bytes().await?.len())
}
// ANCHOR_END: fetch
