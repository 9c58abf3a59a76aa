//! Rule 3: handle errors.
//!
//! [`broken`] keeps the `Ok` results and drops every error, also the one of a
//! task that panicked. And since it never checks the status, a page that says
//! "not found" counts as a page. [`kept`] returns a result for each site.

// ANCHOR: use
use lesson_kit::Site;
use reqwest::Client;
use tokio::task::JoinSet;
// ANCHOR_END: use

// ANCHOR: broken
/// Rule 3, broken.
pub async fn broken(client: &Client, sites: &[Site]) -> Vec<usize> {
    let mut tasks = JoinSet::new();
    for site in sites {
        let request = client.get(&site.url);
        tasks.spawn(async { request.send().await?.bytes().await });
    }
    let mut pages = Vec::new();
    while let Some(result) = tasks.join_next().await {
        if let Ok(Ok(page)) = result {
            pages.push(page.len());
        }
    }
    pages
}
// ANCHOR_END: broken

/// Rule 3, kept: rule 1's function already returns a result for each site, and
/// its `fetch_page` takes an error status for an error.
pub use crate::runtime::kept;
