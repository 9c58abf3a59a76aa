//! A client uses a connection again, and the server closes it just then. Was the request handled or not?
//!
//! ```sh
//! cargo run -p lesson06 --example keep_alive
//! ```
//!
//! The site answers the first request of a connection, reads the second, and closes without a byte. reqwest doesn't
//! send that request again, neither a GET nor a POST. The third run does: after a lost connection `send_with_retry`
//! sends again without knowing whether the server has handled the request. That's fine for a page and a mistake for an
//! order: look at how many requests the server has read. The client of the last run doesn't keep a connection for long
//! enough to use it twice.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::{Site, println};
use lesson06::{ErrorKind, body_error, client, send_error, with_causes};
use reqwest::{Client, Method};
use tokio::time::sleep;
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson06 --example keep_alive",
        "a connection that is closed when it is used again",
        &["hasty-site.example"],
    );
    let [site] = lesson.exact_sites();
    for method in [Method::GET, Method::POST] {
        println!("--- {method}, twice ---");
        // A new client has no connections yet.
        let client = client()?;
        report("first", send(&client, &method, site).await);
        report("second", send(&client, &method, site).await);
        lesson.timeline(&format!("{method}, twice")).await;
        println!();
    }
    println!("--- POST, twice, with a retry ---");
    let client = client()?;
    for which in ["first", "second"] {
        let sent = send_with_retry(&client, &Method::POST, site).await;
        report(which, sent);
    }
    lesson.timeline("POST, twice, with a retry").await;
    println!();
    println!("--- GET, twice, with pool_idle_timeout ---");
    let careful = careful_client()?;
    report("first", send(&careful, &Method::GET, site).await);
    sleep(2 * KEEP).await;
    report("second", send(&careful, &Method::GET, site).await);
    lesson.timeline("GET, twice, with pool_idle_timeout").await;
    Ok(())
}

fn report(which: &str, sent: Result<usize, ErrorKind>) {
    match sent {
        Ok(bytes) => println!("{which}: {bytes} bytes"),
        Err(error) => println!("{which}: {}", with_causes(&error)),
    }
}

// ANCHOR: client
/// How long the client keeps a connection that it doesn't use.
pub const KEEP: Duration = Duration::from_millis(100);

/// A client that gives its connections up early.
pub fn careful_client() -> reqwest::Result<Client> {
    Client::builder().pool_idle_timeout(KEEP).build()
}
// ANCHOR_END: client

// ANCHOR: retry
/// Sends a request, and tries once more if the connection has closed.
pub async fn send_with_retry(
    client: &Client,
    method: &Method,
    site: &Site,
) -> Result<usize, ErrorKind> {
    match send(client, method, site).await {
        Err(ErrorKind::Lost(_)) => send(client, method, site).await,
        sent => sent,
    }
}
// ANCHOR_END: retry

/// Sends a request and returns the size of the response.
pub async fn send(
    client: &Client,
    method: &Method,
    site: &Site,
) -> Result<usize, ErrorKind> {
    let request = client.request(method.clone(), &site.url);
    let response = request.send().await.map_err(send_error)?;
    let body = response.bytes().await;
    Ok(body.map_err(|error| body_error(0, error))?.len())
}
