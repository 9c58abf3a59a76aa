//! Three timeouts: for connecting, for the pauses between two reads, and in
//! total. Which one ends which slow site?
//!
//! ```sh
//! cargo run -p lesson05 --example limits
//! ```
//!
//! Three sites, each slow in its own way. The first accepts no connection, the
//! second never responds, and the third sends its page in thirty pieces over
//! three seconds. Look at which timeout fires for which site: only the total
//! one ends all three. `read_timeout` includes connecting, and
//! `connect_timeout` no longer counts once the connection is open.
//!
//! aiohttp's `ClientTimeout` has two of them set by default, 30 s for
//! connecting and 300 s in total. reqwest's async client sets none.

// ANCHOR: use
use std::time::{Duration, Instant};

use lesson_kit::{Site, println, with_causes};
use lesson05::fetch_page;
use reqwest::ClientBuilder;
use tokio::time::timeout;
// ANCHOR_END: use

/// The sites, starting with the one that gives least.
pub const SITES: [&str; 3] = [
    "unreachable-site.example",
    "silent-site.example",
    "dribbling-site.example",
];

/// If no timeout of the client fires, the program gives up after this time.
pub const GIVE_UP: Duration = Duration::from_secs(4);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson05 --example limits",
        "what ends a slow site",
        &SITES,
    );
    println!("--- connect_timeout(500 ms) ---");
    report(lesson.sites(), with_connect_timeout()).await?;
    println!("\n--- read_timeout(500 ms) ---");
    report(lesson.sites(), with_read_timeout()).await?;
    println!("\n--- timeout(2 s) ---");
    report(lesson.sites(), with_total_timeout()).await?;
    Ok(())
}

// ANCHOR: limits
/// From the start of the request until the connection is open.
pub fn with_connect_timeout() -> ClientBuilder {
    reqwest::Client::builder().connect_timeout(Duration::from_millis(500))
}

/// From the start of the request until the response begins. After that, for
/// each pause between two pieces of the response.
pub fn with_read_timeout() -> ClientBuilder {
    reqwest::Client::builder().read_timeout(Duration::from_millis(500))
}

/// From the start of the request to the last byte of the response.
pub fn with_total_timeout() -> ClientBuilder {
    reqwest::Client::builder().timeout(Duration::from_secs(2))
}
// ANCHOR_END: limits

async fn report(sites: &[Site], builder: ClientBuilder) -> reqwest::Result<()> {
    let client = builder.build()?;
    for site in sites {
        let start = Instant::now();
        let outcome = outcome(&client, site).await;
        let seconds = start.elapsed().as_secs_f64();
        println!("{:<26}{seconds:.2} s  {outcome}", site.name);
    }
    Ok(())
}

// ANCHOR: outcome
/// Fetches a page and says what ended the fetch.
pub async fn outcome(client: &reqwest::Client, site: &Site) -> String {
    match timeout(GIVE_UP, fetch_page(client, site)).await {
        Ok(Ok(bytes)) => format!("{bytes} bytes"),
        Ok(Err(error)) if error.is_timeout() && error.is_connect() => {
            "the client's timeout (connecting)".to_owned()
        }
        Ok(Err(error)) if error.is_timeout() => {
            "the client's timeout".to_owned()
        }
        Ok(Err(error)) => with_causes(&error.without_url()),
        Err(_elapsed) => "no timeout of the client; gave up".to_owned(),
    }
}
// ANCHOR_END: outcome
