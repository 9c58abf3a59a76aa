//! A request over https fails. What went wrong?
//!
//! ```sh
//! cargo run -p lesson11 --features tls --example certificate_faults
//! ```
//!
//! Each site fails in a different way, before any request is sent. The wrong run
//! prints each error, and they all say the same. The reason is in the innermost
//! cause, which the right run prints. Look at the last four: there, no certificate
//! is the reason. If you try again, only the hang and the reset may be gone.

// ANCHOR: use
use std::error::Error;
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::println;
use mock_server::{Site, Tls};
use reqwest::{Certificate, Client};
// ANCHOR_END: use

/// A site for each case, named after it.
pub fn sites() -> Vec<Site> {
    let sites = Tls::ALL.iter();
    sites.map(|&case| Site::new(case.name()).https(case)).collect()
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example certificate_faults",
        "what each fault of TLS looks like",
        sites,
    );
    let ca = lesson.mock_web().ca_pem();
    let client = client(ca.as_bytes(), Duration::from_secs(3))?;
    let urls = lesson.sites().iter().map(|site| client.get(&site.url).send());
    let results: Vec<_> = join_all(urls).await;

    println!("--- wrong ---");
    for (site, result) in lesson.sites().iter().zip(&results) {
        match result {
            Ok(response) => println!("{}: {}", site.name, response.status()),
            Err(error) => println!("{}: {}", site.name, as_printed(error)),
        }
    }

    println!("\n--- right ---");
    for (site, result) in lesson.sites().iter().zip(&results) {
        match result {
            Ok(response) => println!("{}: {}", site.name, response.status()),
            Err(error) => println!("{}: {}", site.name, innermost(error)),
        }
    }
    Ok(())
}

/// A client that trusts this authority, and waits this long.
pub fn client(ca: &[u8], limit: Duration) -> reqwest::Result<Client> {
    let ca = Certificate::from_pem(ca)?;
    Client::builder().tls_certs_only([ca]).timeout(limit).build()
}

// ANCHOR: wrong
/// Version A.
pub fn as_printed(error: &reqwest::Error) -> String {
    error.to_string()
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
// ANCHOR_END: right
