//! A token that expires, and is renewed once for all tasks.

use futures::future::{join_all, try_join_all};
use lesson11::ShopClient;
use reqwest::Client;
use serde_json::json;
use testkit::WATCHDOG;
use wiremock::{Mock, ResponseTemplate, matchers};

use crate::examples::renew_token::{Api, TASKS, describe_a, describe_b};
use crate::support::{answer, base, client, credentials, open, requests};

#[tokio::test]
async fn many_tasks_renew_an_expired_token_once() {
    let (web, server, _watchdog) = open().await;
    let shop = client(&web).await;
    server.expire_tokens();

    let described = try_join_all((1..=9).map(|id| shop.describe(id))).await;

    assert_eq!(described.expect("all are there").len(), 9);
    assert_eq!(server.tokens_issued(), 2, "one at the login, and one more");
    // Each was refused once.
    assert_eq!(web.record().exchanges().len(), 1 + 9 + 1 + 9);
}

#[tokio::test]
async fn a_token_that_is_refused_although_it_is_new_is_not_renewed_again() {
    let (web, server, _watchdog) = open().await;
    let shop = client(&web).await;
    let reason = json!({ "error": { "code": "token-expired", "message": "" } });
    let refusal = ResponseTemplate::new(401).set_body_json(reason);
    answer(&web, "/products/1", refusal).await;

    let error = shop.describe(1).await.expect_err("it's always refused");

    assert!(error.has_code("token-expired"), "{error:?}");
    assert_eq!(requests(&web, "/products/1").await.len(), 2);
    assert_eq!(server.tokens_issued(), 2);
}

#[tokio::test]
async fn without_the_cookie_the_token_cannot_be_renewed() {
    let (web, server, _watchdog) = open().await;
    let (without_cookies, credentials) = (Client::new(), credentials());
    let shop = ShopClient::log_in(without_cookies, base(&web), &credentials);
    let shop = shop.await.expect("the password is right");
    server.expire_tokens();

    for result in join_all((1..=3).map(|id| shop.describe(id))).await {
        let error = result.expect_err("there's no session");
        assert_eq!(error.request, "POST /token");
        assert!(error.has_code("no-session"), "{error:?}");
    }
    assert_eq!(server.tokens_issued(), 1);
}

#[tokio::test]
async fn a_renewal_that_is_cancelled_does_not_keep_the_others_from_renewing() {
    let (web, server, _watchdog) = open().await;
    let shop = client(&web).await;
    server.expire_tokens();
    let too_late = ResponseTemplate::new(200).set_delay(WATCHDOG);
    Mock::given(matchers::path("/token"))
        .respond_with(too_late)
        .up_to_n_times(1)
        .with_priority(1)
        .mount(web.wiremock())
        .await;
    let first = tokio::spawn({
        let shop = shop.clone();
        async move { shop.describe(1).await }
    });
    web.wait_until(|record| record.exchanges().any(|it| it.path == "/token"))
        .await;
    first.abort();

    let described = shop.describe(3).await;

    assert_eq!(described.expect("it's there").name, "Kettle");
    assert_eq!(server.tokens_issued(), 2);
}

#[tokio::test]
async fn tasks_that_know_nothing_of_each_other_renew_the_token_once_each() {
    let (web, server, _watchdog) = open().await;
    let log_in = async || {
        let api = Api::log_in(base(&web)).await.expect("a session");
        server.expire_tokens();
        (api, server.tokens_issued())
    };

    let (api, before) = log_in().await;
    let tasks = (1..=TASKS).map(|id| describe_a(&api, id));
    try_join_all(tasks).await.expect("all are there");
    assert_eq!(server.tokens_issued() - before, TASKS as usize);

    let (api, before) = log_in().await;
    let tasks = (1..=TASKS).map(|id| describe_b(&api, id));
    try_join_all(tasks).await.expect("all are there");
    assert_eq!(server.tokens_issued() - before, 1);
}
