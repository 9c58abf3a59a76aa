//! The login, and the headers that all requests share.

use lesson11::{Credentials, ErrorKind, ShopClient, http_client};

use crate::support::{base, client, credentials, open};

#[tokio::test]
async fn a_login_sends_json_and_later_requests_carry_the_cookie() {
    let (web, _shop, _watchdog) = open().await;
    let client = client(&web).await;
    assert_eq!(client.token(), "token-1");

    let page = client.http().get(client.url("/")).send().await;
    assert_eq!(page.expect("a response").status(), 200);

    let requests = web.wiremock().received_requests().await;
    let [login, page] = requests.as_deref().expect("it keeps them") else {
        panic!("two requests")
    };
    let header = |request: &wiremock::Request, name: &str| {
        request
            .headers
            .get(name)
            .map(|value| value.to_str().expect("it is text").to_owned())
    };
    assert_eq!(
        header(login, "content-type").as_deref(),
        Some("application/json")
    );
    assert_eq!(header(login, "cookie"), None);
    assert_eq!(header(page, "cookie").as_deref(), Some("session=session-1"));
    for request in [login, page] {
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
    assert_eq!(
        (reason.status.as_u16(), reason.code.as_str()),
        (401, "wrong-credentials")
    );
    assert_eq!(shop.tokens_issued(), 0);
}
