//! A small page that inflates to a large one, and a page that never ends. How
//! much memory do they take?
//!
//! ```sh
//! cargo run -p lesson08 --example too_much
//! ```
//!
//! A wrong run inflates whatever the file contains, or keeps whatever arrives
//! before the timeout. A right run stops at a size limit of its own. The right
//! runs come first, because the program keeps some of the memory that the wrong
//! ones take. Look at how much memory grows.

// ANCHOR: use
use std::io::{self, Read};
use std::time::Duration;

use anyhow::Context;
use flate2::read::GzDecoder;
use lesson_kit::{println, with_causes};
use lesson08::{LARGEST, PageError, client, fetch_page, harmless, read_body};
use memory_stats::memory_stats;
use reqwest::Client;
use tokio::task::spawn_blocking;
use tokio::time::interval;
// ANCHOR_END: use

/// How often the memory is measured.
const INTERVAL: Duration = Duration::from_millis(2);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example too_much",
        "pages that are too much",
        &["bomb.example", "endless.example"],
    );
    let [bomb, endless] = lesson.exact_sites();
    let client = client()?;

    println!("--- right: inflate up to 4,000,000 bytes ---");
    let right = async {
        let page = fetch_compressed(&client, &bomb.url).await?;
        Ok(spawn_blocking(move || inflate(&page)).await??.len())
    };
    report(right).await?;

    println!("\n--- wrong: inflate it all ---");
    let wrong = async {
        let page = fetch_compressed(&client, &bomb.url).await?;
        Ok(spawn_blocking(move || inflate_all(&page)).await??.len())
    };
    report(wrong).await?;

    println!("\n--- right: read up to 4,000,000 bytes ---");
    let right =
        async { Ok(fetch_page(&client, &endless.url).await?.bytes.len()) };
    report(right).await?;

    println!("\n--- wrong: read it all ---");
    let wrong = async { Ok(read_all(&client, &endless.url).await?) };
    report(wrong).await
}

// ANCHOR: read_all
/// Wrong.
pub async fn read_all(client: &Client, url: &str) -> Result<usize, PageError> {
    Ok(client.get(url).send().await?.bytes().await?.len())
}
// ANCHOR_END: read_all

/// Fetches a compressed page and prints how many bytes arrived.
async fn fetch_compressed(
    client: &Client,
    url: &str,
) -> Result<Vec<u8>, PageError> {
    let page = read_body(client.get(url).send().await?, LARGEST).await?;
    println!("{} bytes arrived", page.len());
    Ok(page)
}

// ANCHOR: inflate_all
/// Wrong.
pub fn inflate_all(page: &[u8]) -> io::Result<Vec<u8>> {
    let mut inflated = Vec::new();
    GzDecoder::new(page).read_to_end(&mut inflated)?;
    Ok(inflated)
}
// ANCHOR_END: inflate_all

// ANCHOR: inflate
/// Right.
pub fn inflate(page: &[u8]) -> io::Result<Vec<u8>> {
    let mut inflated = Vec::new();
    let one_too_many = LARGEST as u64 + 1;
    GzDecoder::new(page).take(one_too_many).read_to_end(&mut inflated)?;
    if inflated.len() > LARGEST {
        let error = format!("it inflates to more than {LARGEST} bytes");
        return Err(io::Error::other(error));
    }
    Ok(inflated)
}
// ANCHOR_END: inflate

/// Does the work, then prints its result and how much memory grew in the
/// meantime.
async fn report(
    work: impl Future<Output = anyhow::Result<usize>>,
) -> anyhow::Result<()> {
    let before = memory()?;
    let mut most = before;
    let mut ticks = interval(INTERVAL);
    let mut work = std::pin::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            _ = ticks.tick() => most = most.max(memory()?),
        }
    };
    match done {
        Ok(bytes) => println!("{bytes} bytes"),
        Err(error) => println!("failed: {}", harmless(&with_causes(&*error))),
    }
    println!("memory grew by {} KB", most.saturating_sub(before) / 1_000);
    Ok(())
}

/// How much memory this program uses, in bytes.
fn memory() -> anyhow::Result<usize> {
    let stats = memory_stats().context("the system does not report memory")?;
    Ok(stats.physical_mem)
}
