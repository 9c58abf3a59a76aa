//! The shop alone, for clients in other languages. It serves until Ctrl-C.
//!
//! ```sh
//! cargo run -p lesson11 --bin shop
//! ```
//!
//! It prints its address, and the command for the lesson's Python twin.

use lesson_kit::println;
use lesson11::shop::{self, HOST, Shop};
use mock_server::MockWeb;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    lesson_kit::without_web(
        "lesson11 --bin shop",
        "a shop for clients in other languages",
    );
    let web = MockWeb::builder().sites([shop::site()?]).start()?;
    let _shop = Shop::open(&web).await;
    let url = web.url(HOST);
    println!("the shop is at {url}; Ctrl-C closes it");
    println!("python lessons/11-http-client/lesson11.py {url}");
    tokio::signal::ctrl_c().await?;
    Ok(())
}
