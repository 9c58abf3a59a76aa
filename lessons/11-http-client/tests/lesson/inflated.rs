//! Pages that travel as gzip.

use mock_server::{MockWeb, Site};
use reqwest::Client;
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue,
};
use testkit::start;

use crate::examples::gzip::{self, LIMIT};

#[tokio::test]
async fn a_client_inflates_and_removes_two_headers_and_a_raw_one_does_not() {
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(gzip::sites()));
    let raw = gzip::raw().expect("a client");
    for (client, inflates) in [(Client::new(), true), (raw, false)] {
        let response = client.get(&sites[0].url).send().await.expect("a page");
        for name in [CONTENT_ENCODING, CONTENT_LENGTH] {
            assert_eq!(response.headers().contains_key(name), !inflates);
        }
        let page = response.bytes().await.expect("a page");
        let sent = web.record().exchanges().last().map(|it| it.bytes);
        let sent = sent.expect("there is one");
        assert!(sent < 2_000);
        let size = if inflates { 1_000_000 } else { sent };
        assert_eq!(page.len() as u64, size);
    }
    let requests = web.wiremock().received_requests().await;
    let requests = requests.expect("they are kept");
    let accepts = requests.iter().map(|it| it.headers.get(ACCEPT_ENCODING));
    let gzip = HeaderValue::from_static("gzip");
    assert!(accepts.eq([Some(&gzip), None]));
}

#[tokio::test]
async fn an_inflated_page_has_no_length_and_a_count_ends_the_response() {
    // More of it travels than a client reads ahead.
    let large = Site::new("large.example")
        .fault("gzip-bomb?size=4096".parse().expect("it is a fault"));
    let sites = gzip::sites().into_iter().chain([large]);
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(sites));
    let client = Client::new();

    let all = gzip::by_length(&client, &sites[1].url).await;
    assert_eq!(all.expect("no limit"), 50_000_000);
    assert_eq!(web.record().open_connections(), 1, "it is kept");

    let words = format!("the page has more than {LIMIT} bytes");
    let limited = gzip::by_count(&client, &sites[1].url).await;
    assert_eq!(limited.expect_err("too large").to_string(), words);

    drop(client);
    web.wait_until(|record| record.open_connections() == 0).await;

    // A response that is dropped before its end closes its connection.
    let client = Client::new();
    let limited = gzip::by_count(&client, &sites[2].url).await;
    assert_eq!(limited.expect_err("too large").to_string(), words);
    web.wait_until(|record| record.open_connections() == 0).await;

    // Without gzip the length is right.
    let raw = gzip::raw().expect("a client");
    let raw = gzip::by_length(&raw, &sites[2].url).await;
    let words = raw.expect_err("too large").to_string();
    assert!(words.starts_with("the page has 40"), "{words}");
}

#[tokio::test]
async fn a_wrong_checksum_is_an_error_only_for_a_client_that_inflates() {
    let corrupt = Site::new("corrupt.example")
        .fault("encoding?as=gzip-corrupt".parse().expect("it is a fault"));
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([corrupt]));
    let inflated = gzip::by_length(&Client::new(), &sites[0].url).await;
    let error = inflated.expect_err("its checksum is wrong");
    let error = error.downcast::<reqwest::Error>().expect("it is reqwest's");
    assert!(error.is_decode(), "{error:?}");
    let raw = gzip::raw().expect("a client");
    gzip::by_length(&raw, &sites[0].url).await.expect("nothing looks at it");
}
