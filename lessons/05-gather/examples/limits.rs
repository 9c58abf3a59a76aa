//! Three time limits: for connecting, between two reads, and in total. Which
//! of them ends what?
//!
//! ```sh
//! cargo run -p lesson05 --example limits
//! ```
//!
//! Three sites, each slow in its own way: one lets nobody connect, one never
//! answers, and one sends its page in thirty pieces over three seconds. Look at
//! which limit fires, and at what no limit but the total one notices.

use std::time::{Duration, Instant};

use lesson_kit::{Site, println};
use reqwest::ClientBuilder;

/// The sites, from the one that gives least.
pub const SITES: [&str; 3] = [
    "unreachable-site.example",
    "silent-site.example",
    "dribbling-site.example",
];

/// Where no limit of the client fires, the program gives up after this.
pub const PATIENCE: Duration = Duration::from_secs(4);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson05 --example limits",
        "what ends a slow site",
        &SITES,
    );
    println!("--- connect_timeout(500 ms) ---");
    run(lesson.sites(), connecting())?;
    println!("\n--- read_timeout(500 ms) ---");
    run(lesson.sites(), between_reads())?;
    println!("\n--- timeout(2 s) ---");
    run(lesson.sites(), in_total())?;
    Ok(())
}

// ANCHOR: limits
/// For the time until the connection is established.
pub fn connecting() -> ClientBuilder {
    reqwest::Client::builder().connect_timeout(Duration::from_millis(500))
}

/// For the silence before an answer, and then for each silence in it.
pub fn between_reads() -> ClientBuilder {
    reqwest::Client::builder().read_timeout(Duration::from_millis(500))
}

/// For all of it, from the request to the last byte.
pub fn in_total() -> ClientBuilder {
    reqwest::Client::builder().timeout(Duration::from_secs(2))
}
// ANCHOR_END: limits

#[tokio::main]
async fn run(sites: &[Site], builder: ClientBuilder) -> reqwest::Result<()> {
    let client = builder.build()?;
    for site in sites {
        let start = Instant::now();
        let result = fetch(&client, site).await;
        let seconds = start.elapsed().as_secs_f64();
        println!("{:<26}{seconds:.2} s  {result}", site.name);
    }
    Ok(())
}

// ANCHOR: fetch
/// Fetches a page. `tokio::time::timeout` puts a limit on any future.
pub async fn fetch(client: &reqwest::Client, site: &Site) -> String {
    let page = async {
        let response = client.get(&site.url).send().await?;
        response.error_for_status()?.bytes().await
    };
    match tokio::time::timeout(PATIENCE, page).await {
        Ok(Ok(page)) => format!("{} bytes", page.len()),
        Ok(Err(error)) if error.is_timeout() && error.is_connect() => {
            "limit (connecting)".to_owned()
        }
        Ok(Err(error)) if error.is_timeout() => "limit".to_owned(),
        Ok(Err(error)) => lesson05::reason(&error),
        Err(_elapsed) => "no limit fired; gave up".to_owned(),
    }
}
// ANCHOR_END: fetch
