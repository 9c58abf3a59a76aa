//! JSON in a request.

use mock_server::MockWeb;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use testkit::start;

use crate::examples::send_json::{self, Order, as_json, as_text};

#[tokio::test]
async fn a_body_without_a_content_type_is_refused_and_json_sets_it() {
    let sites = MockWeb::builder().sites(send_json::sites());
    let (web, sites, _watchdog) = start(sites);
    let url = format!("{}json", sites[0].url);
    let client = Client::new();
    let order = Order { product: "Teapot".to_owned(), quantity: 2 };

    let refused = as_text(&client, &url, &order).await.expect("a response");
    assert_eq!(refused.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let reason: Value = refused.json().await.expect("a reason");
    assert_eq!(reason["error"]["code"], "no_json");

    let taken = as_json(&client, &url, &order).await.expect("a response");
    assert_eq!(taken.status(), StatusCode::OK);
    let echo: Value = taken.json().await.expect("the order");
    let expected = json!({ "product": "Teapot", "quantity": 2 });
    assert_eq!(echo["received"], expected);

    let record = web.record();
    let statuses = record.exchanges().map(|it| it.status);
    let expected = [StatusCode::UNSUPPORTED_MEDIA_TYPE, StatusCode::OK];
    assert!(statuses.eq(expected.map(Some)));
}
