//! Futures that await futures.
//!
//! `count_words` awaits `fetch_content`, which awaits the client. That's a
//! chain, like coroutines that await coroutines. An `.await` finishes before the
//! next line of its function runs, so futures that should overlap are joined.

use std::time::Duration;

use futures::future::join_all;
use lesson_kit::{Site, println};

/// How long to wait for a site, from the request to the last byte.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// The sites of the tutorial's own example.
pub const SITES: [&str; 2] = ["codeswithpankaj.com", "python.org"];

// ANCHOR: chain
/// Fetches a page and returns its text.
pub async fn fetch_content(
    client: &reqwest::Client,
    site: &Site,
) -> reqwest::Result<String> {
    println!("Fetching {}", site.name);
    let response = client.get(&site.url).send().await?;
    response.error_for_status()?.text().await
}

/// Fetches a page and returns the number of its words.
pub async fn count_words(
    client: &reqwest::Client,
    site: &Site,
) -> reqwest::Result<usize> {
    let content = fetch_content(client, site).await?;
    let words = content.split_whitespace().count();
    println!("Processed {}", site.name);
    Ok(words)
}
// ANCHOR_END: chain

// ANCHOR: count_all
/// Counts the words of all pages at the same time.
/// Results are in the order of the sites.
pub async fn count_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    join_all(sites.iter().map(|site| count_words(client, site))).await
}
// ANCHOR_END: count_all

/// A client that gives up on a site after [`TIMEOUT`].
///
/// # Errors
///
/// When the operating system refuses what a client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(TIMEOUT).build()
}
