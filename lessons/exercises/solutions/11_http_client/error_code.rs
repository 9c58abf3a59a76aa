// A shop turns an order down with status 409, and says why in the response's
// body: {"code": "sold_out", "message": "There are no chairs left."}. This
// client only reports the status, so its user learns nothing.
//
// Make `order` return the reason as `OrderError::Refused`. Sometimes a proxy in
// front of the shop answers instead, with a page in HTML. In that case return
// `OrderError::Status`.

use exercises::{show, sites};
use mock_server::MockWeb;
use reqwest::{Client, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use wiremock::matchers::body_partial_json;
use wiremock::{Mock, ResponseTemplate};

#[derive(Serialize)]
struct Order {
    product: &'static str,
}

#[derive(Debug, Deserialize)]
struct Receipt {
    number: u32,
}

#[derive(Debug, Deserialize)]
struct Reason {
    code: String,
    message: String,
}

#[derive(Debug, thiserror::Error)]
enum OrderError {
    #[error("{} ({})", .0.message, .0.code)]
    Refused(Reason),
    #[error("status {0}, and no reason")]
    Status(StatusCode),
    #[error("the request failed: {0}")]
    Request(#[from] reqwest::Error),
}

// The status comes first, and the body second. `error_for_status` takes the
// response, and when the status is an error, the response is dropped with its
// body. So `status` is read before the body is.
//
// The common wrong answer is `response.json::<Reason>()` for every error
// status. Then the proxy's page is "error decoding response body", and its
// status is lost.
async fn order(
    client: &Client,
    url: &str,
    order: &Order,
) -> Result<Receipt, OrderError> {
    let response = client.post(url).json(order).send().await?;
    let status = response.status();
    if status.is_success() {
        return Ok(response.json().await?);
    }
    let body = response.bytes().await?;
    Err(match serde_json::from_slice(&body) {
        Ok(reason) => OrderError::Refused(reason),
        Err(_not_a_reason) => OrderError::Status(status),
    })
}

// Opens a shop that has tables, has no chairs, and has a proxy that fails when
// someone orders a sofa.
async fn open(web: &MockWeb) -> String {
    let sold_out = json!({
        "code": "sold_out",
        "message": "There are no chairs left."
    });
    let proxy_error = "<html><title>Bad Gateway</title></html>";
    for (product, response) in [
        (
            "table",
            ResponseTemplate::new(201).set_body_json(json!({ "number": 7 })),
        ),
        ("chair", ResponseTemplate::new(409).set_body_json(sold_out)),
        (
            "sofa",
            ResponseTemplate::new(502).set_body_raw(proxy_error, "text/html"),
        ),
    ] {
        Mock::given(body_partial_json(json!({ "product": product })))
            .respond_with(response)
            .mount(web.wiremock())
            .await;
    }
    format!("{}orders", web.url("shop.example"))
}

fn main() {
    show(sites(["shop.example"]), async |web, client| {
        let url = open(web).await;
        for product in ["table", "chair", "sofa"] {
            match order(client, &url, &Order { product }).await {
                Ok(receipt) => println!("{product}: order {}", receipt.number),
                Err(error) => println!("{product}: {error}"),
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::check;

    fn ordered(product: &'static str) -> Result<Receipt, OrderError> {
        let mut result = None;
        check(sites(["shop.example"]), async |web, client| {
            let url = open(web).await;
            result = Some(order(client, &url, &Order { product }).await);
        });
        result.expect("it was ordered")
    }

    #[test]
    fn a_table_is_ordered() {
        assert_eq!(ordered("table").expect("there are tables").number, 7);
    }

    #[test]
    fn the_shops_reason_is_returned() {
        match ordered("chair") {
            Err(OrderError::Refused(reason)) => {
                assert_eq!(reason.code, "sold_out");
                assert_eq!(reason.message, "There are no chairs left.");
            }
            other => panic!("expected the shop's reason, got {other:?}"),
        }
    }

    #[test]
    fn a_page_from_a_proxy_is_an_error_with_its_status() {
        match ordered("sofa") {
            Err(OrderError::Status(StatusCode::BAD_GATEWAY)) => {}
            other => panic!("expected a `Status` of 502, got {other:?}"),
        }
    }
}
