//! Errors that say why.

use lesson_kit::with_causes;
use lesson11::{ErrorKind, ShopError, http_client, receive};
use mock_server::Fault;
use reqwest::StatusCode;
use serde_json::json;
use testkit::{quick_tutorial, start, watchdog};
use wiremock::ResponseTemplate;

use crate::support::{answer, client, open};

/// The error of a request for a product that's answered like this.
async fn error_of(response: ResponseTemplate) -> ShopError {
    let (web, _shop, _watchdog) = open().await;
    let shop = client(&web).await;
    answer(&web, "/products/1", response).await;
    shop.describe(1).await.expect_err("it fails")
}

#[tokio::test]
async fn the_shops_reason_is_in_the_error() {
    let (web, _shop, _watchdog) = open().await;
    let error = client(&web).await.describe(99).await;
    let error = error.expect_err("there's no such product");
    assert!(error.has_code("no-such-product"), "{error:?}");
    assert!(!error.is_temporary());
    let words = "GET /products/99 failed: \
                 there's no product 99 (no-such-product, status 404)";
    assert_eq!(with_causes(&error), words);
}

#[tokio::test]
async fn the_html_of_a_proxy_is_no_reason_but_its_status_and_start_are_kept() {
    let (web, _shop, _watchdog) = open().await;
    let error = client(&web).await.recommendations().await;
    let error = error.expect_err("that part of the shop is down");
    assert!(error.is_temporary());
    let ErrorKind::Foreign { status, start } = error.kind else {
        panic!("{error:?}")
    };
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert_eq!(start, "<html><h1>502 Bad Gateway</h1></html>");
}

#[tokio::test]
async fn any_other_body_of_an_error_status_is_foreign_and_only_its_start_is_kept()
 {
    let no_code = json!({ "error": { "message": "no code" } }).to_string();
    for body in ["", "null", &no_code, &"é".repeat(1_000)] {
        let response = ResponseTemplate::new(500).set_body_string(body);
        let error = error_of(response).await;
        assert!(!error.is_temporary(), "{body}");
        let ErrorKind::Foreign { status, start } = error.kind else {
            panic!("{body}: {error:?}")
        };
        assert_eq!(status, 500);
        assert!(body.starts_with(&start) && start.len() <= 120, "{start}");
    }
}

#[tokio::test]
async fn a_success_with_an_unexpected_body_is_an_error_of_its_shape() {
    let body = json!({ "name": 7, "details": null });
    let error = error_of(ResponseTemplate::new(200).set_body_json(body)).await;
    assert!(!error.is_temporary());
    assert!(matches!(error.kind, ErrorKind::Shape(_)), "{error:?}");
    let words = with_causes(&error);
    let expected = "GET /products/1 failed: the response has an unexpected \
                    shape: invalid type: integer `7`, expected a string at";
    assert!(words.starts_with(expected), "{words}");
}

#[tokio::test]
async fn a_response_that_breaks_off_is_none() {
    let fault: Fault = "truncate?after=5".parse().expect("it is a fault");
    let (web, _, _watchdog) =
        start(quick_tutorial().fault("python.org", fault));
    let client = http_client().expect("a client");
    let request = client.get(web.url("python.org"));
    let error = receive::<()>(request).await;
    let error = error.expect_err("it breaks off");
    assert!(error.is_temporary());
    assert!(matches!(error.kind, ErrorKind::NoResponse(_)), "{error:?}");
}

#[tokio::test]
async fn a_request_that_cannot_be_built_is_not_worth_another_try() {
    let _watchdog = watchdog();
    let client = http_client().expect("a client");
    let request = client.get("http://shop.example").header("bad name", "");
    let error = receive::<()>(request).await;
    let error = error.expect_err("that's no name of a header");
    assert!(!error.is_temporary());
    assert_eq!(error.request, "building the request");
}
