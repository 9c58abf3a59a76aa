//! Faults that one exchange does not show: those that count, those of the connection's end, those of the page.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use flate2::read::GzDecoder;
use futures::executor::block_on;
use mock_server::{Fault, MockWeb, Outcome, Site, Watchdog, page};
use reqwest::Client;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
const SITE: &str = "site.example";
const BYTES: usize = 15_000;

fn site(fault: &str) -> (MockWeb, Watchdog) {
    seeded(fault, 1)
}

fn seeded(fault: &str, seed: u64) -> (MockWeb, Watchdog) {
    let fault: Fault = fault.parse().expect("the test's fault is one");
    let site = Site::new(SITE).page(page("A page", BYTES, 2_000)).fault(fault);
    let web = MockWeb::builder().sites([site]).seed(seed).start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    (web, watchdog)
}

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
    let (web, _watchdog) = site("fail-first?n=3&with=429");
    assert_eq!(statuses(&web, 6).await, [429, 429, 429, 200, 200, 200]);
    web.reset_record();
    assert_eq!(statuses(&web, 4).await, [429, 429, 429, 200]);
}

#[tokio::test]
async fn an_unstable_site_fails_for_the_same_requests_with_the_same_seed() {
    let (web, _watchdog) = seeded("unstable?rate=0.5", 1);
    let first = statuses(&web, 40).await;
    let failed = first.iter().filter(|status| **status == 503).count();
    assert!((8..=32).contains(&failed), "{failed} of 40 at a rate of a half");
    let (web, _watchdog) = seeded("unstable?rate=0.5", 1);
    assert_eq!(statuses(&web, 40).await, first);
    let (web, _watchdog) = seeded("unstable?rate=0.5", 2);
    assert_ne!(statuses(&web, 40).await, first);
    let (web, _watchdog) = seeded("unstable?rate=0.5&seed=1", 2);
    assert_eq!(statuses(&web, 40).await, first, "a seed of its own comes before the web's");
}

#[tokio::test]
async fn the_second_request_of_a_connection_that_closes_on_reuse_fails_and_a_new_connection_is_answered() {
    let (web, _watchdog) = site("close-on-reuse");
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
    let (web, _watchdog) = site("idle-close?after=50");
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
    let (web, _watchdog) = site("idle-close?after=60000");
    let client = Client::new();
    for _ in 0..5 {
        assert_eq!(fetch(&client, web.url(SITE)).await.expect("it is answered"), BYTES);
    }
    assert_eq!(web.record().connections(), 1);
}

fn ask(web: &MockWeb) -> TcpStream {
    let address = web.url(SITE).trim_start_matches("http://").trim_end_matches('/');
    let mut socket = TcpStream::connect(address).expect("the site listens");
    socket.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").expect("the site reads");
    socket
}

#[test]
fn a_slow_close_comes_after_an_answer_that_is_long_complete() {
    let (web, _watchdog) = site("slow-close?delay=60000");
    let mut socket = ask(&web);
    let mut answer = Vec::new();
    while !answer.ends_with(b"</html>\n") {
        let mut buffer = [0; 4096];
        let count = socket.read(&mut buffer).expect("it comes whole");
        assert!(count > 0, "closed before it was whole");
        answer.extend_from_slice(&buffer[..count]);
    }
    let record = web.record();
    assert_eq!((record.count(Outcome::Complete), record.in_flight(), record.open_connections()), (1, 0, 1));

    let (web, _watchdog) = site("slow-close?delay=1");
    let mut answer = Vec::new();
    ask(&web).read_to_end(&mut answer).expect("an orderly close");
    assert!(answer.ends_with(b"</html>\n"));
}

#[test]
fn a_slow_head_comes_in_pieces_and_the_body_after_it() {
    let (web, _watchdog) = site("slow-head?pause=60000");
    let mut socket = ask(&web);
    let mut first = [0; 64];
    let count = socket.read(&mut first).expect("the head begins");
    assert_eq!(&first[..count], b"HTTP");
    let record = web.record();
    assert_eq!(record.exchanges().map(|exchange| exchange.bytes).collect::<Vec<_>>(), [0]);
    assert!(record.exchanges().all(|exchange| exchange.first_byte.is_some()));
}

#[tokio::test]
async fn a_body_without_end_promises_no_length_and_comes_until_the_client_goes() {
    let (web, _watchdog) = site("endless?chunk=5000&pause=0");
    let mut response = Client::new().get(web.url(SITE)).send().await.expect("an answer");
    assert_eq!(response.content_length(), None);
    let mut bytes = 0;
    while bytes < 4 * BYTES {
        bytes += response.chunk().await.expect("no error").expect("no end").len();
    }
    drop(response);
    web.wait_until(|record| record.client_gone() == 1).await;
}

#[tokio::test]
async fn a_gzip_bomb_is_a_thousandth_on_the_wire_of_what_it_is_inflated() {
    let (web, _watchdog) = site("gzip-bomb?size=3");
    let response = Client::new().get(web.url(SITE)).send().await.expect("an answer");
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let wire = response.bytes().await.expect("it comes");
    let mut inflated = Vec::new();
    GzDecoder::new(&wire[..]).read_to_end(&mut inflated).expect("it is gzip, checksum and all");
    assert_eq!(inflated.len(), 3_000_000);
    assert!(wire.len() < 3_500, "{}", wire.len());
}

async fn page_of(fault: &str) -> (Option<String>, Vec<u8>) {
    let (web, _watchdog) = site(fault);
    let response = Client::new().get(web.url(SITE)).send().await.expect("an answer");
    let content_type =
        response.headers().get("content-type").map(|value| value.to_str().expect("ASCII").to_owned());
    (content_type, response.bytes().await.expect("it comes").to_vec())
}

fn contains(page: &[u8], part: &[u8]) -> bool {
    page.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn pages_have_the_encodings_and_the_names_of_them_that_are_asked_for() {
    let latin1 = b"<title>Caf\xe9 cr\xe8me</title>".as_slice();
    let expected: [(&str, &str, &[u8]); 4] = [
        ("latin1", "text/html; charset=iso-8859-1", latin1),
        ("latin1-meta", "text/html", latin1),
        ("invalid-utf8", "text/html; charset=utf-8", b"<title>Caf\xff\xfe</title>"),
        ("unknown", "text/html; charset=x-nobody-knows", "<title>Café crème</title>".as_bytes()),
    ];
    for (name, content_type, title) in expected {
        let (sent, page) = page_of(&format!("charset?as={name}")).await;
        assert_eq!(sent.as_deref(), Some(content_type), "{name}");
        assert!(contains(&page, title), "{name}");
        assert_eq!(contains(&page, b"<meta charset=\"iso-8859-1\">"), name.starts_with("latin1"), "{name}");
    }
}

#[tokio::test]
async fn content_types_lie_or_are_not_there() {
    let (sent, page) = page_of("type?as=pdf").await;
    assert_eq!(sent.as_deref(), Some("application/pdf"));
    assert!(page.starts_with(b"%PDF-"));
    let (sent, page) = page_of("type?as=wrong").await;
    assert_eq!(sent.as_deref(), Some("image/png"));
    assert!(page.starts_with(b"<!DOCTYPE html>"));
    let (sent, page) = page_of("type?as=none").await;
    assert_eq!(sent, None);
    assert!(page.starts_with(b"<!DOCTYPE html>"));
}

#[tokio::test]
async fn titles_are_as_hostile_as_asked_for() {
    let expected: [(&str, &[u8]); 9] = [
        ("none", b"<meta charset=\"utf-8\">\n\n</head>"),
        ("empty", b"<title></title>"),
        ("nested", b"<title>Outer <title>inner</title></title>"),
        ("comment", b"<!-- <title>In a comment</title> --><title>The real title</title>"),
        ("script", b"\"<title>In a script</title>\";</script><title>The real title</title>"),
        ("entities", b"<title>Fish &amp; chips &lt;3 caf&eacute; &#9731;</title>"),
        ("huge", b"xxxxxxxx</title>"),
        ("control", b"bell\x07 back\x08space"),
        ("escape", b"\x1b[31mred\x1b[2J"),
    ];
    for (name, part) in expected {
        let (_, page) = page_of(&format!("title?as={name}")).await;
        assert!(contains(&page, part), "{name}");
        assert_eq!(contains(&page, b"<title>"), name != "none", "{name}");
        assert_eq!(page.len() > 1_000_000, name == "huge", "{name}");
    }
}

#[test]
fn a_page_that_is_not_there_has_no_title_to_replace_and_an_empty_body_still_ends() {
    for fault in ["title?as=huge", "dribble", "stall", "truncate?after=0", "endless?pause=1"] {
        let (web, _watchdog) = site(fault);
        let address = web.url(SITE).trim_start_matches("http://").trim_end_matches('/').to_owned();
        let mut socket = TcpStream::connect(address).expect("the site listens");
        socket.write_all(b"GET /missing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("it reads");
        let mut first = [0; 12];
        socket.read_exact(&mut first).expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 404", "{fault}");
        drop(socket);
        block_on(web.wait_until(|record| record.open_connections() == 0));
    }
}
