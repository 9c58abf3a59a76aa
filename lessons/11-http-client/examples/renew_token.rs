//! Five tasks find out that their token has expired. How often is it renewed?
//!
//! ```sh
//! cargo run -p lesson11 --example renew_token
//! ```
//!
//! In the wrong run, each task that's refused renews the token, because none of
//! them knows of the others. Many services make that worse: a new token ends the
//! one before, so the tasks take it away from each other. In the right run, the
//! tasks wait for a lock. The first one renews the token while it holds the lock,
//! and the others find a token that isn't the one they were refused with.
//!
//! Look at the number of new tokens, and at the requests for `/token`.

// ANCHOR: use
use std::time::Duration;

use futures::future::try_join_all;
use lesson_kit::println;
use lesson11::shop::{self, HOST, PASSWORD, Shop, USER};
use lesson11::{ShopError, http_client, receive};
use reqwest::{Client, Url};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
// ANCHOR_END: use

/// How many tasks there are.
pub const TASKS: u32 = 5;
/// How long the shop takes for a response. It's long enough for the requests of
/// all tasks to be in flight together.
const DELAY: Duration = Duration::from_millis(200);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let site = shop::site()?.delay(DELAY);
    let lesson = lesson_kit::start_on_own(
        "lesson11 --example renew_token",
        "a token that expires while many tasks use it",
        || vec![site],
    );
    let web = lesson.mock_web();
    let shop = Shop::open(web).await;
    let base: Url = web.url(HOST).parse()?;

    println!("--- wrong ---");
    let api = Api::log_in(base.clone()).await?;
    shop.expire_tokens();
    let before = shop.tokens_issued();
    try_join_all((1..=TASKS).map(|id| describe_a(&api, id))).await?;
    println!("new tokens: {}", shop.tokens_issued() - before);
    lesson.timeline("wrong").await;

    println!("\n--- right ---");
    let api = Api::log_in(base).await?;
    shop.expire_tokens();
    let before = shop.tokens_issued();
    try_join_all((1..=TASKS).map(|id| describe_b(&api, id))).await?;
    println!("new tokens: {}", shop.tokens_issued() - before);
    lesson.timeline("right").await;
    Ok(())
}

// ANCHOR: api
/// What all tasks share.
pub struct Api {
    client: Client,
    base: Url,
    token: Mutex<String>,
}

#[derive(Deserialize)]
struct Issued {
    token: String,
}

impl Api {
    /// One request for a product, with this token.
    async fn product(&self, id: u32, token: &str) -> Result<Value, ShopError> {
        let mut url = self.base.clone();
        url.set_path(&format!("/products/{id}"));
        receive(self.client.get(url).bearer_auth(token)).await
    }

    /// One request for a new token. The session's cookie says whose it is.
    async fn new_token(&self) -> Result<String, ShopError> {
        let mut url = self.base.clone();
        url.set_path("/token");
        let Issued { token } = receive(self.client.post(url)).await?;
        Ok(token)
    }
}
// ANCHOR_END: api

impl Api {
    /// Logs in.
    pub async fn log_in(base: Url) -> anyhow::Result<Api> {
        let client = http_client()?;
        let mut url = base.clone();
        url.set_path("/login");
        let credentials = json!({ "user": USER, "password": PASSWORD });
        let Issued { token } =
            receive(client.post(url).json(&credentials)).await?;
        Ok(Api { client, base, token: Mutex::new(token) })
    }
}

/// Version A.
// ANCHOR: wrong
pub async fn describe_a(api: &Api, id: u32) -> Result<Value, ShopError> {
    let token = api.token.lock().await.clone();
    match api.product(id, &token).await {
        Err(error) if error.has_code("token-expired") => {
            let token = api.new_token().await?;
            *api.token.lock().await = token.clone();
            api.product(id, &token).await
        }
        result => result,
    }
}
// ANCHOR_END: wrong

/// Version B.
// ANCHOR: right
pub async fn describe_b(api: &Api, id: u32) -> Result<Value, ShopError> {
    let token = api.token.lock().await.clone();
    match api.product(id, &token).await {
        Err(error) if error.has_code("token-expired") => {
            let mut current = api.token.lock().await;
            if *current == token {
                *current = api.new_token().await?;
            }
            let token = current.clone();
            drop(current);
            api.product(id, &token).await
        }
        result => result,
    }
}
// ANCHOR_END: right
