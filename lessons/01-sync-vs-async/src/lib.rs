//! The same three pages, fetched in three ways.
//!
//! The words you know from asyncio, and their names here:
//!
//! | Python | Rust | |
//! |---|---|---|
//! | coroutine | future | What calling an `async fn` returns. Its body doesn't run until the future is polled, that is, asked to run as far as it can. |
//! | event loop | runtime | Polls futures, and knows which socket or timer each of them is waiting for. Here it's Tokio. |
//! | `await x` | `x.await` | This future waits here, and its thread is free to run another one that can continue. |
//! | `asyncio.gather` | `join_all` | Waits for many futures at the same time. `gather` makes a task of each and raises the first error; `join_all` makes no tasks and returns every result. |
//! | task | task | A future that the runtime owns and runs independently. This lesson makes none. |

// ANCHOR: use
use std::thread;
use std::time::Duration;

use futures::future::join_all;
// The usual `println!`, except that it doesn't panic when its output is piped
// into a program that stops reading: `cargo run -p lesson01 | head -1`.
use lesson_kit::{Site, println};
// ANCHOR_END: use

pub mod threads;

/// How long to wait for a site before giving up on it. The async client counts
/// from the request to the last byte. `reqwest::blocking` counts to the end of
/// the response's headers, and starts again for its body.
pub const TIMEOUT: Duration = Duration::from_secs(5);

// ANCHOR: fetch_page
/// Fetches a page and returns how many bytes its text has.
/// While it waits, its thread sleeps.
pub fn fetch_page(
    client: &reqwest::blocking::Client,
    site: &Site,
) -> reqwest::Result<usize> {
    println!("Fetching {}", site.name);
    let response = client.get(&site.url).send()?;
    let text = response.error_for_status()?.text()?;
    println!("Fetched {}", site.name);
    Ok(text.len())
}
// ANCHOR_END: fetch_page

// ANCHOR: one_after_another
/// Fetches the pages one after another.
pub fn one_after_another(
    client: &reqwest::blocking::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    sites.iter().map(|site| fetch_page(client, site)).collect()
}
// ANCHOR_END: one_after_another

/// Fetches all pages at the same time, with a thread for each.
// ANCHOR: one_thread_each
pub fn one_thread_each(
    client: &reqwest::blocking::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    thread::scope(|scope| {
        let handles: Vec<_> = sites
            .iter()
            .map(|site| scope.spawn(|| fetch_page(client, site)))
            .collect();
        handles
            .into_iter()
            .map(|handle| handle.join().expect("it doesn't panic"))
            .collect()
    })
}
// ANCHOR_END: one_thread_each

// ANCHOR: fetch_page_async
/// Like `fetch_page`, with `async` and `.await`: while it waits,
/// its thread is free to run another future.
pub async fn fetch_page_async(
    client: &reqwest::Client,
    site: &Site,
) -> reqwest::Result<usize> {
    println!("Fetching {}", site.name);
    let response = client.get(&site.url).send().await?;
    let text = response.error_for_status()?.text().await?;
    println!("Fetched {}", site.name);
    Ok(text.len())
}
// ANCHOR_END: fetch_page_async

// ANCHOR: all_at_once
/// Fetches all pages at the same time, on the thread that awaits this.
/// Results are in the order of the sites.
pub async fn all_at_once(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    // A future for each site. Nothing is fetched yet.
    let pages = sites.iter().map(|site| fetch_page_async(client, site));
    // Polls them in turn until all are ready.
    join_all(pages).await
}
// ANCHOR_END: all_at_once
