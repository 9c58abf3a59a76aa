//! Rule 3: handle errors.
//!
//! [`broken`] keeps the `Ok` results and drops every error, also the one of a
//! task that panicked. And since it never checks the status, a page that says
//! "not found" counts as a page. [`kept`] returns a result for each site.

use futures::future::join_all;
use lesson_kit::Site;
use reqwest::Client;
use tokio::task::JoinSet;

use crate::fetch_page;

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

// ANCHOR: kept
/// Rule 3, kept.
pub async fn kept(
    client: &Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    let fetches = sites.iter().map(|site| fetch_page(client, site));
    join_all(fetches).await
}
// ANCHOR_END: kept
