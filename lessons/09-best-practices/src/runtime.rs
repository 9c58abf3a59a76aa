//! Rule 1: start the runtime properly, once, at the top of the program.
//!
//! [`broken`] makes a runtime for each fetch. Every one of them works, but
//! `block_on` returns only when its own future is done, so two fetches are never
//! in flight together. [`kept`] is a plain `async fn`: it runs on the runtime
//! that its caller has, and a program makes that one with `#[tokio::main]`.

// ANCHOR: use
use std::io;

use futures::future::join_all;
use lesson_kit::Site;
use reqwest::Client;
use tokio::runtime::Builder;

use crate::{client, fetch_page};
// ANCHOR_END: use

// ANCHOR: broken
/// Rule 1, broken.
pub fn broken(sites: &[Site]) -> io::Result<Vec<reqwest::Result<usize>>> {
    let mut pages = Vec::new();
    for site in sites {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let fetch = async { fetch_page(&client()?, site).await };
        pages.push(runtime.block_on(fetch));
    }
    Ok(pages)
}
// ANCHOR_END: broken

// ANCHOR: kept
/// Rule 1, kept.
pub async fn kept(
    client: &Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    let fetches = sites.iter().map(|site| fetch_page(client, site));
    join_all(fetches).await
}
// ANCHOR_END: kept
