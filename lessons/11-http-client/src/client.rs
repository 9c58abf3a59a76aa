//! One client for everything, and the login.

// ANCHOR: use
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{Client, Url};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::rate::RateLimit;
use crate::{ShopError, receive};
// ANCHOR_END: use

/// How long to wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a request and its response may take, unless the request has a
/// timeout of its own. Uploads and events do.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// How often the shop may be asked what it has in stock. It allows five requests
/// in half a second.
const STOCK_PERIOD: Duration = Duration::from_millis(125);

// ANCHOR: http_client
/// The one client of the program, with everything that all requests share.
///
/// # Errors
///
/// When the system refuses something a client needs.
pub fn http_client() -> reqwest::Result<Client> {
    let json = HeaderValue::from_static("application/json");
    Client::builder()
        .user_agent("lesson11/0.1")
        .default_headers(HeaderMap::from_iter([(ACCEPT, json)]))
        .cookie_store(true)
        .gzip(true)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .build()
}
// ANCHOR_END: http_client

// ANCHOR: log_in
/// What a login sends.
#[derive(Clone, Debug, Serialize)]
pub struct Credentials {
    /// The name of the user.
    pub user: String,
    /// The password.
    pub password: String,
}

/// What a login returns. The session itself is a cookie, which the client keeps.
#[derive(Deserialize)]
pub(crate) struct Login {
    pub token: String,
}

/// A client of the shop whose user is logged in. Clones share the connections,
/// the cookies, the token and the rate limit.
#[derive(Clone, Debug)]
pub struct ShopClient {
    pub(crate) http: Client,
    base: Url,
    pub(crate) token: Arc<Mutex<String>>,
    pub(crate) rate: Arc<RateLimit>,
}

impl ShopClient {
    /// Logs in to the shop at this address.
    ///
    /// # Errors
    ///
    /// When the shop refuses, or doesn't answer.
    pub async fn log_in(
        http: Client,
        base: Url,
        credentials: &Credentials,
    ) -> Result<ShopClient, ShopError> {
        let request = http.post(at(&base, "/login")).json(credentials);
        let Login { token } = receive(request).await?;
        let token = Arc::new(Mutex::new(token));
        let rate = Arc::new(RateLimit::one_per(STOCK_PERIOD));
        Ok(ShopClient { http, base, token, rate })
    }
}
// ANCHOR_END: log_in

impl ShopClient {
    /// The URL of a path of the shop.
    pub fn url(&self, path: &str) -> Url {
        at(&self.base, path)
    }
}

fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url
}
