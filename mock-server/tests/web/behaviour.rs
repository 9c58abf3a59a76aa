//! Faults that only show over time: across several requests, at the end of a connection, or in slow pieces.

use std::io::Read;

use mock_server::{MockWeb, Outcome};
use reqwest::Client;

use crate::support::{BYTES, GET, SITE, large, send, start};

async fn statuses(web: &MockWeb, count: usize) -> Vec<u16> {
    let client = Client::new();
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(client.get(web.url(SITE)).send().await.expect("an answer").status().as_u16());
    }
    statuses
}

async fn fetch(client: &Client, url: &str) -> reqwest::Result<usize> {
    Ok(client.get(url).send().await?.bytes().await?.len())
}

#[tokio::test]
async fn the_first_requests_fail_and_the_rest_do_not() {
    let (web, _watchdog) = start(large(Some("fail-first?n=3&with=429")));
    assert_eq!(statuses(&web, 6).await, [429, 429, 429, 200, 200, 200]);
    web.reset_record();
    assert_eq!(statuses(&web, 4).await, [429, 429, 429, 200]);
}

#[tokio::test]
async fn an_unstable_site_fails_for_the_same_requests_with_the_same_seed() {
    let (web, _watchdog) = start(large(Some("unstable?rate=0.5")).seed(1));
    let first = statuses(&web, 40).await;
    let failed = first.iter().filter(|status| **status == 503).count();
    assert!((8..=32).contains(&failed), "{failed} of 40 at a rate of a half");
    let (web, _watchdog) = start(large(Some("unstable?rate=0.5")).seed(1));
    assert_eq!(statuses(&web, 40).await, first);
    let (web, _watchdog) = start(large(Some("unstable?rate=0.5")).seed(2));
    assert_ne!(statuses(&web, 40).await, first);
    let (web, _watchdog) = start(large(Some("unstable?rate=0.5&seed=1")).seed(2));
    assert_eq!(statuses(&web, 40).await, first, "a seed of its own comes before the web's");
}

#[tokio::test]
async fn the_second_request_of_a_connection_that_closes_on_reuse_fails_and_a_new_connection_is_answered() {
    let (web, _watchdog) = start(large(Some("close-on-reuse")));
    let client = Client::new();
    assert_eq!(fetch(&client, web.url(SITE)).await.expect("the first is answered"), BYTES);
    let error = fetch(&client, web.url(SITE)).await.expect_err("the second is not");
    assert!(error.is_request(), "{error:?}");
    assert_eq!(fetch(&client, web.url(SITE)).await.expect("a new connection is answered"), BYTES);
    let record = web.record();
    let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.connection, exchange.outcome)).collect();
    assert_eq!(seen, [(1, Outcome::Complete), (1, Outcome::Cut), (2, Outcome::Complete)]);
}

#[tokio::test]
async fn a_connection_that_was_idle_is_closed_and_a_client_that_has_noticed_is_not_harmed() {
    let (web, _watchdog) = start(large(Some("idle-close?after=50")));
    let client = Client::new();
    assert_eq!(fetch(&client, web.url(SITE)).await.expect("it is answered"), BYTES);
    web.wait_until(|record| record.open_connections() == 0).await;
    assert_eq!(fetch(&client, web.url(SITE)).await.expect("it is answered"), BYTES);
    let record = web.record();
    assert_eq!(record.exchanges().map(|exchange| exchange.connection).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(record.count(Outcome::Complete), 2);
}

#[tokio::test]
async fn a_connection_that_is_asked_again_before_its_idle_time_is_over_is_kept() {
    let (web, _watchdog) = start(large(Some("idle-close?after=60000")));
    let client = Client::new();
    for _ in 0..5 {
        assert_eq!(fetch(&client, web.url(SITE)).await.expect("it is answered"), BYTES);
    }
    assert_eq!(web.record().connections(), 1);
}

#[test]
fn a_slow_close_comes_after_an_answer_that_is_long_complete() {
    let (web, _watchdog) = start(large(Some("slow-close?delay=60000")));
    let mut socket = send(&web, GET);
    let mut answer = Vec::new();
    while !answer.ends_with(b"</html>\n") {
        let mut buffer = [0; 4096];
        let count = socket.read(&mut buffer).expect("it comes whole");
        assert!(count > 0, "closed before it was whole");
        answer.extend_from_slice(&buffer[..count]);
    }
    let record = web.record();
    assert_eq!((record.count(Outcome::Complete), record.in_flight(), record.open_connections()), (1, 0, 1));

    let (web, _watchdog) = start(large(Some("slow-close?delay=1")));
    let mut answer = Vec::new();
    send(&web, GET).read_to_end(&mut answer).expect("an orderly close");
    assert!(answer.ends_with(b"</html>\n"));
}

#[test]
fn a_slow_head_comes_in_pieces_and_the_body_after_it() {
    let (web, _watchdog) = start(large(Some("slow-head?pause=60000")));
    let mut socket = send(&web, GET);
    let mut first = [0; 64];
    let count = socket.read(&mut first).expect("the head begins");
    assert_eq!(&first[..count], b"HTTP");
    let record = web.record();
    assert_eq!(record.exchanges().map(|exchange| exchange.bytes).collect::<Vec<_>>(), [0]);
    assert!(record.exchanges().all(|exchange| exchange.first_byte.is_some()));
    assert!(record.exchanges().all(|exchange| exchange.status.is_none()), "the status isn't on the wire");
}

#[tokio::test]
async fn a_body_without_end_promises_no_length_and_comes_until_the_client_goes() {
    let (web, _watchdog) = start(large(Some("endless?chunk=5000&pause=0")));
    let mut response = Client::new().get(web.url(SITE)).send().await.expect("an answer");
    assert_eq!(response.content_length(), None);
    let mut bytes = 0;
    while bytes < 4 * BYTES {
        bytes += response.chunk().await.expect("no error").expect("no end").len();
    }
    drop(response);
    web.wait_until(|record| record.client_gone() == 1).await;
}
