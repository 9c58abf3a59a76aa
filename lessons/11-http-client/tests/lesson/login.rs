//! The login, and the headers that all requests share.

use lesson11::{Credentials, ErrorKind, ShopClient, http_client};

use crate::support::{base, client, credentials, header, open, requests};

#[tokio::test]
async fn a_login_sends_json_and_later_requests_have_the_cookie_and_the_token() {
    let (web, _shop, _watchdog) = open().await;

    client(&web).await.products().await.expect("a list");

    let login = &requests(&web, "/login").await[0];
    let list = &requests(&web, "/products").await[0];
    let type_of_body = header(login, "content-type");
    assert_eq!(type_of_body.as_deref(), Some("application/json"));
    assert_eq!(header(login, "cookie"), None);
    assert_eq!(header(list, "cookie").as_deref(), Some("session=session-1"));
    let token = header(list, "authorization");
    assert_eq!(token.as_deref(), Some("Bearer token-1"));
    for request in [login, list] {
        let header = |name| header(request, name);
        assert_eq!(header("user-agent").as_deref(), Some("lesson11/0.1"));
        assert_eq!(header("accept").as_deref(), Some("application/json"));
        assert_eq!(header("accept-encoding").as_deref(), Some("gzip"));
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_with_the_reason() {
    let (web, shop, _watchdog) = open().await;
    let wrong = Credentials { password: "guess".to_owned(), ..credentials() };
    let http = http_client().expect("a client");

    let error = ShopClient::log_in(http, base(&web), &wrong).await;

    let error = error.expect_err("the password is wrong");
    assert_eq!(error.to_string(), "POST /login failed");
    let ErrorKind::Refused(reason) = error.kind else { panic!("{error:?}") };
    assert_eq!(reason.status, 401);
    assert_eq!(reason.code, "wrong-credentials");
    assert_eq!(shop.tokens_issued(), 0);
}
