//! A small page that inflates to a large one, and a page without end. How much
//! memory do they take?
//!
//! ```sh
//! cargo run -p lesson08 --example too_much
//! ```
//!
//! The right runs come first, because the program keeps some of what the wrong
//! ones take. Look at how much memory grows, and at how much the server was
//! able to send before the client left.

use std::io::{self, Read};
use std::time::Duration;

use flate2::read::GzDecoder;
use lesson_kit::println;
use lesson08::{LARGEST, PageError, body, client, fetch, harmless};
use memory_stats::memory_stats;
use reqwest::Client;
use tokio::runtime::Runtime;
use tokio::task::spawn_blocking;
use tokio::time::interval;

/// How often memory is looked at.
const OFTEN: Duration = Duration::from_millis(2);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example too_much",
        "pages that are too much",
        &["bomb.example", "endless.example"],
    );
    let sites = lesson.sites();
    let (Some(bomb), Some(endless)) = (sites.first(), sites.last()) else {
        anyhow::bail!("it takes a site");
    };
    let client = client()?;
    let runtime = Runtime::new()?;

    println!("--- right: inflate up to 4,000,000 bytes ---");
    runtime.block_on(told(async {
        let page = compressed(&client, &bomb.url).await?;
        Ok(spawn_blocking(move || inflate(&page)).await??.len())
    }));

    println!("\n--- wrong: inflate it all ---");
    runtime.block_on(told(async {
        let page = compressed(&client, &bomb.url).await?;
        Ok(spawn_blocking(move || inflate_all(&page)).await??.len())
    }));

    println!("\n--- right: read up to 4,000,000 bytes ---");
    runtime.block_on(told(async {
        Ok(fetch(&client, &endless.url).await?.bytes.len())
    }));

    println!("\n--- wrong: read it all ---");
    runtime
        .block_on(told(async { Ok(read_all(&client, &endless.url).await?) }));
    Ok(())
}

// ANCHOR: read_all
/// Wrong: keeps whatever comes until the time limit.
pub async fn read_all(client: &Client, url: &str) -> Result<usize, PageError> {
    Ok(client.get(url).send().await?.bytes().await?.len())
}
// ANCHOR_END: read_all

/// Fetches a compressed page and says how many bytes came.
async fn compressed(client: &Client, url: &str) -> Result<Vec<u8>, PageError> {
    let page = body(client.get(url).send().await?, LARGEST).await?;
    println!("{} bytes came", page.len());
    Ok(page)
}

// ANCHOR: inflate
/// Wrong: how much comes out is up to whoever made the page.
pub fn inflate_all(page: &[u8]) -> io::Result<Vec<u8>> {
    let mut inflated = Vec::new();
    GzDecoder::new(page).read_to_end(&mut inflated)?;
    Ok(inflated)
}

/// Right: inflates no more than it would read.
pub fn inflate(page: &[u8]) -> io::Result<Vec<u8>> {
    let mut inflated = Vec::new();
    let one_too_many = LARGEST as u64 + 1;
    GzDecoder::new(page).take(one_too_many).read_to_end(&mut inflated)?;
    if inflated.len() > LARGEST {
        let words = format!("it inflates to more than {LARGEST} bytes");
        return Err(io::Error::other(words));
    }
    Ok(inflated)
}
// ANCHOR_END: inflate

/// Does the work and prints what came of it, and by how much memory had grown
/// in the meantime.
async fn told(work: impl Future<Output = anyhow::Result<usize>>) {
    let before = memory();
    let mut most = before;
    let mut looks = interval(OFTEN);
    let mut work = std::pin::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            _ = looks.tick() => most = most.max(memory()),
        }
    };
    match done {
        Ok(bytes) => println!("{bytes} bytes"),
        Err(error) => println!("failed: {}", harmless(&format!("{error:#}"))),
    }
    println!("memory grew by {} KB", most.saturating_sub(before) / 1_000);
}

/// How much memory this program takes, in bytes.
fn memory() -> usize {
    memory_stats().map_or(0, |stats| stats.physical_mem)
}
