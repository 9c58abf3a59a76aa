//! Rule 3: handle errors.

use futures::future::join_all;
use lesson_kit::Site;
use reqwest::Client;
use tokio::task::JoinSet;

use crate::fetch;

// ANCHOR: broken
/// Rule 3, broken: takes what is `Ok` and is silent about the rest. And a page
/// that says "not found" is `Ok` to whoever does not ask for the status.
pub async fn broken(client: &Client, sites: &[Site]) -> Vec<usize> {
    let mut tasks = JoinSet::new();
    for site in sites {
        let request = client.get(&site.url);
        tasks.spawn(async { request.send().await?.bytes().await });
    }
    let mut pages = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        if let Ok(Ok(page)) = ended {
            pages.push(page.len());
        }
    }
    pages
}
// ANCHOR_END: broken

// ANCHOR: kept
/// Rule 3, kept: a result for each site, in the order
/// of the sites, a page or a reason.
pub async fn kept(
    client: &Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    let page_of = |site| fetch(client, site);
    join_all(sites.iter().map(page_of)).await
}
// ANCHOR_END: kept

/// Why there is no page, in words for a person.
pub fn reason(error: &reqwest::Error) -> String {
    match error.status() {
        Some(status) => format!("the site answered {status}"),
        None if error.is_timeout() => "no answer in time".to_owned(),
        None if error.is_connect() => "cannot connect to host".to_owned(),
        None => "no proper answer".to_owned(),
    }
}
