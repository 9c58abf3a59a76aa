//! You set a header twice. Which value arrives?
//!
//! ```sh
//! cargo run -p lesson11 --example headers
//! ```
//!
//! `header`, `bearer_auth` and `basic_auth` add a header to those that the
//! request already has. In the wrong run a request that has a token gets a new
//! one, and both arrive; a server takes one of them or refuses. `headers`
//! replaces headers of the same name. A client's default headers are added
//! last, and only those that the request doesn't have. Look at the
//! `authorization` lines.
//!
//! A header\'s value is one line, so a token with a newline is an error.

// ANCHOR: use
use lesson_kit::{println, with_causes};
use mock_server::Site;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
// ANCHOR_END: use

/// A site that sends back what it got.
pub fn sites() -> Vec<Site> {
    vec![Site::new("api.example").endpoints()]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example headers",
        "which headers arrive",
        sites,
    );
    let [site] = lesson.exact_sites();
    let client = client()?;
    let request = || client.get(format!("{}echo", site.url));

    println!("--- the client's headers ---");
    print_headers(request()).await?;

    println!("\n--- a header of the request ---");
    print_headers(request().header(ACCEPT, "text/csv")).await?;

    println!("\n--- a user and a password ---");
    print_headers(request().basic_auth("ada", Some("secret"))).await?;

    println!("\n--- wrong: bearer_auth() ---");
    print_headers(added(request().bearer_auth("old"), "new")).await?;

    println!("\n--- right: headers() ---");
    print_headers(replaced(request().bearer_auth("old"), "new")?).await?;

    println!("\n--- a token with a newline ---");
    // A file often ends with one.
    let request = request().bearer_auth("secret\n");
    if let Err(error) = print_headers(request).await {
        println!("failed: {}", with_causes(&error.without_url()));
    }
    Ok(())
}

// ANCHOR: client
/// A client that says in each request who it is and which format it wants.
pub fn client() -> reqwest::Result<Client> {
    let json = HeaderValue::from_static("application/json");
    Client::builder()
        .user_agent("lesson11/0.1")
        .default_headers(HeaderMap::from_iter([(ACCEPT, json)]))
        .build()
}
// ANCHOR_END: client

// ANCHOR: wrong
/// Version A.
pub fn added(request: RequestBuilder, token: &str) -> RequestBuilder {
    request.bearer_auth(token)
}
// ANCHOR_END: wrong

/// Version B.
// ANCHOR: right
pub fn replaced(
    request: RequestBuilder,
    token: &str,
) -> anyhow::Result<RequestBuilder> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
    // As in `bearer_auth`: `Debug` prints `Sensitive` instead of the token.
    bearer.set_sensitive(true);
    Ok(request.headers(HeaderMap::from_iter([(AUTHORIZATION, bearer)])))
}
// ANCHOR_END: right

/// Sends the request, and prints the headers that arrived.
async fn print_headers(request: RequestBuilder) -> reqwest::Result<()> {
    for (name, value) in arrived(request).await? {
        // These say nothing about this lesson.
        if !["host", "accept-encoding"].contains(&name.as_str()) {
            println!("{name}: {value}");
        }
    }
    Ok(())
}

/// Sends the request, and returns the headers that arrived.
pub async fn arrived(
    request: RequestBuilder,
) -> reqwest::Result<Vec<(String, String)>> {
    #[derive(Deserialize)]
    struct Echo {
        headers: Vec<Header>,
    }
    #[derive(Deserialize)]
    struct Header {
        name: String,
        value: String,
    }
    let response = request.send().await?.error_for_status()?;
    let headers = response.json::<Echo>().await?.headers.into_iter();
    Ok(headers.map(|Header { name, value }| (name, value)).collect())
}
