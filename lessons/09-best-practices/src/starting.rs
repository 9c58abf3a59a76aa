//! Rule 1: start the runtime properly, once, at the top of the program.

use std::io;

use futures::future::join_all;
use lesson_kit::Site;
use reqwest::Result;
use tokio::runtime::Builder;

use crate::{client, fetch};

// ANCHOR: broken
/// Rule 1, broken: each fetch has a runtime of its own. Nothing is wrong with
/// any one of them, and no two can be in flight together.
pub fn broken(sites: &[Site]) -> io::Result<usize> {
    let mut pages = 0;
    for site in sites {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let page = runtime.block_on(async { fetch(&client()?, site).await });
        pages += usize::from(page.is_ok());
    }
    Ok(pages)
}
// ANCHOR_END: broken

// ANCHOR: kept
/// Rule 1, kept: one runtime, and everything in it.
#[tokio::main]
pub async fn kept(sites: &[Site]) -> Result<usize> {
    let client = client()?;
    let page_of = |site| fetch(&client, site);
    let fetches = sites.iter().map(page_of);
    let pages = join_all(fetches).await;
    Ok(pages.iter().flatten().count())
}
// ANCHOR_END: kept
