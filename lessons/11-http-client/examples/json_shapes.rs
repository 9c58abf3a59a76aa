//! A site's JSON isn't quite what you expect. What does the error say?
//!
//! ```sh
//! cargo run -p lesson11 --example json_shapes
//! ```
//!
//! Six documents for one struct. `json()` reads and parses the body in one
//! step. If that fails, the body is gone, and the error alone says the same
//! about every document. Its cause has the field, the line and the column. The
//! right run reads the body first, so that it can also show what the site sent.
//! Look at what the first three parts say about the page of HTML. After that
//! come a struct that allows more, one that allows less, and a `Value`, which
//! takes any JSON at all.

// ANCHOR: use
use anyhow::Context;
use lesson_kit::{println, with_causes};
use mock_server::Site;
use reqwest::Client;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
// ANCHOR_END: use

// ANCHOR: documents
/// The documents of the site, and their paths.
pub const DOCUMENTS: [(&str, &str); 6] = [
    ("as-expected", r#"{"id": 1, "name": "Teapot", "price": 24.5}"#),
    ("missing", r#"{"id": 2, "price": 24.5}"#),
    ("text", r#"{"id": 3, "name": "Teapot", "price": "24.50"}"#),
    ("null", r#"{"id": 4, "name": null, "price": 24.5}"#),
    ("more", r#"{"id": 5, "name": "Pot", "price": 9, "stock": {"oslo": 3}}"#),
    ("page", "<!doctype html><title>Please log in</title>"),
];
// ANCHOR_END: documents

/// The site that has these documents.
pub fn sites() -> Vec<Site> {
    let site = DOCUMENTS.iter().fold(
        Site::new("shop.example"),
        |site, &(path, text)| {
            site.also(&format!("/{path}"), "application/json", text)
        },
    );
    vec![site]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example json_shapes",
        "JSON that isn't quite what you expect",
        sites,
    );
    let [site] = lesson.exact_sites();
    let client = Client::new();

    println!("--- wrong: json() ---");
    for (path, _) in DOCUMENTS {
        match product(&client, &format!("{}{path}", site.url)).await {
            Ok(product) => println!("{path}: {product:?}"),
            Err(error) => println!("{path}: {}", error.without_url()),
        }
    }

    println!("\n--- with the causes ---");
    for (path, _) in DOCUMENTS {
        let url = format!("{}{path}", site.url);
        if let Err(error) = product(&client, &url).await {
            println!("{path}: {}", with_causes(&error.without_url()));
        }
    }

    println!("\n--- right: bytes(), and then from_slice ---");
    print_all::<Product>(&client, &site.url).await;

    println!("\n--- a struct that allows more ---");
    print_all::<Tolerant>(&client, &site.url).await;

    println!("\n--- a struct that allows less ---");
    print_all::<Exact>(&client, &site.url).await;

    println!("\n--- any JSON ---");
    let any: Value = parsed(&client, &format!("{}more", site.url)).await?;
    println!("in Oslo:   {:?}", stock(&any, "oslo"));
    println!("in Bergen: {:?}", stock(&any, "bergen"));
    Ok(())
}

// ANCHOR: product
/// What the program expects.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Product {
    /// Its number.
    pub id: u64,
    /// What it's called.
    pub name: String,
    /// Its price in crowns.
    pub price: f64,
}
// ANCHOR_END: product

// ANCHOR: wrong
/// Version A.
pub async fn product(client: &Client, url: &str) -> reqwest::Result<Product> {
    client.get(url).send().await?.error_for_status()?.json().await
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn parsed<T: DeserializeOwned>(
    client: &Client,
    url: &str,
) -> anyhow::Result<T> {
    let response = client.get(url).send().await?.error_for_status()?;
    let body = response.bytes().await?;
    serde_json::from_slice(&body).with_context(|| {
        let text = String::from_utf8_lossy(&body);
        let shown = text.chars().filter(|it| !it.is_control());
        let start: String = shown.take(25).collect();
        format!("the document begins with {start}")
    })
}
// ANCHOR_END: right

/// Prints each document as a `T`, or its error with the causes.
async fn print_all<T: DeserializeOwned + std::fmt::Debug>(
    client: &Client,
    site: &str,
) {
    for (path, _) in DOCUMENTS {
        match parsed::<T>(client, &format!("{site}{path}")).await {
            Ok(product) => println!("{path}: {product:?}"),
            Err(error) => println!("{path}: {}", with_causes(&*error)),
        }
    }
}

// ANCHOR: tolerant
/// The same product, from more kinds of documents.
#[derive(Debug, PartialEq, Deserialize)]
pub struct Tolerant {
    /// Its number.
    #[serde(alias = "number")]
    pub id: u64,
    /// What it's called, unless that's missing or `null`.
    pub name: Option<String>,
    /// Its price, as a number or as text.
    #[serde(deserialize_with = "number_or_text")]
    pub price: f64,
    /// What comes with it; nothing if that's missing. (`null` is an error.)
    #[serde(default)]
    pub extras: Vec<String>,
}
// ANCHOR_END: tolerant

// ANCHOR: number_or_text
fn number_or_text<'de, D>(deserializer: D) -> Result<f64, D::Error>
where
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Price {
        Number(f64),
        Text(String),
    }
    match Price::deserialize(deserializer)? {
        Price::Number(price) => Ok(price),
        Price::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}
// ANCHOR_END: number_or_text

// ANCHOR: exact
/// The same product, and nothing else.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exact {
    /// Its number.
    pub id: u64,
    /// What it's called.
    pub name: String,
    /// Its price in crowns.
    pub price: f64,
}
// ANCHOR_END: exact

// ANCHOR: value
/// How many there are in a town, if the document has that number.
pub fn stock(product: &Value, town: &str) -> Option<u64> {
    product["stock"][town].as_u64()
}
// ANCHOR_END: value
