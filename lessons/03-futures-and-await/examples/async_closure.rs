//! How do you write a function that takes an async function?
//!
//! ```sh
//! cargo run -p lesson03 --example async_closure
//! ```
//!
//! `async |site| …` is a closure that returns a future when it's called.
//! `impl AsyncFnMut(…)` accepts such a closure, or an `async fn`. This closure
//! borrows the client and the total from outside, across its awaits.

// ANCHOR: use
use lesson_kit::{Site, println};
use lesson03::{SITES, client, count_words};
use reqwest::Result;
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson03 --example async_closure",
        "functions that take async functions",
        &SITES,
    );
    let sites = lesson.sites();
    // ANCHOR: closure
    let client = client()?;
    let mut total = 0;
    visit(sites, async |site| {
        total += count_words(&client, site).await?;
        Ok(())
    })
    .await?;
    println!("{total} words on {} sites", sites.len());
    // ANCHOR_END: closure
    lesson.timeline("a closure for each site").await;
    Ok(())
}

// ANCHOR: visit
/// Calls `each` with every site, one after another, until one fails.
pub async fn visit(
    sites: &[Site],
    mut each: impl AsyncFnMut(&Site) -> Result<()>,
) -> Result<()> {
    for site in sites {
        each(site).await?;
    }
    Ok(())
}
// ANCHOR_END: visit
