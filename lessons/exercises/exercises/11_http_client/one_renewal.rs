// A shop's token has expired. Ten tasks use it, all of them get a 401, and each
// renews the token. The shop asks you to renew it once.
//
// Change `Shop` so that the tasks share one renewal, and do the same when the
// next token expires. Requests for the stock still have to overlap. The tests
// count the tokens that the shop has issued, and the requests in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use exercises::{PATIENCE, show, sites};
use futures::future::try_join_all;
use mock_server::{Builder, MockWeb};
use reqwest::{Client, Response, StatusCode};
use tokio::sync::Mutex;
use wiremock::matchers::path;
use wiremock::{Mock, Request, ResponseTemplate};

struct Shop {
    client: Client,
    url: String,
    token: Mutex<String>,
}

impl Shop {
    async fn stock(&self) -> reqwest::Result<u32> {
        let token = self.token.lock().await.clone();
        let mut response = self.request_stock(&token).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            let token = self.renewed().await?;
            response = self.request_stock(&token).await?;
        }
        response.error_for_status()?.json().await
    }

    // TODO: Nine of ten tasks come here when the token has been renewed.
    async fn renewed(&self) -> reqwest::Result<String> {
        let token = self.request_token().await?;
        self.token.lock().await.clone_from(&token);
        Ok(token)
    }

    async fn request_stock(&self, token: &str) -> reqwest::Result<Response> {
        let request = self.client.get(format!("{}stock", self.url));
        request.bearer_auth(token).send().await
    }

    async fn request_token(&self) -> reqwest::Result<String> {
        let request = self.client.post(format!("{}token", self.url));
        request.send().await?.error_for_status()?.text().await
    }
}

const TASKS: usize = 10;

// Asks for the stock in ten tasks.
async fn stocks(shop: &Arc<Shop>) -> Vec<reqwest::Result<u32>> {
    let tasks = (0..TASKS).map(|_| {
        let shop = Arc::clone(shop);
        tokio::spawn(async move { shop.stock().await })
    });
    try_join_all(tasks).await.expect("no task panics")
}

// The tokens of a shop are numbers. Those below `valid` have expired.
#[derive(Clone, Default)]
struct Tokens {
    issued: Arc<AtomicU32>,
    valid: Arc<AtomicU32>,
}

impl Tokens {
    fn expire(&self) {
        self.valid.store(self.issued() + 1, Ordering::Relaxed);
    }

    fn issued(&self) -> u32 {
        self.issued.load(Ordering::Relaxed)
    }
}

// The first ten requests wait for each other.
fn web() -> Builder {
    sites(["shop.example"]).gate(TASKS, PATIENCE)
}

// Opens the shop. The client's first token has expired.
async fn open(web: &MockWeb, client: &Client) -> (Arc<Shop>, Tokens) {
    let tokens = Tokens::default();
    tokens.expire();
    let issuing = tokens.clone();
    let issue = move |_: &Request| {
        let token = issuing.issued.fetch_add(1, Ordering::Relaxed) + 1;
        ResponseTemplate::new(200).set_body_string(token.to_string())
    };
    Mock::given(path("/token")).respond_with(issue).mount(web.wiremock()).await;
    let checking = tokens.clone();
    let check = move |request: &Request| {
        let header = request.headers.get("authorization");
        let token = header
            .and_then(|header| header.to_str().ok()?.strip_prefix("Bearer "))
            .and_then(|token| token.parse::<u32>().ok());
        let valid = checking.valid.load(Ordering::Relaxed);
        if token.is_some_and(|token| token >= valid) {
            ResponseTemplate::new(200).set_body_json(42)
        } else {
            ResponseTemplate::new(401)
        }
    };
    Mock::given(path("/stock")).respond_with(check).mount(web.wiremock()).await;
    let shop = Shop {
        client: client.clone(),
        url: web.url("shop.example").to_owned(),
        token: Mutex::new("0".to_owned()),
    };
    (Arc::new(shop), tokens)
}

fn main() {
    show(web(), async |web, client| {
        let (shop, tokens) = open(web, client).await;
        for stock in stocks(&shop).await {
            match stock {
                Ok(stock) => println!("{stock} chairs"),
                Err(error) => println!("failed: {error}"),
            }
        }
        println!("the shop has issued {} tokens", tokens.issued());
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::check;

    fn all_arrived(stocks: &[reqwest::Result<u32>]) -> bool {
        stocks.iter().all(|stock| matches!(stock, Ok(42)))
    }

    #[test]
    fn ten_tasks_share_one_renewal() {
        check(web(), async |web, client| {
            let (shop, tokens) = open(web, client).await;
            let stocks = stocks(&shop).await;
            assert!(all_arrived(&stocks), "{stocks:?}");
            let issued = tokens.issued();
            assert_eq!(issued, 1, "{issued} tokens were issued for ten tasks");
        });
    }

    #[test]
    fn a_token_that_expires_later_is_renewed_too() {
        check(web(), async |web, client| {
            let (shop, tokens) = open(web, client).await;
            stocks(&shop).await;
            let first = tokens.issued();
            tokens.expire();
            let stocks = stocks(&shop).await;
            assert!(all_arrived(&stocks), "{stocks:?}");
            assert!(tokens.issued() > first, "no second token was requested");
        });
    }

    #[test]
    fn requests_with_a_valid_token_overlap() {
        check(web(), async |web, client| {
            let (shop, _tokens) = open(web, client).await;
            // The gate opens only for ten requests at the same time.
            let stocks = stocks(&shop).await;
            assert!(all_arrived(&stocks), "one at a time? {stocks:?}");
        });
    }
}
