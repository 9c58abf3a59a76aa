//! The same three pages, fetched in three ways.
//!
//! Words you know from asyncio, and what they are called here:
//!
//! | Python | Rust | |
//! |---|---|---|
//! | coroutine | future | What calling an `async fn` returns. It does nothing until it is polled: asked to go on as far as it can. |
//! | event loop | runtime | Polls futures, and knows which socket or timer each of them waits for. Here it is Tokio. |
//! | `await x` | `x.await` | This future waits here, and its thread is free for another that can go on. |
//! | `asyncio.gather` | `join_all` | Waits for many futures at once. `gather` makes tasks and raises the first error; `join_all` makes none and returns every result. |
//! | task | task | A future that the runtime owns and runs by itself. This lesson makes none. |

use std::thread;
use std::time::Duration;

use futures::future::join_all;
// `println!` as you know it, but fit for a pipe: `cargo run -p lesson01 | head
// -1` ends without a panic.
use lesson_kit::{Site, println};

pub mod threads;

// ANCHOR: time_limit
/// How long to wait for a site before giving up on it. The async client counts
/// it from the request to the last byte; `reqwest::blocking` counts to the head
/// of the answer and then anew for the body.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);
// ANCHOR_END: time_limit

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
/// Fetches all pages, each after the one before.
/// Results in the order of the sites.
pub fn one_after_another(
    client: &reqwest::blocking::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    sites.iter().map(|site| fetch_page(client, site)).collect()
}
// ANCHOR_END: one_after_another

// ANCHOR: one_thread_each
/// Fetches all pages at once, with a thread for each.
/// Results in the order of the sites.
pub fn one_thread_each(
    client: &reqwest::blocking::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    // A scope ends when all its threads have ended,
    // so they may borrow `client` and `sites`.
    thread::scope(|scope| {
        let threads: Vec<_> = sites
            .iter()
            .map(|site| scope.spawn(|| fetch_page(client, site)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a fetching thread panicked"))
            .collect()
    })
}
// ANCHOR_END: one_thread_each

// ANCHOR: fetch_page_async
/// As `fetch_page`, with `async` and `.await`: while it waits,
/// its thread is free for another future.
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
/// Fetches all pages at once, on the thread that awaits this.
/// Results in the order of the sites.
pub async fn all_at_once(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<reqwest::Result<usize>> {
    // A future for each site; nothing is fetched yet.
    let pages = sites.iter().map(|site| fetch_page_async(client, site));
    // Polls them all, in turn.
    join_all(pages).await
}
// ANCHOR_END: all_at_once
