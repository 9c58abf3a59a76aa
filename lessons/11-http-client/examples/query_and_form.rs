//! A search term with a space, a plus and an ampersand. What does the server
//! get?
//!
//! ```sh
//! cargo run -p lesson11 --example query_and_form
//! ```
//!
//! The wrong run puts the term into the URL with `format!`. Parsing the URL
//! encodes the space and the `ä`, but not `&`, `+`, `#` and `%`, which mean
//! something in a query: the term ends at the `&`, a `+` is a space, and
//! everything after the `#` stays with the client. `query` and `form` encode
//! these characters, too. In a path, `path_segments_mut` does that. Look at
//! what the server got.

// ANCHOR: use
use anyhow::Context;
use lesson_kit::println;
use mock_server::Site;
use reqwest::{Client, Response, Url};
use serde::{Deserialize, Serialize};
// ANCHOR_END: use

/// What the program searches for.
pub const TERM: &str = "tea & biscuits, 1+1 für 50% #sale";

/// A site that sends back what it got.
pub fn sites() -> Vec<Site> {
    vec![Site::new("shop.example").endpoints()]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example query_and_form",
        "what the server gets of a query and a form",
        sites,
    );
    let [site] = lesson.exact_sites();
    let client = Client::new();

    println!("--- the term ---\n{TERM}");
    println!("\n--- wrong: format! ---");
    print_echo(formatted(&client, &site.url, TERM).await?).await?;

    println!("\n--- right: query() ---");
    print_echo(queried(&client, &site.url, TERM).await?).await?;

    println!("\n--- right: form() ---");
    print_form(posted(&client, &site.url, TERM).await?).await?;

    println!("\n--- right: a segment of a path ---");
    println!("{}", product_url(&site.url, "tea/pots?")?.path());
    Ok(())
}

// ANCHOR: wrong
/// Version A.
pub async fn formatted(
    client: &Client,
    site: &str,
    term: &str,
) -> reqwest::Result<Response> {
    client.get(format!("{site}echo?search={term}&page=2")).send().await
}
// ANCHOR_END: wrong

// ANCHOR: search
/// The parameters of a search. (A struct or a list of pairs, as you like.)
#[derive(Serialize)]
struct Search<'a> {
    search: &'a str,
    page: u32,
}
// ANCHOR_END: search

// ANCHOR: right
/// Version B.
pub async fn queried(
    client: &Client,
    site: &str,
    term: &str,
) -> reqwest::Result<Response> {
    let request = client.get(format!("{site}echo"));
    request.query(&Search { search: term, page: 2 }).send().await
}
// ANCHOR_END: right

// ANCHOR: form
/// The same as the fields of a form.
pub async fn posted(
    client: &Client,
    site: &str,
    term: &str,
) -> reqwest::Result<Response> {
    let request = client.post(format!("{site}form"));
    request.form(&Search { search: term, page: 2 }).send().await
}
// ANCHOR_END: form

// ANCHOR: segment
/// The address of a product, whatever its name is.
pub fn product_url(site: &str, name: &str) -> anyhow::Result<Url> {
    let mut url = Url::parse(site)?;
    let mut path = url.path_segments_mut().ok().context("it has no path")?;
    path.pop_if_empty().extend(["products", name]);
    drop(path);
    Ok(url)
}
// ANCHOR_END: segment

/// A name and a value, as the server got them.
#[derive(Debug, Deserialize)]
struct Pair {
    name: String,
    value: String,
}

async fn print_echo(response: Response) -> reqwest::Result<()> {
    #[derive(Deserialize)]
    struct Echo {
        query: Vec<Pair>,
    }
    let query = response.url().query().unwrap_or_default().to_owned();
    println!("sent: {query}");
    print_pairs(response.json::<Echo>().await?.query);
    Ok(())
}

async fn print_form(response: Response) -> reqwest::Result<()> {
    #[derive(Deserialize)]
    struct Form {
        fields: Vec<Pair>,
    }
    print_pairs(response.json::<Form>().await?.fields);
    Ok(())
}

fn print_pairs(pairs: Vec<Pair>) {
    for Pair { name, value } in pairs {
        println!("got:  {name} = {value:?}");
    }
}
