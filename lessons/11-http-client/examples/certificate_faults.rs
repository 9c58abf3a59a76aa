//! A request over https fails. What went wrong?
//!
//! ```sh
//! cargo run -p lesson11 --features tls --example certificate_faults
//! ```
//!
//! Each site fails in a different way, before any request is sent. The wrong run
//! prints each error, and they all say the same. The right run prints their
//! causes, too. `Connect` says where it happened, and the innermost cause says
//! what. Look at the last four: there, no certificate is the reason. If you try
//! again, only the hang and the reset may be gone.

// ANCHOR: use
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::{println, with_causes};
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
    for (site, result) in lesson.sites().iter().zip(results) {
        match result {
            Ok(response) => println!("{}: {}", site.name, response.status()),
            Err(error) => println!("{}: {}", site.name, all_causes(error)),
        }
    }
    Ok(())
}

// ANCHOR: client
/// A client that trusts this authority, and has a timeout for each connection.
pub fn client(ca: &[u8], timeout: Duration) -> reqwest::Result<Client> {
    let ca = Certificate::from_pem(ca)?;
    Client::builder().tls_certs_only([ca]).connect_timeout(timeout).build()
}
// ANCHOR_END: client

// ANCHOR: wrong
/// Version A.
pub fn as_printed(error: &reqwest::Error) -> String {
    error.to_string()
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub fn all_causes(error: reqwest::Error) -> String {
    with_causes(&error.without_url())
}
// ANCHOR_END: right
