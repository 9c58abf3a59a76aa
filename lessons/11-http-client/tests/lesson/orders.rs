//! An order that's sent again, and taken once.

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::examples::lost_answer::{Api, order_a, order_b};
use crate::support::{answer, base, client, open};

#[tokio::test]
async fn an_order_whose_answer_is_lost_is_sent_again_and_taken_once() {
    let (web, server, _watchdog) = open().await;
    let shop = client(&web).await;

    let order = shop.order(2, 1).await.expect("the shop takes it");

    assert_eq!((order.number, order.product, order.quantity), (1, 2, 1));
    assert_eq!(shop.orders().await.expect("a list"), [order]);
    assert_eq!(server.orders(), 1);
    let counted = web.counted("orders");
    assert_eq!((counted.requests, counted.done), (2, 1));
}

#[tokio::test]
async fn two_orders_of_the_same_are_two_orders() {
    let (web, server, _watchdog) = open().await;
    let shop = client(&web).await;
    shop.order(2, 1).await.expect("the shop takes it");
    let second = shop.order(2, 1).await.expect("the shop takes it");
    assert_eq!(second.number, 2);
    assert_eq!(server.orders(), 2);
}

#[tokio::test]
async fn an_order_that_the_shop_refuses_is_not_sent_again() {
    let (web, _shop, _watchdog) = open().await;
    let shop = client(&web).await;
    shop.order(2, 1).await.expect("the shop takes it");
    let before = web.counted("orders").requests;
    let reason = json!({ "error": { "code": "sold-out", "message": "" } });
    let refusal = ResponseTemplate::new(409).set_body_json(reason);
    answer(&web, "/orders", refusal).await;

    let error = shop.order(2, 1).await.expect_err("there are no more");

    assert!(error.has_code("sold-out"), "{error:?}");
    assert_eq!(web.counted("orders").requests, before + 1);
}

#[tokio::test]
async fn without_a_key_an_order_that_is_sent_again_is_taken_twice() {
    let (web, server, _watchdog) = open().await;
    let api = Api::log_in(base(&web)).await.expect("a session");

    order_a(&api, 2).await.expect("the shop takes it");
    let counted = web.counted("orders");
    assert_eq!((counted.requests, counted.done), (2, 2));
    assert_eq!(server.orders(), 2);

    // The next order's first answer is lost again.
    web.reset_record();
    order_b(&api, 2).await.expect("the shop takes it");
    let counted = web.counted("orders");
    assert_eq!((counted.requests, counted.done), (2, 1));
    assert_eq!(server.orders(), 3);
}
