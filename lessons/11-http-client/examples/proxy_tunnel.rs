//! A proxy stands between you and the site. What does it see over https?
//!
//! ```sh
//! cargo run -p lesson11 --features tls --example proxy_tunnel
//! ```
//!
//! Over https, a client asks the proxy for a tunnel with `CONNECT` and the site's
//! host and port. All that follows is encrypted, and the client checks the
//! site's certificate as it does without a proxy.
//!
//! `Proxy::http` is for URLs that begin with `http:`, and no others. So the wrong
//! run sends only one of its two requests through the proxy. `Proxy::https` is the
//! other half, and the right run has `Proxy::all`. The names say nothing about
//! how the client talks to the proxy: in both runs, that's plain HTTP.
//!
//! Look at what the proxy sees, and at what it can't see.

// ANCHOR: use
use lesson_kit::println;
use lesson11::proxy::ForwardProxy;
use mock_server::{MockWeb, Site, Tls};
use reqwest::{Certificate, Client, ClientBuilder, Proxy};
// ANCHOR_END: use

/// One site for each scheme.
pub fn sites() -> Vec<Site> {
    vec![Site::new("plain.example"), Site::new("safe.example").https(Tls::Good)]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example proxy_tunnel",
        "what a proxy sees over https",
        sites,
    );
    let web = lesson.mock_web();

    println!("--- wrong ---");
    print_heads(web, http_proxy).await?;

    println!("--- right ---");
    print_heads(web, proxy_for_all).await?;
    Ok(())
}

// ANCHOR: wrong
/// Version A.
pub fn http_proxy(
    client: ClientBuilder,
    proxy: &str,
) -> reqwest::Result<Client> {
    client.proxy(Proxy::http(proxy)?).build()
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub fn proxy_for_all(
    client: ClientBuilder,
    proxy: &str,
) -> reqwest::Result<Client> {
    client.proxy(Proxy::all(proxy)?).build()
}
// ANCHOR_END: right

async fn print_heads(
    web: &MockWeb,
    build: impl Fn(ClientBuilder, &str) -> reqwest::Result<Client>,
) -> anyhow::Result<()> {
    for line in seen(web, build).await?.iter().flat_map(|head| head.lines()) {
        println!("{line}");
    }
    Ok(())
}

/// Sends a password to both sites, and returns what the proxy saw.
pub async fn seen(
    web: &MockWeb,
    build: impl Fn(ClientBuilder, &str) -> reqwest::Result<Client>,
) -> anyhow::Result<Vec<String>> {
    let proxy = ForwardProxy::start().await?;
    let ca = Certificate::from_der(web.ca_der())?;
    let client = build(Client::builder().tls_certs_only([ca]), &proxy.url())?;
    for (_, url) in web.sites() {
        let request = client.get(url).bearer_auth("secret");
        request.send().await?.error_for_status()?;
    }
    Ok(proxy.heads())
}
