//! Faults that only show over time: across several requests, at the end of a connection, or in slow pieces.

use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;

use futures::executor::block_on;
use mock_server::{Fault, MockWeb, Outcome, Site};
use reqwest::Client;

use crate::support::{BYTES, GET, SITE, body_of, large, read_to_end, send, start, status_of};

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
async fn each_request_meets_the_next_failure_and_after_the_last_one_none_or_the_first_again() {
    let (web, _watchdog) = start(large(Some("in-turn?of=503,ok,status?code=418,429")));
    assert_eq!(statuses(&web, 6).await, [503, 200, 418, 429, 200, 200]);
    web.reset_record();
    assert_eq!(statuses(&web, 3).await, [503, 200, 418]);
    let (web, _watchdog) = start(large(Some("in-turn?of=503,ok,429&again=yes")));
    assert_eq!(statuses(&web, 7).await, [503, 200, 429, 503, 200, 429, 503]);

    let (web, _watchdog) = start(large(Some("in-turn?of=truncate,reset,ok")));
    let client = Client::new();
    fetch(&client, web.url(SITE)).await.expect_err("it is cut off");
    fetch(&client, web.url(SITE)).await.expect_err("it is reset");
    assert_eq!(fetch(&client, web.url(SITE)).await.expect("it is answered"), BYTES);
    let record = web.record();
    let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.outcome, exchange.bytes)).collect();
    assert_eq!(seen, [(Outcome::Cut, 1000), (Outcome::Reset, 0), (Outcome::Complete, BYTES as u64)]);
}

#[tokio::test]
async fn each_key_and_each_address_counts_its_turns_and_its_windows_for_itself() {
    let serving = MockWeb::builder().on_one_port(0).start().expect("the web starts");
    let client = Client::new();
    let status = async |path: &str| {
        let url = format!("http://{}/fault/{path}", serving.one_port().expect("it is on one port"));
        client.get(url).send().await.expect("an answer").status().as_u16()
    };
    for fault in ["in-turn?of=ok,429&key=", "at-most?n=1&per=600000&key="] {
        for place in ["a", "b", "a&site=python.org"] {
            let path = format!("{fault}{place}");
            assert_eq!([status(&path).await, status(&path).await], [200, 429], "{path}");
        }
    }
}

#[tokio::test]
async fn a_window_admits_so_many_requests_and_says_when_to_come_back() {
    let (web, _watchdog) = start(large(Some("at-most?n=3&per=600000&retry-after=7")));
    assert_eq!(statuses(&web, 5).await, [200, 200, 200, 429, 429]);
    let response = Client::new().get(web.url(SITE)).send().await.expect("an answer");
    assert_eq!(response.headers()["retry-after"], "7");
    web.reset_record();
    assert_eq!(statuses(&web, 4).await, [200, 200, 200, 429]);
    // A window of no time is over by the next request.
    let fault = Fault::AtMost {
        count: 1,
        per: Some(Duration::ZERO),
        with: Box::new(Fault::Empty),
        delay: None,
        key: String::new(),
    };
    let (web, _watchdog) = start(large(None).fault(SITE, fault));
    assert_eq!(statuses(&web, 3).await, [200; 3]);
}

#[test]
fn no_more_requests_than_admitted_are_in_flight_and_one_that_ends_makes_room() {
    let (web, _watchdog) = start(large(Some("at-most?n=2&delay=600000")));
    let (first, second) = (send(&web, GET), send(&web, GET));
    block_on(web.wait_until(|record| record.in_flight() == 2));
    let refused = |web: &MockWeb| {
        let mut answer = [0; 12];
        send(web, GET).read_exact(&mut answer).expect("it is answered");
        status_of(&answer)
    };
    assert_eq!([refused(&web), refused(&web)], [Some(429); 2]);
    // Those in flight stay so, whatever is forgotten.
    web.reset_record();
    assert_eq!(refused(&web), Some(429));

    drop(first);
    block_on(web.wait_until(|record| record.client_gone() == 1));
    let third = send(&web, GET);
    block_on(web.wait_until(|record| record.in_flight() == 2));
    assert_eq!(refused(&web), Some(429));
    drop((second, third));
}

#[test]
fn a_request_is_in_flight_until_its_response_is_on_the_wire() {
    // More than the kernel takes if the client doesn't read.
    let length = 50_000_000;
    let fault = "at-most?n=1".parse().expect("it is a fault");
    let site = Site::new(SITE).page(vec![b'x'; length]).fault(fault).by_front();
    let (web, _watchdog) = start(MockWeb::builder().sites([site]));
    let status = |socket: &mut TcpStream| {
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).expect("it is answered");
        status_of(&answer)
    };
    let mut first = send(&web, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert_eq!(status(&mut first), Some(200));
    assert_eq!(status(&mut send(&web, GET)), Some(429));

    let (rest, end) = read_to_end(&mut first);
    assert_eq!((body_of(&rest).len(), end), (length, None));
    // The next one is admitted without a wait: the record and the wire agree.
    assert_eq!(status(&mut send(&web, GET)), Some(200));
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
