//! An open shop, and a client that is logged in.

use lesson11::shop::{self, HOST, PASSWORD, Shop, USER};
use lesson11::{Credentials, ShopClient, http_client};
use mock_server::{MockWeb, Watchdog};
use reqwest::Url;
use testkit::start;

/// Opens a shop.
pub async fn open() -> (MockWeb, Shop, Watchdog) {
    let (web, _, watchdog) = start(MockWeb::builder().sites([shop::site()]));
    let shop = Shop::open(&web).await;
    (web, shop, watchdog)
}

/// The address of the shop.
pub fn base(web: &MockWeb) -> Url {
    web.url(HOST).parse().expect("it is a URL")
}

pub fn credentials() -> Credentials {
    Credentials { user: USER.to_owned(), password: PASSWORD.to_owned() }
}

/// A client whose user is logged in.
pub async fn client(web: &MockWeb) -> ShopClient {
    let http = http_client().expect("a client");
    let client = ShopClient::log_in(http, base(web), &credentials()).await;
    client.expect("the password is right")
}
