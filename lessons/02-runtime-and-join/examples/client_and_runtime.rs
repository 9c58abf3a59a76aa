//! One `reqwest::Client` is used on two runtimes. What happens when the first
//! runtime ends?
//!
//! ```sh
//! cargo run -p lesson02 --example client_and_runtime
//! ```
//!
//! A client keeps its connections, and a task on the runtime that opened a
//! connection reads and writes it. In the wrong run the second runtime reuses the
//! first one's connection. The first runtime ends while that request waits for its
//! answer, and the request fails. With a client for each runtime nothing is shared.
//! A `static` client used by several `#[tokio::test]` functions is the same
//! mistake, because each of these tests has a runtime of its own.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use lesson02::{client, fetch_page};
use reqwest::Client;
use tokio::runtime::Runtime;
use tokio::time::sleep;
// ANCHOR_END: use

// It compares what happens on two runtimes, so it makes them itself.
fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson02 --example client_and_runtime",
        "a client that outlives a runtime",
        &["python.org"],
    );
    let [site] = lesson.exact_sites();
    // The page takes 0.6 seconds.
    let until_under_way = async || sleep(Duration::from_millis(300)).await;

    println!("--- wrong: one client on two runtimes ---");
    let shared = client()?;
    print_page(on_two_runtimes(&shared, &shared, site, until_under_way())?);

    println!("\n--- right: a client for each runtime ---");
    let (first, second) = (client()?, client()?);
    print_page(on_two_runtimes(&first, &second, site, until_under_way())?);
    Ok(())
}

fn print_page(page: reqwest::Result<usize>) {
    match page {
        Ok(bytes) => println!("{bytes} bytes"),
        Err(error) => {
            let causes = with_causes(&error.without_url());
            // Its causes are long, so this prints them in two lines.
            println!("{}", causes.replacen("): ", "):\n    ", 1));
        }
    }
}

// ANCHOR: on_two_runtimes
/// Fetches a page on one runtime and then again on another. The first runtime ends
/// when the second request is under way.
pub fn on_two_runtimes(
    first_client: &Client,
    second_client: &Client,
    site: &Site,
    until_under_way: impl Future<Output = ()>,
) -> anyhow::Result<reqwest::Result<usize>> {
    let first = Runtime::new()?;
    first.block_on(fetch_page(first_client, site))?;
    let second = Runtime::new()?;
    let (page, ()) = second.block_on(async {
        tokio::join!(fetch_page(second_client, site), async {
            until_under_way.await;
            first.shutdown_background();
        })
    });
    Ok(page)
}
// ANCHOR_END: on_two_runtimes
