// A shop reads an order and closes the connection before it has sent a
// response. This client then sends the same order again, and the shop delivers
// twice.
//
// Make `may_repeat` return true only for a request that may be sent twice: its
// method is idempotent, or it has a header `Idempotency-Key`, by which the shop
// recognizes an order that it has already read. `send` can stay as it is. The
// tests count the requests that the shop has read.

use exercises::show;
use mock_server::{Fault, MockWeb, Site};
use reqwest::{Client, Method, Request, Response};

// A request is idempotent if sending it twice has the same effect as sending it
// once. `Method` knows which methods promise that: GET, HEAD, OPTIONS and
// TRACE, which change nothing, and PUT and DELETE. POST and PATCH don't. A key
// makes up for it if the server remembers the keys it has seen.
//
// The common wrong answer is `method == Method::GET`, or `is_safe()`. Both
// leave out PUT and DELETE, which may be repeated: a page that is deleted twice
// is deleted.
fn may_repeat(request: &Request) -> bool {
    request.method().is_idempotent()
        || request.headers().contains_key("idempotency-key")
}

// The connection was there, and it was lost before a response.
fn is_lost(error: &reqwest::Error) -> bool {
    error.is_request() && !error.is_connect() && !error.is_timeout()
}

// A request can be sent again only if it was copied before: `execute` takes it.
// `try_clone` returns `None` if the body is a stream.
async fn send(client: &Client, request: Request) -> reqwest::Result<Response> {
    let again = request.try_clone().filter(may_repeat);
    match (client.execute(request).await, again) {
        (Err(error), Some(again)) if is_lost(&error) => {
            client.execute(again).await
        }
        (result, _) => result,
    }
}

fn main() {
    let shop = Site::new("shop.example").fault(lost_once());
    show(MockWeb::builder().sites([shop]), async |web, client| {
        let url = web.url("shop.example");
        let order = client.request(Method::POST, url).body("one chair");
        let order = order.build().expect("it is a request");
        match send(client, order).await {
            Ok(response) => println!("ordered: {}", response.status()),
            Err(error) => println!("no response: {error}"),
        }
    });
}

// The first request is read, and the connection is closed without a response.
fn lost_once() -> Fault {
    "fail-first?n=1&with=empty".parse().expect("it is a fault")
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::{check, sites};
    use mock_server::StatusCode;

    // How many requests of this kind the shop has read, and whether there was
    // a response.
    fn read(method: &Method, key: Option<&str>, fault: Fault) -> (usize, bool) {
        let web = sites(["shop.example"]).fault("shop.example", fault);
        let mut seen = (0, false);
        check(web, async |web, client| {
            let url = web.url("shop.example");
            let mut request = client.request(method.clone(), url);
            if let Some(key) = key {
                request = request.header("Idempotency-Key", key);
            }
            let request = request.build().expect("it is a request");
            let response = send(client, request).await;
            let read = web.record().requests("shop.example");
            seen = (read, response.is_ok());
        });
        seen
    }

    #[test]
    fn an_order_is_sent_once() {
        for method in [Method::POST, Method::PATCH] {
            let read = read(&method, None, lost_once());
            assert_eq!(read, (1, false), "requests that the shop has read");
        }
    }

    #[test]
    fn a_request_that_changes_nothing_the_second_time_is_sent_again() {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            assert_eq!(read(&method, None, lost_once()), (2, true), "{method}");
        }
    }

    #[test]
    fn an_order_with_a_key_is_sent_again() {
        let read = read(&Method::POST, Some("order-7"), lost_once());
        assert_eq!(read, (2, true));
    }

    #[test]
    fn only_a_lost_connection_is_a_reason_to_send_again() {
        let fault = Fault::Status {
            code: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: None,
        };
        assert_eq!(read(&Method::GET, None, fault), (1, true));
    }
}
