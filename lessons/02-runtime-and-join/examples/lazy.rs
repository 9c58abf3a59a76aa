//! When does an `async fn` begin to run? When its future is polled, and not
//! before.
//!
//! ```sh
//! cargo run -p lesson02 --example lazy
//! ```
//!
//! The wrong run makes three futures and forgets to await them; the right run
//! awaits them. Look at what the server saw of each. Python warns that a
//! coroutine was never awaited. Rust warns of a future that is made and dropped
//! on the spot, and not of a `Vec` of futures.

use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson02::{client, fetch_page};
use tokio::runtime::Runtime;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson02 --example lazy",
        "a future does nothing until it is polled",
    );
    let client = client()?;
    let runtime = Runtime::new()?;

    println!("--- wrong: made and forgotten ---");
    let fetched = runtime.block_on(forgotten(&client, lesson.sites()));
    println!("{fetched} pages fetched");
    lesson.blocking_timeline("made and forgotten");

    println!("\n--- right: made and awaited ---");
    let fetched = runtime.block_on(awaited(&client, lesson.sites()));
    println!("{fetched} pages fetched");
    lesson.blocking_timeline("made and awaited");
    Ok(())
}

// ANCHOR: wrong
/// Wrong: makes a future for each site, and awaits none. It compiles, and there
/// is no warning.
pub async fn forgotten(client: &reqwest::Client, sites: &[Site]) -> usize {
    let mut fetched = Vec::new();
    for site in sites {
        fetched.push(fetch_page(client, site));
    }
    fetched.len()
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: awaits what it made.
pub async fn awaited(client: &reqwest::Client, sites: &[Site]) -> usize {
    let mut pages = Vec::new();
    for site in sites {
        pages.push(fetch_page(client, site));
    }
    let fetched = join_all(pages).await;
    fetched.iter().filter(|page| page.is_ok()).count()
}
// ANCHOR_END: right
