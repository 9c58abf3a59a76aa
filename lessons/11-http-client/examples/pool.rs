//! Ten requests to one site. How many connections do they take?
//!
//! ```sh
//! cargo run -p lesson11 --example pool
//! ```
//!
//! A client keeps a connection for the next request once the response has been
//! read to its end. If you drop a response before that, the rest of the body is
//! still on its way, so the client closes the connection. In the wrong run, a
//! program that only wants the status doesn't read the body. Look at the number
//! of connections. (A small body may have arrived already, and then the
//! connection is kept. A request that comes before the connection is free again
//! opens one more, so the right run may have a few.)
//!
//! After that, ten requests are in flight at the same time. When their
//! connections are free again, ten more follow. `pool_max_idle_per_host` limits
//! the connections that are kept, not those in use. (`pool_idle_timeout` limits
//! how long they're kept: see `keep_alive` in lesson 6.)

// ANCHOR: use
use std::time::Duration;

use futures::future::try_join_all;
use lesson_kit::println;
use mock_server::{Site, page};
use reqwest::{Client, StatusCode};
use tokio::time::sleep;
// ANCHOR_END: use

const REQUESTS: usize = 10;
/// Larger than what the client reads at a time.
const PAGE: usize = 1_000_000;
/// Long enough for ten requests to be in flight together.
const DELAY: Duration = Duration::from_millis(20);

/// The site, whose page is large.
pub fn sites() -> Vec<Site> {
    let page = page("The shop", PAGE, 125_000);
    vec![Site::new("shop.example").page(page).delay(DELAY)]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example pool",
        "how many connections ten requests take",
        sites,
    );
    let [site] = lesson.exact_sites();

    println!("--- wrong: only the status ---");
    let client = Client::new();
    in_turn(async || status_only(&client, &site.url).await).await?;
    lesson.summary("only the status").await;

    println!("\n--- right: the status, and the body to its end ---");
    let client = Client::new();
    in_turn(async || status_and_body(&client, &site.url).await).await?;
    lesson.summary("the status, and the body to its end").await;

    println!("\n--- wrong: a client for each request ---");
    in_turn(async || status_and_body(&Client::new(), &site.url).await).await?;
    lesson.summary("a client for each request").await;

    println!("\n--- two rounds of ten ---");
    two_rounds(&Client::new(), &site.url).await?;
    lesson.summary("two rounds of ten").await;

    println!("\n--- two rounds of ten, keeping two ---");
    two_rounds(&keeps(2)?, &site.url).await?;
    lesson.summary("two rounds of ten, keeping two").await;

    println!("\n--- two rounds of ten, keeping none ---");
    two_rounds(&keeps(0)?, &site.url).await?;
    lesson.summary("two rounds of ten, keeping none").await;
    Ok(())
}

// ANCHOR: wrong
/// Version A.
pub async fn status_only(
    client: &Client,
    url: &str,
) -> reqwest::Result<StatusCode> {
    let response = client.get(url).send().await?;
    Ok(response.status())
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn status_and_body(
    client: &Client,
    url: &str,
) -> reqwest::Result<StatusCode> {
    let mut response = client.get(url).send().await?;
    while response.chunk().await?.is_some() {}
    Ok(response.status())
}
// ANCHOR_END: right

/// Sends ten requests, one after another.
pub async fn in_turn(
    request: impl AsyncFn() -> reqwest::Result<StatusCode>,
) -> reqwest::Result<()> {
    for _ in 0..REQUESTS {
        request().await?;
    }
    Ok(())
}

// ANCHOR: keeps
/// A client that keeps this many connections to each host.
pub fn keeps(connections: usize) -> reqwest::Result<Client> {
    Client::builder().pool_max_idle_per_host(connections).build()
}
// ANCHOR_END: keeps

// ANCHOR: two_rounds
/// Sends ten requests at the same time, and then ten more.
pub async fn two_rounds(client: &Client, url: &str) -> reqwest::Result<()> {
    for _ in 0..2 {
        let requests = (0..REQUESTS).map(|_| status_and_body(client, url));
        try_join_all(requests).await?;
        // All connections are free again before the next round.
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
// ANCHOR_END: two_rounds
