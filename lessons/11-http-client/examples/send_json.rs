//! An order goes out as JSON. Why does the API refuse it with a 415?
//!
//! ```sh
//! cargo run -p lesson11 --example send_json
//! ```
//!
//! Both runs send the same bytes. `body` takes any text and says nothing about
//! it, so the wrong request has no `Content-Type`, and an API that wants JSON
//! refuses it with 415, "Unsupported Media Type". `json` does two things: it
//! writes the value as JSON, and it sets the header to `application/json`. (A
//! form has a header of its own, which `form` sets.) Look at the statuses.

// ANCHOR: use
use lesson_kit::println;
use mock_server::Site;
use reqwest::{Client, Response};
use serde::Serialize;
// ANCHOR_END: use

/// The API, which sends back what it got.
pub fn sites() -> Vec<Site> {
    vec![Site::new("api.example").endpoints()]
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example send_json",
        "an order as JSON",
        sites,
    );
    let [site] = lesson.exact_sites();
    let client = Client::new();
    let url = format!("{}json", site.url);
    let teapots = Order { product: "Teapot".to_owned(), quantity: 2 };

    println!("--- wrong: body() ---");
    print_response(as_text(&client, &url, &teapots).await?).await?;

    println!("\n--- right: json() ---");
    print_response(as_json(&client, &url, &teapots).await?).await?;
    Ok(())
}

// ANCHOR: order
/// What to order.
#[derive(Serialize)]
pub struct Order {
    /// The name of the product.
    pub product: String,
    /// How many.
    pub quantity: u32,
}
// ANCHOR_END: order

// ANCHOR: wrong
/// Version A.
pub async fn as_text(
    client: &Client,
    url: &str,
    order: &Order,
) -> anyhow::Result<Response> {
    let text = serde_json::to_string(order)?;
    Ok(client.post(url).body(text).send().await?)
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn as_json(
    client: &Client,
    url: &str,
    order: &Order,
) -> reqwest::Result<Response> {
    client.post(url).json(order).send().await
}
// ANCHOR_END: right

async fn print_response(response: Response) -> reqwest::Result<()> {
    println!("{}", response.status());
    println!("{}", response.text().await?.trim_end());
    Ok(())
}
