//! The same three pages, fetched in three ways.
//!
//! Words you know from asyncio, and what they are called here:
//!
//! | Python | Rust | |
//! |---|---|---|
//! | coroutine | future | what calling an `async fn` returns; it does nothing until somebody polls it |
//! | event loop | runtime | polls futures and waits for sockets and timers; here it is Tokio |
//! | `await x` | `x.await` | this future waits here, and the runtime runs another meanwhile |
//! | task | task | a future the runtime owns and runs by itself; there is none in this lesson |

#![warn(clippy::unwrap_used)]

use std::thread;
use std::time::Duration;

// `println!` as you know it, except that it does not panic when its reader leaves: `cargo run -p lesson01 | head -1`.
use anstream::println;
use futures::future::join_all;
use lesson_kit::Site;

pub mod threads;

/// How long to wait for a site before giving up on it. The async client counts it from the request to the last byte;
/// `reqwest::blocking` counts to the head of the answer and then anew for the body.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);

// ANCHOR: fetch_page
/// Fetches a page and returns how many bytes its text has. The thread sleeps until the answer is there.
pub fn fetch_page(client: &reqwest::blocking::Client, site: &Site) -> reqwest::Result<usize> {
    println!("Fetching {}", site.name);
    let response = client.get(&site.url).send()?.error_for_status()?;
    let text = response.text()?;
    println!("Fetched {}", site.name);
    Ok(text.len())
}
// ANCHOR_END: fetch_page

// ANCHOR: one_after_another
/// All pages, each when the one before is there. Results in the order of the sites.
pub fn one_after_another(client: &reqwest::blocking::Client, sites: &[Site]) -> Vec<reqwest::Result<usize>> {
    sites.iter().map(|site| fetch_page(client, site)).collect()
}
// ANCHOR_END: one_after_another

// ANCHOR: one_thread_each
/// All pages at once, with a thread for each. Results in the order of the sites.
pub fn one_thread_each(client: &reqwest::blocking::Client, sites: &[Site]) -> Vec<reqwest::Result<usize>> {
    thread::scope(|scope| {
        let threads: Vec<_> = sites.iter().map(|site| scope.spawn(|| fetch_page(client, site))).collect();
        threads.into_iter().map(|thread| thread.join().expect("fetch_page does not panic")).collect()
    })
}
// ANCHOR_END: one_thread_each

// ANCHOR: fetch_page_async
/// The same as `fetch_page`, but at each `.await` the thread is free for another future.
pub async fn fetch_page_async(client: &reqwest::Client, site: &Site) -> reqwest::Result<usize> {
    println!("Fetching {}", site.name);
    let response = client.get(&site.url).send().await?.error_for_status()?;
    let text = response.text().await?;
    println!("Fetched {}", site.name);
    Ok(text.len())
}
// ANCHOR_END: fetch_page_async

// ANCHOR: all_at_once
/// All pages at once, on the one thread that awaits this. Results in the order of the sites.
pub async fn all_at_once(client: &reqwest::Client, sites: &[Site]) -> Vec<reqwest::Result<usize>> {
    join_all(sites.iter().map(|site| fetch_page_async(client, site))).await
}
// ANCHOR_END: all_at_once
