//! A connection that was used once is used again, and the server closes it just
//! then. Was the request handled or not?
//!
//! ```sh
//! cargo run -p lesson06 --example keep_alive
//! ```
//!
//! The site answers the first request of a connection, reads the second, and
//! closes without a byte. reqwest does not send it again by itself, neither a
//! GET nor a POST. The third run does, and that is fine for a page and a
//! mistake for an order: look at how many requests the server has read.

use lesson_kit::{Site, println};
use lesson06::{Why, before_the_answer, client, in_the_page};
use reqwest::{Client, Method};
use tokio::runtime::Runtime;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson06 --example keep_alive",
        "a connection that is closed when it is used again",
        &["hasty-site.example"],
    );
    let runtime = Runtime::new()?;
    for site in lesson.sites() {
        for method in [Method::GET, Method::POST] {
            println!("--- {method}, twice ---");
            let client = client()?;
            runtime.block_on(async {
                tell("first", send(&client, &method, site).await);
                tell("second", send(&client, &method, site).await);
            });
            lesson.blocking_timeline(&format!("{method}, twice"));
            println!();
        }
        println!("--- POST, twice, with a retry ---");
        let client = client()?;
        runtime.block_on(async {
            let retried = send_with_retry(&client, &Method::POST, site);
            tell("first", retried.await);
            let retried = send_with_retry(&client, &Method::POST, site);
            tell("second", retried.await);
        });
        lesson.blocking_timeline("POST, twice, with a retry");
    }
    Ok(())
}

fn tell(which: &str, sent: Result<usize, Why>) {
    match sent {
        Ok(bytes) => println!("{which}: {bytes} bytes"),
        Err(why) => println!("{which}: {why}"),
    }
}

// ANCHOR: retry
/// Sends a request, and a second time if the connection was lost before an
/// answer. That may be once too often: nobody knows what the server has done.
pub async fn send_with_retry(
    client: &Client,
    method: &Method,
    site: &Site,
) -> Result<usize, Why> {
    match send(client, method, site).await {
        Err(Why::Lost(_)) => send(client, method, site).await,
        sent => sent,
    }
}
// ANCHOR_END: retry

/// Sends a request and returns how many bytes come back.
pub async fn send(
    client: &Client,
    method: &Method,
    site: &Site,
) -> Result<usize, Why> {
    let request = client.request(method.clone(), &site.url);
    let response = request.send().await.map_err(before_the_answer)?;
    let body = response.bytes().await;
    Ok(body.map_err(|error| in_the_page(0, error))?.len())
}
