//! Requests with a body: what goes over the wire, what the record knows of them, and how their work is counted.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::num::NonZeroU64;
use std::time::Duration;

use futures::executor::block_on;
use mock_server::{Counted, Fault, MockWeb, Outcome, Site};
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{BYTES, GET, SITE, Serving, connect, large, send, small, start};

/// The head of a request with a body of this length, and more headers.
fn put(length: usize, headers: &str) -> Vec<u8> {
    format!("PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n{headers}\r\n").into_bytes()
}

/// The status and the body of a response that has a Content-Length.
fn read_response(socket: &mut TcpStream) -> (u16, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).expect("the head comes whole");
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.and_then(|length| length.parse().ok()).expect("the head has a length")];
    socket.read_exact(&mut body).expect("the body comes whole");
    (head[9..12].parse().expect("a status has three digits"), body)
}

/// How each exchange ended, and how many bytes of its request's body the server had read.
fn received(web: &MockWeb) -> Vec<(Outcome, u64)> {
    web.record().exchanges().map(|exchange| (exchange.outcome, exchange.received)).collect()
}

#[test]
fn the_record_has_what_was_read_of_a_body_without_the_framing_of_its_chunks() {
    for builder in [small(None), small(None).forget_requests()] {
        let (web, _watchdog) = start(builder);
        let mut socket = send(&web, &put(100_000, ""));
        socket.write_all(&[b'x'; 100_000]).expect("the site reads");
        assert_eq!(read_response(&mut socket).0, 200);
        let chunked = b"PUT / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\na: b\r\n\r\n";
        socket.write_all(chunked).expect("the site reads");
        assert_eq!(read_response(&mut socket).0, 200);
        assert_eq!(received(&web), [(Outcome::Complete, 100_000), (Outcome::Complete, 5)]);
    }
}

#[test]
fn the_record_grows_with_an_upload_and_says_how_much_had_come_when_the_client_left() {
    let (web, _watchdog) = start(small(None));
    let mut socket = send(&web, &put(1_000_000, ""));
    for count in 1..=3 {
        socket.write_all(&[b'x'; 1_000]).expect("the site reads");
        block_on(
            web.wait_until(|record| record.exchanges().any(|exchange| exchange.received == count * 1_000)),
        );
        assert_eq!(web.record().in_flight(), 1);
    }
    drop(socket);
    block_on(web.wait_until(|record| record.in_flight() == 0));
    assert_eq!(received(&web), [(Outcome::ClientGone, 3_000)]);
}

#[test]
fn an_upload_that_nothing_gets_has_no_limit() {
    const PIECES: usize = 200;
    let site = Site::new(SITE).by_front();
    let (web, _watchdog) = start(MockWeb::builder().sites([site]));
    let mut socket = send(&web, &put(PIECES * 100_000, ""));
    for _ in 0..PIECES {
        socket.write_all(&[b'x'; 100_000]).expect("the site reads");
    }
    assert_eq!(read_response(&mut socket).0, 200);
    assert_eq!(received(&web), [(Outcome::Complete, PIECES as u64 * 100_000)]);
}

#[test]
fn an_early_response_comes_before_the_body_and_the_connection_can_be_used_again() {
    let (web, _watchdog) = start(small(Some("early?code=507&then=keep")));
    let mut socket = connect(&web);
    for _ in 0..2 {
        socket.write_all(&put(1_000_000, "")).expect("the site reads");
        assert_eq!(read_response(&mut socket), (507, b"status 507 Insufficient Storage\n".to_vec()));
        socket.write_all(&[b'x'; 1_000_000]).expect("the site reads it all");
    }
    let connections: Vec<_> = web.record().exchanges().map(|exchange| exchange.connection).collect();
    assert_eq!((connections, received(&web)), (vec![1, 1], vec![(Outcome::Complete, 0); 2]));
}

#[test]
fn a_connection_closed_after_an_early_response_is_closed_in_order_and_still_takes_the_body() {
    let (web, _watchdog) = start(small(Some("early")));
    let mut socket = send(&web, &put(5_000_000, ""));
    assert_eq!(read_response(&mut socket).0, 413);
    assert_eq!(socket.read(&mut [0]).expect("an orderly end"), 0);
    // More than the buffers of both systems hold, so it's read.
    socket.write_all(&[b'x'; 5_000_000]).expect("no reset comes");
    socket.shutdown(Shutdown::Write).expect("no reset has come");
    block_on(web.wait_until(|record| record.open_connections() == 0));
    assert_eq!(received(&web), [(Outcome::Complete, 0)]);
}

#[test]
fn a_connection_reset_after_an_early_response_takes_no_more() {
    let (web, _watchdog) = start(small(Some("early?then=reset")));
    let mut socket = send(&web, &put(1_000_000, ""));
    let mut answer = Vec::new();
    let end = socket.read_to_end(&mut answer).map_err(|error| error.kind());
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
    // A reset may overtake the response.
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 413 "), "{answer:?}");
    assert_eq!(received(&web), [(Outcome::Complete, 0)]);
    assert_eq!(
        web.record().exchanges().next().and_then(|exchange| exchange.status).map(|status| status.as_u16()),
        Some(413)
    );
}

#[test]
fn a_client_that_asks_whether_to_continue_gets_the_early_response_instead() {
    for then in ["keep", "close"] {
        let (web, _watchdog) = start(small(Some(&format!("early?then={then}"))));
        let mut socket = send(&web, &put(10, "expect: 100-continue\r\n"));
        assert_eq!(read_response(&mut socket).0, 413, "{then}");
        socket.write_all(&[b'x'; 10]).expect("it may still come");
        if then == "keep" {
            socket.write_all(&put(0, "")).expect("the site reads");
            assert_eq!(
                read_response(&mut socket).0,
                413,
                "after a body that came although nothing asked for it"
            );
        }
    }
}

#[test]
fn a_request_without_a_body_gets_the_early_response_too() {
    for then in ["keep", "close"] {
        let (web, _watchdog) = start(small(Some(&format!("early?then={then}"))));
        let mut socket = send(&web, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assert_eq!(read_response(&mut socket).0, 413);
        assert_eq!(socket.read(&mut [0]).expect("an orderly end"), 0);
        let mut socket = send(&web, b"HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an orderly end");
        assert!(
            answer.to_lowercase().contains("content-length: 29\r\n") && answer.ends_with("\r\n\r\n"),
            "{answer}"
        );
    }
}

/// Sends an order and returns the status that comes back, or how the connection ended without one.
fn order(web: &MockWeb, headers: &str) -> Result<(u16, String), Option<ErrorKind>> {
    let head =
        format!("POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 4\r\n{headers}\r\nbook");
    let mut answer = String::new();
    let end = send(web, head.as_bytes()).read_to_string(&mut answer);
    match (answer.get(9..12).and_then(|status| status.parse().ok()), end) {
        (Some(status), Ok(_)) => Ok((status, answer.to_lowercase())),
        (_, Ok(_)) => Err(None),
        (_, Err(error)) => Err(Some(error.kind())),
    }
}

/// A web whose one site takes orders; each time it's asked, the response is 201.
fn shop(fault: &str) -> (MockWeb, mock_server::Watchdog) {
    let (web, watchdog) = start(small(Some(fault)));
    let mock =
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(201).set_body_string("ordered"));
    block_on(mock.mount(web.wiremock()));
    (web, watchdog)
}

/// How often wiremock was asked.
fn asked(web: &MockWeb) -> usize {
    block_on(web.wiremock().received_requests()).expect("it keeps them").len()
}

#[test]
fn an_answer_is_lost_after_the_work_is_done_and_counted() {
    for (with, end) in [("reset", Some(ErrorKind::ConnectionReset)), ("empty", None)] {
        let (web, _watchdog) = shop(&format!("lost-answer?with={with}&key=orders"));
        assert_eq!(order(&web, ""), Err(end), "{with}");
        assert_eq!((web.counted("orders"), asked(&web)), (Counted { requests: 1, done: 1 }, 1));
        assert_eq!(web.counted("other"), Counted::default());
        web.reset_record();
        assert_eq!(web.counted("orders"), Counted::default());
    }
}

#[test]
fn a_lost_answer_that_hangs_has_done_its_work() {
    let (web, _watchdog) = shop("fail-first?n=1&with=lost-answer?with%3Dhang");
    let head = b"POST / HTTP/1.1\r\nhost: x\r\nidempotency-key: a\r\ncontent-length: 0\r\n\r\n";
    let first = send(&web, head);
    block_on(web.wait_until(|record| record.in_flight() == 1));
    // It gets the response of the first, so that one's work is done.
    assert_eq!(read_response(&mut send(&web, head)).0, 201);
    assert_eq!((web.counted(""), asked(&web)), (Counted { requests: 2, done: 1 }, 1));
    assert_eq!(web.record().in_flight(), 1);
    drop(first);
    block_on(web.wait_until(|record| record.client_gone() == 1));
}

#[test]
fn an_order_that_is_sent_again_is_done_twice_without_an_idempotency_key_and_once_with_one() {
    const LOST_ONCE: &str = "fail-first?n=1&with=lost-answer?key%3Dorders";
    let (web, _watchdog) = shop(LOST_ONCE);
    assert_eq!(order(&web, ""), Err(Some(ErrorKind::ConnectionReset)));
    assert_eq!(order(&web, "").map(|(status, _)| status), Ok(201));
    assert_eq!((web.counted("orders"), asked(&web)), (Counted { requests: 2, done: 2 }, 2));
    assert_eq!(web.record().requests(SITE), 2);

    let (web, _watchdog) = shop(LOST_ONCE);
    assert_eq!(order(&web, "idempotency-key: a\r\n"), Err(Some(ErrorKind::ConnectionReset)));
    let (status, answer) = order(&web, "idempotency-key: a\r\n").expect("the second response comes");
    assert_eq!(status, 201);
    assert!(answer.contains("idempotent-replayed: true\r\n") && answer.ends_with("ordered"), "{answer}");
    assert_eq!((web.counted("orders"), asked(&web)), (Counted { requests: 2, done: 1 }, 1));

    let (_, answer) = order(&web, "idempotency-key: b\r\n").expect("a different order");
    assert!(!answer.contains("idempotent-replayed"), "{answer}");
    assert_eq!((web.counted("orders"), asked(&web)), (Counted { requests: 3, done: 2 }, 2));
}

#[test]
fn a_lost_answer_in_turn_counts_the_work_of_every_request() {
    let (web, _watchdog) = shop("in-turn?of=lost-answer?key=orders,ok");
    assert_eq!(order(&web, "idempotency-key: a\r\n"), Err(Some(ErrorKind::ConnectionReset)));
    assert_eq!(order(&web, "idempotency-key: a\r\n").map(|(status, _)| status), Ok(201));
    assert_eq!((web.counted("orders"), asked(&web)), (Counted { requests: 2, done: 1 }, 1));

    let (web, _watchdog) = shop("at-most?n=1&per=600000&with=lost-answer?key%3Dorders");
    assert_eq!(order(&web, "").map(|(status, _)| status), Ok(201));
    assert_eq!(order(&web, ""), Err(Some(ErrorKind::ConnectionReset)));
    assert_eq!((web.counted("orders"), asked(&web)), (Counted { requests: 2, done: 2 }, 2));
}

#[test]
fn an_order_that_is_refused_is_no_work() {
    let (web, _watchdog) = shop("in-turn?of=503,lost-answer?key=orders,ok");
    let retry = || order(&web, "idempotency-key: a\r\n").map(|(status, _)| status);
    assert_eq!((retry(), web.counted("orders")), (Ok(503), Counted { requests: 1, done: 0 }));
    assert_eq!((retry(), web.counted("orders").done), (Err(Some(ErrorKind::ConnectionReset)), 1));
    assert_eq!((retry(), web.counted("orders")), (Ok(201), Counted { requests: 3, done: 1 }));
}

#[test]
fn orders_with_one_key_that_arrive_together_are_done_once() {
    let (web, _watchdog) = start(small(Some("fail-first?n=1&with=lost-answer?with%3Dhang")));
    let slow = ResponseTemplate::new(201).set_delay(Duration::from_millis(300));
    block_on(Mock::given(method("POST")).respond_with(slow).mount(web.wiremock()));
    let head = b"POST / HTTP/1.1\r\nhost: x\r\nidempotency-key: a\r\ncontent-length: 0\r\n\r\n";
    let first = send(&web, head);
    block_on(web.wait_until(|record| record.in_flight() == 1));
    let mut second = send(&web, head);
    block_on(web.wait_until(|record| record.in_flight() == 2));
    // The work goes on although its client has left.
    drop(first);
    assert_eq!(read_response(&mut second).0, 201);
    assert_eq!((web.counted(""), asked(&web)), (Counted { requests: 2, done: 1 }, 1));
}

#[test]
fn one_key_at_two_addresses_is_two_orders() {
    let lost = || "fail-first?n=0&with=lost-answer".parse::<Fault>();
    assert!(lost().is_err(), "text has no fault that never fails");
    let fault =
        Fault::Unstable { rate: 0.0, with: Box::new("lost-answer".parse().expect("it is one")), seed: None };
    let site = Site::new(SITE).fault(fault.clone()).also_failing("/other", "a page", fault);
    let (web, _watchdog) = start(MockWeb::builder().sites([site]));
    for path in ["/", "/other", "/"] {
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: x\r\nidempotency-key: a\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(read_response(&mut send(&web, head.as_bytes())).0, 200);
    }
    assert_eq!((web.counted(""), asked(&web)), (Counted { requests: 3, done: 2 }, 2));
}

#[test]
fn the_program_says_how_often_work_was_done() {
    let serving = Serving::start();
    let counted = |key: &str| {
        let (status, json) = serving.get(&format!("/counted?key={key}"));
        assert_eq!(status, 200);
        serde_json::from_str::<serde_json::Value>(&json).expect("it is JSON")
    };
    assert_eq!(counted("a"), serde_json::json!({ "requests": 0, "done": 0 }));
    for _ in 0..2 {
        // Its response is lost.
        let client = reqwest::blocking::Client::new();
        let request = client.post(format!("{}/fault/lost-answer?with=empty&key=a", serving.url));
        request.header("idempotency-key", "1").send().expect_err("the response is lost");
    }
    assert_eq!(counted("a"), serde_json::json!({ "requests": 2, "done": 1 }));
    assert_eq!(counted("b"), serde_json::json!({ "requests": 0, "done": 0 }));
    let (status, words) = serving.get("/counted?kye=a");
    assert_eq!(
        (status, words.contains("it takes key, for example /counted?key=orders")),
        (400, true),
        "{words}"
    );
}

#[test]
fn the_answers_that_are_kept_for_idempotency_keys_are_bounded() {
    let site = Site::new(SITE).page("x".repeat(1_000_000)).by_front();
    let fault =
        Fault::Unstable { rate: 0.0, with: Box::new("lost-answer".parse().expect("it is one")), seed: None };
    let (web, _watchdog) = start(MockWeb::builder().sites([site.fault(fault)]));
    let order = |key: usize| {
        let head =
            format!("POST / HTTP/1.1\r\nhost: x\r\nidempotency-key: {key}\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(read_response(&mut send(&web, head.as_bytes())).0, 200);
        web.counted("").done
    };
    // There's room for seven of these.
    for key in 0..20 {
        order(key);
    }
    assert_eq!(order(19), 20, "the last one is kept");
    assert_eq!(order(0), 21, "the first one is forgotten, and done again");
}

/// Writes until the socket has taken nothing for a while, and returns how much it took. Without a stall, this panics.
fn write_until_it_stalls(socket: &mut TcpStream) -> usize {
    /// More than all buffers between two programs of one machine.
    const MOST: usize = 64_000_000;
    // No event tells that nothing more is taken: this is as long as the test is willing to look.
    socket.set_write_timeout(Some(Duration::from_millis(500))).expect("it's a time limit");
    let mut count = 0;
    while count < MOST {
        match socket.write(&[b'x'; 65_536]) {
            Ok(taken) => count += taken,
            // Unix and Windows have different names for it.
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return count;
            }
            Err(error) => panic!("after {count} bytes: {error}"),
        }
    }
    panic!("the server reads on");
}

#[test]
fn a_server_that_stops_reading_stalls_the_client_and_sees_it_leave() {
    let (web, _watchdog) = start(small(Some("slow-read?stop-after=1000")));
    let mut socket = send(&web, &put(64_000_000, ""));
    assert!(write_until_it_stalls(&mut socket) >= 1_000);
    assert_eq!(received(&web), [(Outcome::InFlight, 1_000)]);
    // The end is stuck behind bytes that the server's system has no room for.
    drop(socket);
    block_on(web.wait_until(|record| record.client_gone() == 1));
    assert_eq!(received(&web), [(Outcome::ClientGone, 1_000)]);
    block_on(web.wait_until(|record| record.open_connections() == 0));
}

#[test]
fn a_server_that_reads_slowly_stalls_the_client_and_sees_it_leave() {
    let (web, _watchdog) = start(small(Some("slow-read?rate=1000")));
    let mut socket = send(&web, &put(64_000_000, ""));
    write_until_it_stalls(&mut socket);
    block_on(web.wait_until(|record| record.exchanges().any(|exchange| exchange.received >= 100)));
    drop(socket);
    block_on(web.wait_until(|record| record.client_gone() == 1));
    let read = received(&web)[0].1;
    assert!(read < 1_000_000, "{read} bytes, where all would have been here");
}

#[test]
fn a_client_that_leaves_with_everything_sent_is_seen_to_leave_a_server_that_reads_no_more() {
    for fault in ["slow-read?stop-after=10", "slow-read?stop-after=0", "slow-read?rate=1"] {
        let (web, _watchdog) = start(small(Some(fault)));
        let socket = send(&web, &[&put(1_000, "")[..], &[b'x'; 500]].concat());
        block_on(web.wait_until(|record| record.in_flight() == 1));
        drop(socket);
        block_on(web.wait_until(|record| record.client_gone() == 1));
    }
}

#[test]
fn a_client_that_closes_its_sending_half_counts_as_gone_if_its_body_is_read_no_further() {
    let (web, _watchdog) = start(small(Some("slow-read?stop-after=10")));
    let socket = send(&web, &[&put(1_000, "")[..], &[b'x'; 1_000]].concat());
    block_on(web.wait_until(|record| record.in_flight() == 1));
    socket.shutdown(Shutdown::Write).expect("it's open");
    block_on(web.wait_until(|record| record.client_gone() == 1));
}

#[test]
fn a_body_that_is_read_slowly_is_read_whole_and_then_comes_the_response() {
    // Long enough for the first bytes of the response to be sent early.
    let (web, _watchdog) = start(large(Some("slow-read?rate=1500000")));
    let mut socket = send(&web, &put(3_000_000, ""));
    socket.write_all(&vec![b'x'; 3_000_000]).expect("the site reads");
    let (status, body) = read_response(&mut socket);
    assert_eq!((status, body.len()), (200, BYTES));
    assert_eq!(received(&web), [(Outcome::Complete, 3_000_000)]);
    // The connection can be used again.
    socket.write_all(&put(10, "")).expect("the site reads");
    socket.write_all(&[b'x'; 10]).expect("the site reads");
    assert_eq!(read_response(&mut socket).0, 200);
}

#[test]
fn a_slow_body_comes_at_once_when_the_client_has_closed_its_half() {
    // It would take twenty minutes.
    let (web, _watchdog) = start(small(Some("slow-read?rate=1")));
    let mut socket = send(&web, &[&put(1_200, "")[..], &[b'x'; 1_200]].concat());
    block_on(web.wait_until(|record| record.exchanges().any(|exchange| exchange.received > 0)));
    socket.shutdown(Shutdown::Write).expect("it's open");
    assert_eq!(read_response(&mut socket).0, 200);
    assert_eq!(received(&web), [(Outcome::Complete, 1_200)]);
}

#[test]
fn a_body_that_is_not_longer_gets_the_page() {
    for fault in ["slow-read?stop-after=1000", "reset-upload?after=1000"] {
        for length in [0, 999, 1_000] {
            let (web, _watchdog) = start(small(Some(fault)));
            let body = vec![b'x'; length];
            let mut socket = send(&web, &[&put(length, ""), &body[..]].concat());
            assert_eq!(read_response(&mut socket).0, 200, "{fault}, {length} bytes");
            let chunked = "PUT / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
            let chunk =
                if length > 0 { format!("{length:x}\r\n{}\r\n", "x".repeat(length)) } else { String::new() };
            socket.write_all(format!("{chunked}{chunk}").as_bytes()).expect("the site reads");
            // The end comes by itself.
            block_on(web.wait_until(|record| {
                record
                    .exchanges()
                    .last()
                    .is_some_and(|exchange| exchange.id == 2 && exchange.received == length as u64)
            }));
            socket.write_all(b"0\r\n\r\n").expect("the site reads");
            assert_eq!(read_response(&mut socket).0, 200, "{fault}, {length} bytes in a chunk");
        }
    }
}

#[test]
fn a_reset_in_the_middle_of_an_upload_is_a_real_rst_after_the_bytes_asked_for() {
    let bodies = [
        [&put(1_000_000, "")[..], &[b'x'; 1_001]].concat(),
        // It's known to be longer, so nothing more has to come.
        [&put(1_000_000, "")[..], &[b'x'; 1_000]].concat(),
        [&b"PUT / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3e9\r\n"[..], &[b'x'; 1_001]]
            .concat(),
    ];
    for body in bodies {
        let (web, _watchdog) = start(small(Some("reset-upload?after=1000")));
        let end = send(&web, &body).read_to_end(&mut Vec::new()).map_err(|error| error.kind());
        assert_eq!(end, Err(ErrorKind::ConnectionReset));
        assert_eq!(received(&web), [(Outcome::Reset, 1_000)]);
        assert_eq!(asked(&web), 0, "the request isn't whole");
    }
}

#[test]
fn a_client_that_asks_whether_to_continue_gets_no_answer_or_a_late_one() {
    let (web, _watchdog) = start(small(Some("no-continue")));
    let mut socket = send(&web, &put(10, "expect: 100-continue\r\n"));
    block_on(web.wait_until(|record| record.in_flight() == 1));
    socket.write_all(&[b'x'; 10]).expect("the site reads");
    let mut start_of_response = [0; 12];
    socket.read_exact(&mut start_of_response).expect("the response comes");
    assert_eq!(&start_of_response, b"HTTP/1.1 200");
    assert_eq!(received(&web), [(Outcome::Complete, 10)]);

    let (web, _watchdog) = start(small(Some("no-continue?after=300")));
    let mut socket = send(&web, &put(10, "expect: 100-continue\r\n"));
    let mut interim = [0; 25];
    socket.read_exact(&mut interim).expect("the interim response comes");
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(&[b'x'; 10]).expect("the site reads");
    assert_eq!(read_response(&mut socket).0, 200);
    let record = web.record();
    let took = record.exchanges().find_map(|exchange| Some(exchange.first_byte? - exchange.request_head));
    assert!(took >= Some(Duration::from_millis(300)), "{took:?}");
}

#[test]
fn only_a_client_that_asks_whether_to_continue_waits_for_that() {
    // With the header it would take ten minutes.
    let (web, _watchdog) = start(small(Some("no-continue?after=600000")));
    let mut socket = send(&web, &[&put(10, "")[..], &[b'x'; 10]].concat());
    assert_eq!(read_response(&mut socket).0, 200);
    socket.write_all(GET).expect("the site reads");
    assert_eq!(read_response(&mut socket).0, 200);
}

#[test]
fn a_client_that_waits_in_vain_for_leave_to_continue_is_seen_to_leave() {
    for fault in ["no-continue", "no-continue?after=600000"] {
        let (web, _watchdog) = start(small(Some(fault)));
        let socket = send(&web, &put(10, "expect: 100-continue\r\n"));
        block_on(web.wait_until(|record| record.in_flight() == 1));
        drop(socket);
        block_on(web.wait_until(|record| record.client_gone() == 1));
        assert_eq!(received(&web), [(Outcome::ClientGone, 0)], "{fault}");
    }
}

#[test]
fn faults_of_uploads_at_the_limits_of_their_types_are_served() {
    let faults = [
        Fault::SlowRead { rate: NonZeroU64::MAX },
        Fault::StopReading { after: u64::MAX },
        Fault::NoContinue { after: Some(Duration::ZERO) },
        Fault::ResetUpload { after: u64::MAX },
    ];
    for fault in faults {
        let (web, _watchdog) = start(small(None).fault(SITE, fault.clone()));
        let mut socket = send(&web, &[&put(100_000, "")[..], &[b'x'; 100_000]].concat());
        assert_eq!(read_response(&mut socket).0, 200, "{fault:?}");
    }
    let (web, _watchdog) = start(small(None).fault(SITE, Fault::NoContinue { after: Some(Duration::MAX) }));
    let socket = send(&web, &put(10, "expect: 100-continue\r\n"));
    block_on(web.wait_until(|record| record.in_flight() == 1));
    drop(socket);
    block_on(web.wait_until(|record| record.client_gone() == 1));
}
