//! Fifty pages of one site: where does the client come from?
//!
//! ```sh
//! cargo run -p lesson09 --example clients
//! ```
//!
//! The program sends ten requests at a time, in five rounds. A client owns its
//! connections and reuses them; when it's dropped, they're closed. So a client
//! for each page needs a connection for each page. Look at how many
//! connections the server accepted. In Python the client is a `ClientSession`.

// ANCHOR: use
use std::sync::LazyLock;
use std::time::Instant;

use futures::future::try_join_all;
use lesson_kit::{Site, println};
use lesson09::client;
use reqwest::Client;
// ANCHOR_END: use

const ROUNDS: usize = 5;
const PER_ROUND: usize = 10;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson09 --example clients",
        "a client for each request, or one for all",
        &["python.org"],
    );
    let [site] = lesson.exact_sites();

    println!("--- version A ---");
    let start = Instant::now();
    print_total(client_for_each(site).await?, start);
    lesson.summary("version A").await;

    println!("\n--- version B ---");
    let start = Instant::now();
    print_total(one_client(site).await?, start);
    lesson.summary("version B").await;
    Ok(())
}

fn print_total(pages: usize, start: Instant) {
    println!("{pages} pages");
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}

/// Fetches a page to its last byte, which makes its connection free again.
pub async fn fetch_page(client: &Client, site: &Site) -> reqwest::Result<()> {
    let response = client.get(&site.url).send().await?;
    response.error_for_status()?.bytes().await?;
    Ok(())
}

// ANCHOR: versions
/// Version A.
async fn version_a(site: &Site) -> reqwest::Result<()> {
    let client = client()?;
    fetch_page(&client, site).await
}

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    // This runs when the static is used for the first time.
    client().expect("the system allows a client")
});

/// Version B.
async fn version_b(site: &Site) -> reqwest::Result<()> {
    fetch_page(&CLIENT, site).await
}
// ANCHOR_END: versions

/// Fetches fifty pages with a client for each.
pub async fn client_for_each(site: &Site) -> reqwest::Result<usize> {
    in_rounds(async || version_a(site).await).await
}

/// Fetches fifty pages with one client.
pub async fn one_client(site: &Site) -> reqwest::Result<usize> {
    in_rounds(async || version_b(site).await).await
}

// ANCHOR: in_rounds
/// Calls it fifty times, ten at a time, and counts the pages.
pub async fn in_rounds<F>(fetch: F) -> reqwest::Result<usize>
where
    F: AsyncFn() -> reqwest::Result<()>,
{
    let mut pages = 0;
    for _ in 0..ROUNDS {
        let round = (0..PER_ROUND).map(|_| fetch());
        pages += try_join_all(round).await?.len();
    }
    Ok(pages)
}
// ANCHOR_END: in_rounds
