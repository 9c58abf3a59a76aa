//! You download a large file. How much memory does it take?
//!
//! ```sh
//! cargo run -p lesson11 --example download
//! ```
//!
//! `bytes()` has the whole body in memory before you write a byte of it. The
//! right run writes each chunk before it reads the next one, so the server can
//! send no faster than the disk takes it, and there's progress to show. Look at
//! the memory.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::println;
use memory_stats::memory_stats;
use mock_server::Site;
use reqwest::Client;
use tokio::fs::File;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::interval;
// ANCHOR_END: use

/// The size of the file, in bytes.
const SIZE: u64 = 50_000_000;
/// How often the memory is measured.
const INTERVAL: Duration = Duration::from_millis(2);

/// A site with a download of any size.
pub fn sites() -> Vec<Site> {
    vec![Site::new("shop.example").endpoints()]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example download",
        "what a download takes",
        sites,
    );
    let [site] = lesson.exact_sites();
    let (client, url) = (Client::new(), format!("{}bytes/{SIZE}", site.url));

    println!("--- right: chunk by chunk ---");
    let mut file = File::from_std(tempfile::tempfile()?);
    let mut shown = 0;
    let progress = |read, length: Option<u64>| {
        let quarter = length.unwrap_or(SIZE) / 4;
        if read / quarter > shown {
            shown = read / quarter;
            println!("{:3} %", 25 * shown);
        }
    };
    measured(save(&client, &url, &mut file, progress)).await?;

    // It comes last, because the program keeps some of the memory.
    println!("\n--- wrong: bytes() ---");
    let mut file = File::from_std(tempfile::tempfile()?);
    measured(read_then_save(&client, &url, &mut file)).await?;
    Ok(())
}

// ANCHOR: wrong
/// Version A.
pub async fn read_then_save(
    client: &Client,
    url: &str,
    file: &mut (impl AsyncWrite + Unpin),
) -> anyhow::Result<u64> {
    let response = client.get(url).send().await?.error_for_status()?;
    let body = response.bytes().await?;
    file.write_all(&body).await?;
    file.flush().await?;
    Ok(body.len() as u64)
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn save(
    client: &Client,
    url: &str,
    file: &mut (impl AsyncWrite + Unpin),
    mut progress: impl FnMut(u64, Option<u64>),
) -> anyhow::Result<u64> {
    let mut response = client.get(url).send().await?.error_for_status()?;
    let length = response.content_length();
    let mut written = 0;
    while let Some(chunk) = response.chunk().await? {
        file.write_all(&chunk).await?;
        written += chunk.len() as u64;
        progress(written, length);
    }
    // Tokio writes on a different thread. This waits until that's done.
    file.flush().await?;
    Ok(written)
}
// ANCHOR_END: right

/// Downloads, and prints what it took.
async fn measured(
    download: impl Future<Output = anyhow::Result<u64>>,
) -> anyhow::Result<()> {
    let before = memory();
    let mut most = before;
    let mut ticks = interval(INTERVAL);
    let mut download = std::pin::pin!(download);
    let bytes = loop {
        tokio::select! {
            bytes = &mut download => break bytes?,
            _ = ticks.tick() => most = most.max(memory()),
        }
    };
    println!("{bytes} bytes are in the file");
    println!("memory grew by {} KB", most.saturating_sub(before) / 1_000);
    Ok(())
}

/// The program's memory in bytes, or 0 on a system that doesn't report it.
fn memory() -> usize {
    memory_stats().map_or(0, |memory| memory.physical_mem)
}
