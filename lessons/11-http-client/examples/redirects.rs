//! A request with secrets is redirected to a different origin. Which arrive?
//!
//! ```sh
//! cargo run -p lesson11 --example redirects
//! ```
//!
//! An origin is a scheme, a host and a port. When a redirect leads to a
//! different one, the client removes `Authorization` and `Cookie`, and it can't
//! know that `X-Api-Key` is a secret, too. What's removed comes back if that
//! origin redirects once more: reqwest 0.13.5 begins each hop with the headers
//! of the first request. The cookie store adds its cookies at each hop, and a
//! cookie belongs to a host, whatever the port. (Both sites of this program are
//! on one host.) The right run doesn't follow a redirect to a different origin.
//! Look at what arrives there.
//!
//! After that come the method and the body. A POST becomes a GET without a body
//! at 301, 302 and 303, and stays as it is at 307 and 308.

// ANCHOR: use
use lesson_kit::{Site, println, with_causes};
use reqwest::redirect::{Action, Attempt, Policy};
use reqwest::{Client, RequestBuilder, Url};
use serde::Deserialize;
// ANCHOR_END: use

/// The API, and a site that it redirects to.
pub fn sites() -> Vec<mock_server::Site> {
    let names = ["api.example", "elsewhere.example"];
    names.map(|name| mock_server::Site::new(name).endpoints()).into()
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example redirects",
        "what a redirect does with headers, method and body",
        sites,
    );
    let sites = lesson.exact_sites();
    let api = &sites[0].url;

    println!("--- wrong: any redirect ---");
    let client = follows_all()?;
    print("one hop", arrived(&client, api, one_hop(sites)?).await);
    print("two hops", arrived(&client, api, two_hops(sites)?).await);

    println!("\n--- right: redirects within the origin ---");
    let client = follows_within()?;
    print("one hop", arrived(&client, api, one_hop(sites)?).await);
    print("two hops", arrived(&client, api, two_hops(sites)?).await);

    println!("\n--- a POST with three bytes ---");
    for code in [301, 302, 303, 307, 308] {
        let url = redirect(api, code, "/echo")?;
        let Echo { method, body, .. } =
            echo(client.post(url).body("tea")).await?;
        println!("{code}: {method} with {} bytes", body.bytes);
    }

    println!("\n--- none ---");
    let client = Client::builder().redirect(Policy::none()).build()?;
    let url = redirect(api, 302, "/echo")?;
    let response = client.get(url).send().await?;
    println!("{}: {:?}", response.status(), response.headers()["location"]);
    Ok(())
}

// ANCHOR: wrong
/// Version A.
pub fn follows_all() -> reqwest::Result<Client> {
    Client::builder().cookie_store(true).build()
}
// ANCHOR_END: wrong

/// Version B.
// ANCHOR: right
pub fn follows_within() -> reqwest::Result<Client> {
    let within = Policy::custom(within_the_origin);
    Client::builder().cookie_store(true).redirect(within).build()
}

fn within_the_origin(attempt: Attempt) -> Action {
    let from = attempt.previous().last().map(Url::origin);
    if from == Some(attempt.url().origin()) {
        // The default policy follows ten redirects, a custom one all.
        Policy::default().redirect(attempt)
    } else {
        attempt.error("it leads to a different origin")
    }
}
// ANCHOR_END: right

// ANCHOR: arrived
/// Gets a cookie from this API, sends a request with two more secrets, and
/// returns the names of those that arrived.
pub async fn arrived(
    client: &Client,
    api: &str,
    url: Url,
) -> reqwest::Result<Vec<String>> {
    let login = format!("{api}cookies/set?session=secret");
    client.get(login).send().await?.error_for_status()?;

    let request = client.get(url).bearer_auth("secret");
    let received = echo(request.header("x-api-key", "secret")).await?;
    let names = received.headers.into_iter().map(|header| header.name);
    Ok(names.filter(|name| SECRETS.contains(&name.as_str())).collect())
}
// ANCHOR_END: arrived

fn print(hops: &str, arrived: reqwest::Result<Vec<String>>) {
    match arrived {
        Ok(names) => println!("{hops}: {}", names.join(", ")),
        Err(error) => {
            println!("{hops}: {}", with_causes(&error.without_url()));
        }
    }
}

// ANCHOR: hops
const SECRETS: [&str; 3] = ["authorization", "cookie", "x-api-key"];

/// A redirect by this site to a URL.
pub fn redirect(site: &str, code: u16, to: &str) -> anyhow::Result<Url> {
    let mut url = Url::parse(site)?.join("redirect-to")?;
    let code = code.to_string();
    url.query_pairs_mut().append_pair("url", to).append_pair("code", &code);
    Ok(url)
}

/// From the first site to the second.
pub fn one_hop([first, second]: &[Site; 2]) -> anyhow::Result<Url> {
    redirect(&first.url, 302, &format!("{}echo", second.url))
}

/// From the first site to the second, and from there to itself.
pub fn two_hops([first, second]: &[Site; 2]) -> anyhow::Result<Url> {
    let second = redirect(&second.url, 302, "/echo")?;
    redirect(&first.url, 302, second.as_str())
}
// ANCHOR_END: hops

// ANCHOR: echo
/// Sends a request to `/echo`, perhaps by way of redirects.
pub async fn echo(request: RequestBuilder) -> reqwest::Result<Echo> {
    request.send().await?.error_for_status()?.json().await
}

/// What arrived at the end.
#[derive(Debug, Deserialize)]
pub struct Echo {
    /// The method.
    pub method: String,
    headers: Vec<Header>,
    /// The body.
    pub body: Body,
}

#[derive(Debug, Deserialize)]
struct Header {
    name: String,
}

/// How much of a body arrived.
#[derive(Debug, Deserialize)]
pub struct Body {
    /// Its length.
    pub bytes: u64,
}
// ANCHOR_END: echo
