//! The bodies of refusals.

use lesson_kit::Site;
use mock_server::{MockWeb, Watchdog};
use reqwest::{Client, StatusCode};
use testkit::start;

use crate::examples::error_body::{
    self, PATHS, RequestError, fetch_document, fetch_or_reason,
};

fn api() -> (MockWeb, Site, Watchdog) {
    let (web, mut sites, watchdog) =
        start(MockWeb::builder().sites(error_body::sites()));
    (web, sites.remove(0), watchdog)
}

#[tokio::test]
async fn a_refusal_loses_its_reason_or_keeps_it() {
    let (web, site, _watchdog) = api();
    let client = Client::new();
    let url = |path| format!("{}{path}", site.url);

    let [works, refused, foreign] = PATHS;
    let document = fetch_document(&client, &url(works)).await.expect("JSON");
    assert_eq!(document["name"], "A teapot");
    assert_eq!(
        fetch_or_reason(&client, &url(works)).await.expect("JSON"),
        document
    );

    let error = fetch_document(&client, &url(refused)).await.expect_err("409");
    assert_eq!(error.status(), Some(StatusCode::CONFLICT));
    let words = error.without_url().to_string();
    assert_eq!(words, "HTTP status client error (409 Conflict)");

    // The version that borrows the response leaves the body where it is.
    let response = client.get(url(refused)).send().await.expect("a response");
    assert!(response.error_for_status_ref().is_err());
    let body = response.text().await.expect("a reason");
    assert!(body.contains(r#""code": "conflict""#), "{body}");

    let error = fetch_or_reason(&client, &url(refused)).await.expect_err("409");
    let RequestError::Refused { status, code, message } = error else {
        panic!("{error:?}")
    };
    assert_eq!((status, code.as_str()), (StatusCode::CONFLICT, "conflict"));
    assert_eq!(message, "Conflict, as the request wanted it");

    let error = fetch_or_reason(&client, &url(foreign)).await.expect_err("502");
    let RequestError::Foreign { status, start } = error else {
        panic!("{error:?}")
    };
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert_eq!(start, "<html>\n<head><title>502 Bad Ga");

    // All three got the body of the refusal.
    let record = web.record();
    let refusals = record.exchanges().filter(|it| it.path.ends_with("409"));
    let bytes: Vec<_> = refusals.map(|it| it.bytes).collect();
    assert!(bytes.len() == 3 && bytes.iter().all(|it| *it == bytes[0]));
    assert!(bytes[0] > 50);
}
