//! Fifty pages of one site: one client for each page, or one client for all?
//!
//! ```sh
//! cargo run -p lesson09 --example clients
//! ```
//!
//! The program sends ten requests at a time, in five rounds. A client owns its
//! connections and reuses them; when it's dropped, they're closed. So a client
//! for each page needs a connection for each page. Look at how many
//! connections the server accepted. In Python the client is a `ClientSession`.

use std::time::Instant;

use futures::future::try_join_all;
use lesson_kit::{Site, println};
use reqwest::Client;

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

    println!("--- wrong: a client for each page ---");
    let start = Instant::now();
    print_total(client_for_each(site).await?, start);
    lesson.summary("a client for each page").await;

    println!("\n--- right: one client ---");
    let start = Instant::now();
    print_total(one_client(site).await?, start);
    lesson.summary("one client").await;
    Ok(())
}

fn print_total(pages: usize, start: Instant) {
    println!("{pages} pages");
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}

/// Fetches a page to its last byte, which makes its connection free again.
async fn fetch_page(client: &Client, site: &Site) -> reqwest::Result<()> {
    let response = client.get(&site.url).send().await?;
    response.error_for_status()?.bytes().await?;
    Ok(())
}

// ANCHOR: wrong
/// Wrong.
pub async fn client_for_each(site: &Site) -> reqwest::Result<usize> {
    let mut pages = 0;
    for _ in 0..ROUNDS {
        let round = (0..PER_ROUND).map(async |_| {
            let client = lesson09::client()?;
            fetch_page(&client, site).await
        });
        pages += try_join_all(round).await?.len();
    }
    Ok(pages)
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub async fn one_client(site: &Site) -> reqwest::Result<usize> {
    let client = lesson09::client()?;
    let mut pages = 0;
    for _ in 0..ROUNDS {
        let round = (0..PER_ROUND).map(|_| fetch_page(&client, site));
        pages += try_join_all(round).await?.len();
    }
    Ok(pages)
}
// ANCHOR_END: right
