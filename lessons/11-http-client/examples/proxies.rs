//! A proxy is for the Internet. Which requests to this machine go through it?
//!
//! ```sh
//! cargo run -p lesson11 --example proxies
//! ```
//!
//! A client without `proxy` takes its proxy from the environment: `HTTP_PROXY`,
//! `HTTPS_PROXY` or `ALL_PROXY`. (aiohttp does so only with `trust_env=True`.)
//! reqwest's feature `system-proxy`, which isn't on here, adds the settings of
//! Windows and macOS. `NO_PROXY` lists the hosts that are exempt, and
//! `NoProxy::from_string` takes the same list. A client with `proxy` ignores the
//! environment, unless you pass `NoProxy::from_env()`.
//!
//! The list has names, addresses and networks, and the client compares the host
//! in the URL with them. It doesn't look up `localhost`. So the wrong run sends
//! requests for `127.0.0.1` to the proxy. (A real one would try to reach itself.)
//!
//! Look at what the proxy sees of a request, and at the error for a proxy that
//! isn't there: it names the site, and not the proxy.

// ANCHOR: use
use lesson_kit::{println, with_causes};
use lesson11::proxy::ForwardProxy;
use mock_server::{Fault, Site};
use reqwest::{Client, NoProxy, Proxy, Url};
// ANCHOR_END: use

/// A site, and a port where no proxy is.
pub fn sites() -> Vec<Site> {
    vec![
        Site::new("shop.example"),
        Site::new("proxy.example").fault(Fault::Refused),
    ]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example proxies",
        "which requests go through a proxy",
        sites,
    );
    let web = lesson.mock_web();
    let site: Url = web.url("shop.example").parse()?;
    let proxy = ForwardProxy::start().await?;

    println!("--- what a proxy sees ---");
    let client = through(&proxy.url())?;
    client.get(site.clone()).bearer_auth("secret").send().await?;
    for line in proxy.heads().iter().flat_map(|head| head.lines()) {
        println!("{line}");
    }

    println!("--- wrong ---");
    print_ways(&except_localhost(&proxy.url())?, &site, &proxy).await?;

    println!("\n--- right ---");
    print_ways(&except_this_machine(&proxy.url())?, &site, &proxy).await?;

    println!("\n--- no proxy, whatever the environment says ---");
    print_ways(&direct()?, &site, &proxy).await?;

    println!("\n--- a proxy that isn't there ---");
    let client = through(web.url("proxy.example"))?;
    match client.get(site).send().await {
        Ok(response) => println!("{}", response.status()),
        Err(error) => println!("{}", with_causes(&error)),
    }
    Ok(())
}

// ANCHOR: through
/// A client that sends all requests through a proxy.
pub fn through(proxy: &str) -> reqwest::Result<Client> {
    Client::builder().proxy(Proxy::all(proxy)?).build()
}
// ANCHOR_END: through

// ANCHOR: wrong
/// Version A.
pub fn except_localhost(proxy: &str) -> reqwest::Result<Client> {
    let exempt = NoProxy::from_string("localhost");
    let proxy = Proxy::all(proxy)?.no_proxy(exempt);
    Client::builder().proxy(proxy).build()
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub fn except_this_machine(proxy: &str) -> reqwest::Result<Client> {
    let exempt = NoProxy::from_string("localhost,127.0.0.0/8,::1");
    let proxy = Proxy::all(proxy)?.no_proxy(exempt);
    Client::builder().proxy(proxy).build()
}
// ANCHOR_END: right

// ANCHOR: direct
/// A client that has no proxy.
pub fn direct() -> reqwest::Result<Client> {
    Client::builder().no_proxy().build()
}
// ANCHOR_END: direct

/// Fetches the site by its address and by the name `localhost`, and prints which
/// way each request went.
async fn print_ways(
    client: &Client,
    site: &Url,
    proxy: &ForwardProxy,
) -> anyhow::Result<()> {
    for host in ["127.0.0.1", "localhost"] {
        let way = if goes_through(client, site, host, proxy).await? {
            "through the proxy"
        } else {
            "directly"
        };
        println!("{host}: {way}");
    }
    Ok(())
}

/// Whether a request to the site by this name of it goes through the proxy.
pub async fn goes_through(
    client: &Client,
    site: &Url,
    host: &str,
    proxy: &ForwardProxy,
) -> anyhow::Result<bool> {
    let mut url = site.clone();
    url.set_host(Some(host))?;
    let before = proxy.heads().len();
    client.get(url).send().await?.error_for_status()?;
    Ok(proxy.heads().len() > before)
}
