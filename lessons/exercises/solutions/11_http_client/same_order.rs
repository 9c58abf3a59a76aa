// A shop reads an order, delivers, and loses its response on the way back. The
// order has a header `Idempotency-Key`, by which the shop recognizes an order
// that it has delivered already. Even so, this client's second try is delivered
// a second time.
//
// Repair `order`. If someone orders a chair twice, they still get two. The
// tests count what the shop has delivered.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use exercises::show;
use mock_server::{Builder, Fault, MockWeb, Site};
use reqwest::Client;
use wiremock::matchers::any;
use wiremock::{Mock, Request, ResponseTemplate};

const TRIES: u32 = 3;

// A key that no other order has.
fn new_key() -> String {
    format!("{:016x}", fastrand::u64(..))
}

// The key belongs to the order, and every try has the same. So it's made before
// the loop.
//
// The common wrong answer makes the key from what was ordered. Then the second
// chair that someone orders is taken for the first.
async fn order(
    client: &Client,
    shop: &str,
    product: &'static str,
) -> reqwest::Result<String> {
    let key = new_key();
    let mut tried = 0;
    loop {
        let request = client.post(shop).header("Idempotency-Key", &key);
        let sent = request.body(product).send().await;
        tried += 1;
        match sent {
            Err(error) if error.is_request() && tried < TRIES => {}
            sent => return sent?.error_for_status()?.text().await,
        }
    }
}

// What a shop has delivered. It knows the keys of its orders.
#[derive(Clone, Default)]
struct Delivered {
    keys: Arc<Mutex<HashSet<String>>>,
}

impl Delivered {
    fn count(&self) -> usize {
        self.keys.lock().expect("no code panics with it").len()
    }

    fn deliver(&self, order: &Request) -> ResponseTemplate {
        let Some(key) = order.headers.get("idempotency-key") else {
            return ResponseTemplate::new(400);
        };
        let key = String::from_utf8_lossy(key.as_bytes()).into_owned();
        let mut keys = self.keys.lock().expect("no code panics with it");
        let answer = if keys.insert(key) { "delivered" } else { "as before" };
        ResponseTemplate::new(200).set_body_string(answer)
    }
}

// A shop whose first responses are lost, once the order has been delivered.
fn shop(lost: u64) -> Builder {
    let fault = Fault::FailFirst {
        count: lost,
        with: Box::new(Fault::Empty),
        key: String::new(),
    };
    MockWeb::builder().sites([Site::new("shop.example").fault(fault)])
}

async fn open(web: &MockWeb) -> (&str, Delivered) {
    let delivered = Delivered::default();
    let shop = delivered.clone();
    Mock::given(any())
        .respond_with(move |order: &Request| shop.deliver(order))
        .mount(web.wiremock())
        .await;
    (web.url("shop.example"), delivered)
}

fn main() {
    show(shop(1), async |web, client| {
        let (url, delivered) = open(web).await;
        match order(client, url, "chair").await {
            Ok(answer) => println!("one chair: {answer}"),
            Err(error) => println!("one chair: {error}"),
        }
        println!("the shop has delivered {}", delivered.count());
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::check;

    #[test]
    fn a_lost_response_does_not_deliver_twice() {
        for lost in [1, 2] {
            check(shop(lost), async |web, client| {
                let (url, delivered) = open(web).await;
                let answer = order(client, url, "chair").await;
                let count = delivered.count();
                assert_eq!(count, 1, "{count} chairs were delivered for one");
                assert_eq!(answer.expect("the last try arrives"), "as before");
            });
        }
    }

    #[test]
    fn two_orders_are_two_orders() {
        check(shop(0), async |web, client| {
            let (url, delivered) = open(web).await;
            for _ in 0..2 {
                let answer = order(client, url, "chair").await;
                assert_eq!(answer.expect("it arrives"), "delivered");
            }
            assert_eq!(delivered.count(), 2);
        });
    }

    #[test]
    fn it_gives_up_after_three_tries() {
        check(shop(9), async |web, client| {
            let (url, _delivered) = open(web).await;
            let error = order(client, url, "chair").await;
            assert!(error.is_err_and(|error| error.is_request()));
            assert_eq!(web.record().requests("shop.example"), 3);
        });
    }
}
