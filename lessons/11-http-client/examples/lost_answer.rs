//! The answer to an order is lost. Is it safe to send the order again?
//!
//! ```sh
//! cargo run -p lesson11 --example lost_answer
//! ```
//!
//! The client can't know whether the shop has taken the order: a connection that
//! breaks before the request arrives looks the same as one that breaks after it.
//! If the client gives up, there may be an order that it doesn't know of. If it
//! sends the order again, as the wrong run does, the shop takes it twice. In the
//! right run both requests have the same `Idempotency-Key`. The shop has
//! remembered the key, so it returns the first order instead of taking another
//! one. The key has to be made before the first try, and not in the retried code.
//!
//! Both runs send two requests. Look at the number of orders.

// ANCHOR: use
use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use lesson_kit::println;
use lesson11::shop::{self, HOST, PASSWORD, Shop, USER};
use lesson11::{ShopError, http_client, receive};
use reqwest::{Client, RequestBuilder, Url};
use serde_json::{Value, json};
// ANCHOR_END: use

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let site = shop::site()?;
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example lost_answer",
        "an order whose answer is lost",
        || vec![site],
    );
    let web = lesson.mock_web();
    let shop = Shop::open(web).await;
    let api = Api::log_in(web.url(HOST).parse()?).await?;
    lesson.summary("log in").await;

    println!("\n--- wrong ---");
    println!("the shop's answer: {}", order_a(&api, 2).await?);
    println!("orders taken: {}", shop.orders());
    lesson.timeline("wrong").await;

    println!("\n--- right ---");
    let before = shop.orders();
    println!("the shop's answer: {}", order_b(&api, 2).await?);
    println!("orders taken: {}", shop.orders() - before);
    lesson.timeline("right").await;
    Ok(())
}

/// A client that is logged in.
pub struct Api {
    client: Client,
    base: Url,
    token: String,
}

impl Api {
    /// Logs in.
    pub async fn log_in(base: Url) -> anyhow::Result<Api> {
        let client = http_client()?;
        let mut url = base.clone();
        url.set_path("/login");
        let credentials = json!({ "user": USER, "password": PASSWORD });
        let login: Value = receive(client.post(url).json(&credentials)).await?;
        let token = login["token"].as_str().unwrap_or_default().to_owned();
        Ok(Api { client, base, token })
    }

    /// An order, not yet sent.
    fn new_order(&self, product: u32) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path("/orders");
        let order = json!({ "product": product, "quantity": 1 });
        self.client.post(url).bearer_auth(&self.token).json(&order)
    }
}

// ANCHOR: wrong
/// Version A.
pub async fn order_a(api: &Api, product: u32) -> Result<Value, ShopError> {
    let one_try = || receive(api.new_order(product));
    one_try.retry(pauses()).when(ShopError::is_temporary).await
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Version B.
pub async fn order_b(api: &Api, product: u32) -> Result<Value, ShopError> {
    let key = format!("{:032x}", fastrand::u128(..));
    let one_try = || {
        let request = api.new_order(product);
        receive(request.header("idempotency-key", &key))
    };
    one_try.retry(pauses()).when(ShopError::is_temporary).await
}
// ANCHOR_END: right

/// Two more tries.
fn pauses() -> ConstantBuilder {
    ConstantBuilder::new()
        .with_delay(Duration::from_millis(100))
        .with_max_times(2)
}
