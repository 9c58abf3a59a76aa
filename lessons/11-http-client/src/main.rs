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

use std::time::Duration;

use futures::future::try_join_all;
use lesson_kit::{println, with_causes};
use lesson11::pictures::Uploaded;
use lesson11::products::Product;
use lesson11::shop::{self, HOST, PASSWORD, Shop, USER};
use lesson11::{Credentials, ShopClient, ShopError, http_client};
use tempfile::tempfile;
use tokio::fs::File;
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

/// How long the shop takes for a response. It's long enough for requests that are
/// sent concurrently to be in flight together.
const DELAY: Duration = Duration::from_millis(30);

// ANCHOR: main
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let site = shop::site()?.delay(DELAY);
    let lesson = lesson_kit::start_on_own(
        "lesson11",
        "a client of a shop that misbehaves",
        || vec![site],
    );
    let web = lesson.mock_web();
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

    println!("\n--- 6. an upload ---");
    upload(&shop).await?;

    println!("\n--- 7. events ---");
    // Six events, and the connection breaks after four of them.
    let mut events = shop.events(&[("n", 6), ("pause", 20), ("cut", 4)]);
    while let Some(event) = events.next().await? {
        println!("{}: {}", event.id, event.text);
    }

    println!("\n--- 8. a rate limit ---");
    let stock = products.iter().map(|product| shop.stock(product.id));
    let pieces: u32 = try_join_all(stock).await?.iter().sum();
    println!("{pieces} pieces in stock");

    lesson.timeline("the shop").await;
    println!("\nhttps is left out here, because it needs a C compiler:");
    println!("cargo run -p lesson11 --features tls --example private_ca");
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

/// The size of the picture, in bytes.
const PICTURE: u32 = 1_000_000;

// ANCHOR: upload
/// Uploads a picture from a file, and prints how much of it has been read.
async fn upload(shop: &ShopClient) -> anyhow::Result<()> {
    let picture: Vec<_> = (0..PICTURE).map(|byte| (byte % 251) as u8).collect();
    let mut file = File::from_std(tempfile()?);
    file.write_all(&picture).await?;
    file.rewind().await?;

    let mut quarters = 0;
    let progress = move |read| {
        let now = read * 4 / u64::from(PICTURE);
        if now > quarters {
            println!("{}% of the picture", now * 25);
            quarters = now;
        }
    };
    let size = u64::from(PICTURE);
    let upload = shop.upload_picture(2, file, size, progress).await?;
    for Uploaded { name, bytes, crc32, .. } in upload.parts {
        println!("the shop got {name}: {bytes} bytes with CRC-32 {crc32}");
    }
    Ok(())
}
// ANCHOR_END: upload
