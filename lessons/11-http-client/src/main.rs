//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! A client of a small shop that misbehaves. What does it take beyond `GET`?
//!
//! ```sh
//! cargo run -p lesson11
//! ```

use lesson_kit::println;
use lesson11::shop::{self, HOST, PASSWORD, Shop, USER};
use lesson11::{Credentials, ShopClient, http_client};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on_own(
        "lesson11",
        "a client of a shop that misbehaves",
        || vec![shop::site()],
    );
    let web = lesson.require_mock_web();
    let _shop = Shop::open(web).await;
    let base = web.url(HOST).parse()?;
    let credentials =
        Credentials { user: USER.to_owned(), password: PASSWORD.to_owned() };
    ShopClient::log_in(http_client()?, base, &credentials).await?;
    println!("logged in as {USER}");
    lesson.timeline("the shop").await;
    Ok(())
}
