//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! A client of a small shop that misbehaves. What does it take beyond `GET`?
//!
//! ```sh
//! cargo run -p lesson11
//! ```
//!
//! Look at what the program prints when the shop fails, and in the timeline at
//! which requests it sends again.

use futures::future::try_join_all;
use lesson_kit::{println, with_causes};
use lesson11::products::Product;
use lesson11::shop::{self, HOST, PASSWORD, Shop, USER};
use lesson11::{Credentials, ShopClient, ShopError, http_client};

// ANCHOR: main
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let site = shop::site()?;
    let lesson = lesson_kit::start_on_own(
        "lesson11",
        "a client of a shop that misbehaves",
        || vec![site],
    );
    let web = lesson.require_mock_web();
    let _shop = Shop::open(web).await;
    let base = web.url(HOST).parse()?;

    println!("--- 1. log in ---");
    let credentials =
        Credentials { user: USER.to_owned(), password: PASSWORD.to_owned() };
    let shop = ShopClient::log_in(http_client()?, base, &credentials).await?;
    println!("logged in as {USER}");

    println!("\n--- 2. a list in pages ---");
    let products = shop.products().await?;
    print_prices(&products);

    println!("\n--- 3. errors that say why ---");
    print_error(shop.describe(99).await);
    print_error(shop.recommendations().await);

    println!("\n--- 4. a token that expires ---");
    describe_all(&shop, &products).await?;

    println!("\n--- 5. an order ---");
    let order = shop.order(2, 1).await?;
    println!("the shop took order {}", order.number);
    println!("it has {} in all", shop.orders().await?.len());

    lesson.timeline("the shop").await;
    Ok(())
}
// ANCHOR_END: main

fn print_prices(products: &[Product]) {
    println!("{} products", products.len());
    for Product { name, price_cents, .. } in products {
        println!("{}.{:02}  {name}", price_cents / 100, price_cents % 100);
    }
}

fn print_error<T>(result: Result<T, ShopError>) {
    if let Err(error) = result {
        println!("{}", with_causes(&error));
    }
}

// ANCHOR: describe_all
/// Describes all products concurrently.
async fn describe_all(
    shop: &ShopClient,
    products: &[Product],
) -> Result<(), ShopError> {
    let requests = products.iter().map(|product| shop.describe(product.id));
    for described in try_join_all(requests).await? {
        if let Some(author) = described.author() {
            println!("{author} wrote {}", described.name);
        }
    }
    Ok(())
}
// ANCHOR_END: describe_all
