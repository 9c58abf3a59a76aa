//! Futures that await futures.
//!
//! `count_words` awaits `fetch_content`, which awaits the client. That's a
//! chain, like coroutines that await coroutines. An `.await` finishes before the
//! next line of its function runs, so futures that should overlap are joined.

// ANCHOR: use
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::{Site, println};
use reqwest::{Client, Result};
// ANCHOR_END: use

/// How long to wait for a site, from the request to the last byte.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// The sites of the tutorial's own example.
pub const SITES: [&str; 2] = ["codeswithpankaj.com", "python.org"];

// ANCHOR: chain
/// Fetches a page and returns its text.
pub async fn fetch_content(client: &Client, site: &Site) -> Result<String> {
    println!("Fetching {}", site.name);
    let response = client.get(&site.url).send().await?;
    response.error_for_status()?.text().await
}

/// Fetches a page and returns the number of its words.
pub async fn count_words(client: &Client, site: &Site) -> Result<usize> {
    let content = fetch_content(client, site).await?;
    let words = content.split_whitespace().count();
    println!("Processed {}", site.name);
    Ok(words)
}
// ANCHOR_END: chain

#[expect(clippy::manual_async_fn, reason = "it shows what `async fn` is")]
// ANCHOR: desugared
/// `count_words`, written without `async fn`.
pub fn count_words_desugared(
    client: &Client,
    site: &Site,
) -> impl Future<Output = Result<usize>> {
    async move {
        let content = fetch_content(client, site).await?;
        let words = content.split_whitespace().count();
        println!("Processed {}", site.name);
        Ok(words)
    }
}
// ANCHOR_END: desugared

/// Counts the words of all pages concurrently.
/// Results are in the order of the sites.
pub async fn count_all(client: &Client, sites: &[Site]) -> Vec<Result<usize>> {
    join_all(sites.iter().map(|site| count_words(client, site))).await
}

/// A client that gives up on a site after [`TIMEOUT`].
///
/// # Errors
///
/// When the operating system refuses what a client needs.
pub fn client() -> Result<Client> {
    Client::builder().timeout(TIMEOUT).build()
}
