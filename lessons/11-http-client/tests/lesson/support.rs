//! An open shop, and a client that is logged in. And a default client, in a
//! process of its own.

use std::env;
use std::process::Command;

use lesson11::shop::{self, HOST, PASSWORD, Shop, USER};
use lesson11::{Credentials, ShopClient, http_client};
use mock_server::{MockWeb, Watchdog};
use reqwest::{Client, Url};
use testkit::start;
use wiremock::{Mock, Request, ResponseTemplate, matchers};

/// Opens a shop.
pub async fn open() -> (MockWeb, Shop, Watchdog) {
    let site = shop::site().expect("its faults are spelt right");
    let (web, _, watchdog) = start(MockWeb::builder().sites([site]));
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

/// Makes the shop answer all requests for this path like this.
pub async fn answer(web: &MockWeb, path: &str, response: ResponseTemplate) {
    let mock = Mock::given(matchers::path(path)).respond_with(response);
    mock.with_priority(1).mount(web.wiremock()).await;
}

/// The requests for this path, in the order in which they arrived.
pub async fn requests(web: &MockWeb, path: &str) -> Vec<Request> {
    let requests = web.wiremock().received_requests().await;
    let requests = requests.expect("it keeps them").into_iter();
    requests.filter(|request| request.url.path() == path).collect()
}

/// The value of a header.
pub fn header(request: &Request, name: &str) -> Option<String> {
    let value = request.headers.get(name)?;
    Some(value.to_str().expect("it is text").to_owned())
}

const URL: &str = "LESSON11_DEFAULT_CLIENT_URL";

/// A process in which a default client sends a request to this URL. A process
/// has an environment of its own, and a client reads that.
pub fn default_client(url: &str) -> Command {
    let tests = env::current_exe().expect("this test has a file");
    let mut command = Command::new(tests);
    command.args(["--exact", "support::sends_a_request_if_told_to"]);
    command.env(URL, url);
    command
}

/// It's there for [`default_client`].
#[tokio::test]
async fn sends_a_request_if_told_to() {
    if let Ok(url) = env::var(URL) {
        // The caller looks at what arrives.
        let _ = Client::new().get(url).send().await;
    }
}
