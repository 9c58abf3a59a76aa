//! Fifty pages of one site: a client for each, or one client for all?
//!
//! ```sh
//! cargo run -p lesson07 --example clients
//! ```
//!
//! Ten requests at a time, in five rounds. A client owns its connections and
//! uses them again; when it is dropped they are closed. Look at how many the
//! server has accepted.

use std::time::Instant;

use futures::future::try_join_all;
use lesson_kit::{Site, println};
use reqwest::Client;

const ROUNDS: usize = 5;
const AT_ONCE: usize = 10;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example clients",
        "a client for each request, or one for all",
        &["python.org"],
    );
    let [site, ..] = lesson.sites() else {
        anyhow::bail!("it takes a site");
    };

    println!("--- wrong: a client for each page ---");
    tell(run(client_for_each(site)));
    lesson.blocking_summary("a client for each page");

    println!("\n--- right: one client ---");
    tell(run(one_client(site)));
    lesson.blocking_summary("one client");
    Ok(())
}

type Pages = reqwest::Result<usize>;

#[tokio::main(flavor = "current_thread")]
async fn run(work: impl Future<Output = Pages>) -> (Pages, Instant) {
    let start = Instant::now();
    (work.await, start)
}

fn tell((pages, start): (Pages, Instant)) {
    match pages {
        Ok(pages) => println!("{pages} pages"),
        Err(error) => println!("failed: {error}"),
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}

/// Fetches a page to its last byte: then its connection is free again.
async fn fetch(client: &Client, site: &Site) -> reqwest::Result<()> {
    let response = client.get(&site.url).send().await?;
    response.error_for_status()?.bytes().await?;
    Ok(())
}

// ANCHOR: wrong
/// Wrong: each client makes a connection, and closes it when it is dropped.
pub async fn client_for_each(site: &Site) -> Pages {
    let mut pages = 0;
    for _ in 0..ROUNDS {
        let fetch = |_| async {
            let client = lesson07::client()?;
            fetch(&client, site).await
        };
        pages += try_join_all((0..AT_ONCE).map(fetch)).await?.len();
    }
    Ok(pages)
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: they share a client, and with it its connections.
pub async fn one_client(site: &Site) -> Pages {
    let client = lesson07::client()?;
    let mut pages = 0;
    for _ in 0..ROUNDS {
        let fetch = |_| fetch(&client, site);
        pages += try_join_all((0..AT_ONCE).map(fetch)).await?.len();
    }
    Ok(pages)
}
// ANCHOR_END: right
