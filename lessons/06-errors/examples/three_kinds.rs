//! What does an error say about itself?
//!
//! ```sh
//! cargo run -p lesson06 --example three_kinds
//! ```
//!
//! An error type with three variants, and four sites that fail. `{}` prints an error without its causes, so a refused
//! connection and a response that isn't HTTP look the same. `with_causes` follows `source()` and prints the whole
//! chain. Look at the last words of each line.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::println;
use lesson06::with_causes;
use reqwest::{Client, StatusCode};
// ANCHOR_END: use

/// Each site is named after its fault in the catalogue.
pub const FAULTS: [&str; 4] = ["refused", "garbage", "hang", "status?code=404"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson06 --example three_kinds",
        "what an error says about itself",
        &FAULTS,
    );
    let client = Client::builder().timeout(Duration::from_secs(1)).build()?;
    let mut errors = Vec::new();
    for site in lesson.sites() {
        match page_size(&client, &site.url).await {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => errors.push((&site.name, error)),
        }
    }
    println!("--- the error alone ---");
    for (name, error) in &errors {
        println!("{name}: {error}");
    }
    println!("\n--- with its causes ---");
    for (name, error) in &errors {
        println!("{name}: {}", with_causes(error));
    }
    Ok(())
}

// ANCHOR: kinds
/// How a fetch can fail.
#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    /// A timeout expired.
    #[error("no response in time")]
    Timeout(#[source] reqwest::Error),
    /// The response isn't a page.
    #[error("the site answered {0}")]
    Status(StatusCode),
    /// Everything else.
    #[error("the request failed")]
    Failed(#[source] reqwest::Error),
}
// ANCHOR_END: kinds

// ANCHOR: page_size
/// The size of a page in bytes.
pub async fn page_size(client: &Client, url: &str) -> Result<usize, ErrorKind> {
    let response = client.get(url).send().await.map_err(kind_of)?;
    if !response.status().is_success() {
        return Err(ErrorKind::Status(response.status()));
    }
    Ok(response.bytes().await.map_err(kind_of)?.len())
}
// ANCHOR_END: page_size

// ANCHOR: kind_of
fn kind_of(error: reqwest::Error) -> ErrorKind {
    if error.is_timeout() {
        return ErrorKind::Timeout(error.without_url());
    }
    ErrorKind::Failed(error.without_url())
}
// ANCHOR_END: kind_of
