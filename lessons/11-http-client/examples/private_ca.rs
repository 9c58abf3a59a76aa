//! Your company's servers have certificates of its own authority. How does a
//! client come to accept them?
//!
//! ```sh
//! cargo run -p lesson11 --features tls --example private_ca
//! ```
//!
//! The wrong run trusts the authorities that the system knows, and the company's
//! isn't one of them. The right run trusts the authority's certificate, which is
//! public. `tls_certs_only` trusts only the authorities that you pass, and
//! `tls_certs_merge` trusts the system's as well.
//!
//! What many programs do instead is `tls_danger_accept_invalid_certs(true)`. The
//! third run has such a client. Look at what it accepts: TLS still encrypts, but
//! anyone could be at the other end. And look at the number of requests that each
//! client sent: a client that refuses a certificate sends nothing.

// ANCHOR: use
use lesson_kit::{println, with_causes};
use mock_server::{Site, Tls};
use reqwest::{Certificate, Client};
// ANCHOR_END: use

/// Sites with a good certificate, and with three bad ones.
pub const CASES: [Tls; 4] =
    [Tls::Good, Tls::Expired, Tls::WrongHost, Tls::SelfSigned];

/// The sites, named after their certificates.
pub fn sites() -> Vec<Site> {
    CASES.map(|case| Site::new(case.name()).https(case)).into()
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example private_ca",
        "a certificate authority that the system doesn't know",
        sites,
    );
    let web = lesson.mock_web();
    // A program would read it from a file.
    let ca = web.ca_pem();

    println!("--- wrong ---");
    print_all(&default_roots()?, lesson.sites()).await;
    lesson.summary("wrong").await;

    println!("\n--- right ---");
    print_all(&private_ca(ca.as_bytes())?, lesson.sites()).await;
    lesson.summary("right").await;

    println!("\n--- never ---");
    print_all(&anyone()?, lesson.sites()).await;
    lesson.summary("never").await;
    Ok(())
}

// ANCHOR: wrong
/// Version A.
pub fn default_roots() -> reqwest::Result<Client> {
    Client::builder().build()
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub fn private_ca(pem: &[u8]) -> reqwest::Result<Client> {
    let ca = Certificate::from_pem(pem)?;
    Client::builder().tls_certs_only([ca]).build()
}
// ANCHOR_END: right

// ANCHOR: never
/// Version C.
pub fn anyone() -> reqwest::Result<Client> {
    Client::builder().tls_danger_accept_invalid_certs(true).build()
}
// ANCHOR_END: never

/// Prints the status of each site, or the error.
async fn print_all(client: &Client, sites: &[lesson_kit::Site]) {
    for site in sites {
        match client.get(&site.url).send().await {
            Ok(response) => println!("{}: {}", site.name, response.status()),
            Err(error) => {
                println!(
                    "{}: {}",
                    site.name,
                    with_causes(&error.without_url())
                );
            }
        }
    }
}
