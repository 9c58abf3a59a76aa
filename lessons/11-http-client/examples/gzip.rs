//! A page travels as gzip. What do you get, and how much of it?
//!
//! ```sh
//! cargo run -p lesson11 --example gzip
//! ```
//!
//! With reqwest's feature `gzip`, a client says that it takes gzip,
//! decompresses what comes, and removes the headers that are no longer true:
//! `Content-Encoding` and `Content-Length`. `no_gzip` turns that off for one
//! client.
//!
//! The second page is a thousand times larger than what travels. The wrong run
//! refuses a page whose `content_length` is too large. But a decompressed page
//! has none, so it reads the whole page. The right run counts the decompressed
//! bytes as they come, and drops the response when there are too many. Look at
//! the number of bytes that each run has read.

// ANCHOR: use
use anyhow::ensure;
use lesson_kit::{println, with_causes};
use mock_server::{Fault, Site};
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use reqwest::{Client, Response};
// ANCHOR_END: use

/// The largest page that the program wants, in bytes.
pub const LIMIT: usize = 4_000_000;

/// A page that decompresses to a million bytes, and one to fifty million.
pub fn sites() -> Vec<Site> {
    let decompresses_to = |megabytes| Fault::GzipBomb { megabytes };
    vec![
        Site::new("shop.example").fault(decompresses_to(1)),
        Site::new("bomb.example").fault(decompresses_to(50)),
    ]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example gzip",
        "what travels as gzip, and what you get",
        sites,
    );
    let [page, bomb] = lesson.exact_sites();
    let client = Client::new();

    println!("--- decompressed ---");
    print_page(client.get(&page.url).send().await?).await?;

    println!("\n--- raw ---");
    let raw = raw()?;
    print_page(raw.get(&page.url).send().await?).await?;

    println!("\n--- wrong: ask for its length ---");
    print_bytes(by_length(&client, &bomb.url).await);

    println!("\n--- right: count the bytes ---");
    print_bytes(by_count(&client, &bomb.url).await);
    lesson.timeline("gzip").await;
    Ok(())
}

// ANCHOR: raw
/// A client that doesn't ask for gzip, and doesn't decompress it.
pub fn raw() -> reqwest::Result<Client> {
    Client::builder().no_gzip().build()
}
// ANCHOR_END: raw

async fn print_page(response: Response) -> reqwest::Result<()> {
    for name in [CONTENT_ENCODING, CONTENT_LENGTH] {
        println!("{name}: {:?}", response.headers().get(&name));
    }
    println!("{} bytes", response.bytes().await?.len());
    Ok(())
}

fn print_bytes(bytes: anyhow::Result<usize>) {
    match bytes {
        Ok(bytes) => println!("{bytes} bytes"),
        Err(error) => println!("failed: {}", with_causes(&*error)),
    }
}

// ANCHOR: wrong
/// Version A.
pub async fn by_length(client: &Client, url: &str) -> anyhow::Result<usize> {
    let response = client.get(url).send().await?.error_for_status()?;
    let length = response.content_length().unwrap_or_default();
    ensure!(length <= LIMIT as u64, "the page has {length} bytes");
    Ok(response.bytes().await?.len())
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn by_count(client: &Client, url: &str) -> anyhow::Result<usize> {
    let mut response = client.get(url).send().await?.error_for_status()?;
    let mut page = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        page.extend_from_slice(&chunk);
        ensure!(page.len() <= LIMIT, "the page has more than {LIMIT} bytes");
    }
    Ok(page.len())
}
// ANCHOR_END: right
