//! When does an `async fn` begin to run? When its future is polled, and not
//! before.
//!
//! ```sh
//! cargo run -p lesson02 --example lazy
//! ```
//!
//! The wrong run makes three futures, puts them into a `Vec` and never awaits
//! them, so nothing polls them and no request is sent. The right run awaits
//! them. Look at what the server saw of each. Python warns that a coroutine was
//! never awaited. Rust warns about a future that is dropped where it was made,
//! but not about a `Vec` of futures.

// ANCHOR: use
use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson02::{client, fetch_page};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson02 --example lazy",
        "when an async fn begins to run",
    );
    let client = client()?;

    println!("--- wrong: start all ---");
    let fetched = start_all(&client, lesson.sites()).await;
    println!("{fetched} pages fetched");
    lesson.timeline("start all").await;

    println!("\n--- right: start all, then await them ---");
    let fetched = start_and_await_all(&client, lesson.sites()).await;
    println!("{fetched} pages fetched");
    lesson.timeline("start all, then await them").await;
    Ok(())
}

// ANCHOR: wrong
/// Wrong.
pub async fn start_all(client: &reqwest::Client, sites: &[Site]) -> usize {
    let mut pages = Vec::new();
    for site in sites {
        pages.push(fetch_page(client, site));
    }
    pages.len()
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub async fn start_and_await_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> usize {
    let mut pages = Vec::new();
    for site in sites {
        pages.push(fetch_page(client, site));
    }
    let pages = join_all(pages).await;
    pages.iter().filter(|page| page.is_ok()).count()
}
// ANCHOR_END: right
