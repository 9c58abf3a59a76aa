//! The server when clients behave badly.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use futures::executor::block_on;
use mock_server::{Fault, MockWeb, Outcome, Site, StartError, StatusCode};

use crate::support::{GET, SITE, WATCHDOG, connect, send, small, start};

fn read_to_end(mut socket: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = socket.read_to_end(&mut bytes);
    bytes
}

/// Waits until the server has nothing left of anyone, and checks that it still answers.
fn is_well(web: &MockWeb) {
    block_on(web.wait_until(|record| record.open_connections() == 0 && record.in_flight() == 0));
    let answer = read_to_end(send(web, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.ends_with(b"</html>\n"));
}

#[test]
fn a_client_that_leaves_is_seen_to_leave_whatever_it_left_unread() {
    let (web, _watchdog) = start(small(Some("hang")));
    let requests: [&[u8]; 3] = [
        GET,
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n",
    ];
    for (count, request) in requests.into_iter().enumerate() {
        let socket = send(&web, request);
        block_on(web.wait_until(|record| record.in_flight() == 1));
        drop(socket);
        block_on(web.wait_until(|record| record.client_gone() == count + 1));
        assert_eq!(web.record().in_flight(), 0);
    }
    block_on(web.wait_until(|record| record.open_connections() == 0));
}

#[test]
fn a_client_that_has_left_a_gate_with_bytes_unread_does_not_open_it() {
    let (web, _watchdog) = start(small(None).gate(2, Duration::from_secs(2)));
    let leaves = send(&web, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx\r\n");
    block_on(web.wait_until(|record| record.exchanges().len() == 1));
    drop(leaves);
    block_on(web.wait_until(|record| record.in_flight() == 0));
    let answer = read_to_end(send(&web, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
    assert!(answer.starts_with(b"HTTP/1.1 425 "), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn a_client_that_leaves_in_the_middle_of_its_own_request_is_seen_to_leave() {
    let (web, _watchdog) = start(small(None));
    let socket = send(&web, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nonly this");
    block_on(web.wait_until(|record| record.in_flight() == 1));
    drop(socket);
    block_on(web.wait_until(|record| record.in_flight() == 0));
    assert_eq!(web.record().count(Outcome::ClientGone), 1);
    is_well(&web);
}

#[test]
fn a_client_that_closes_its_sending_half_counts_as_gone() {
    let (web, _watchdog) = start(small(Some("hang")));
    let socket = send(&web, GET);
    block_on(web.wait_until(|record| record.in_flight() == 1));
    socket.shutdown(Shutdown::Write).expect("it is open");
    block_on(web.wait_until(|record| record.client_gone() == 1));
}

#[test]
fn rubbish_and_halves_of_requests_get_an_end_and_leave_nothing_behind() {
    let (web, _watchdog) = start(small(None));
    let huge_head = [b"GET / HTTP/1.1\r\nx: ".as_slice(), &[b'x'; 1 << 20], b"\r\n\r\n"].concat();
    let rubbish: [&[u8]; 8] = [
        b"",
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\ncontent-length: many\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost",
        &huge_head,
    ];
    for bytes in rubbish {
        let mut socket = connect(&web);
        // The server may end the connection in the middle of what it is sent.
        let _ = socket.write_all(bytes);
        let _ = socket.shutdown(Shutdown::Write);
        let answer = read_to_end(socket);
        let says_so = answer.starts_with(b"HTTP/1.1 4") || answer.starts_with(b"HTTP/1.0 4");
        assert!(answer.is_empty() || says_so, "{}", String::from_utf8_lossy(&answer));
    }
    is_well(&web);
    // Only what was a request is in the record.
    assert_eq!(web.record().exchanges().len(), 1);
}

#[test]
fn requests_of_http_1_0_and_heads_that_come_slowly_are_answered() {
    let (web, _watchdog) = start(small(None));
    let answer = read_to_end(send(&web, b"GET / HTTP/1.0\r\n\r\n"));
    assert!(answer.starts_with(b"HTTP/1.0 200 OK\r\n") && answer.ends_with(b"</html>\n"));
    let mut socket = connect(&web);
    socket.set_nodelay(true).expect("it is open");
    for byte in b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" {
        socket.write_all(&[*byte]).expect("the site reads");
    }
    assert!(read_to_end(socket).ends_with(b"</html>\n"));
    is_well(&web);
    assert_eq!(web.record().count(Outcome::Complete), 3);
}

#[test]
fn a_body_asked_for_with_expect_is_taken_and_the_interim_answer_is_not_counted() {
    let (web, _watchdog) = start(small(None));
    let head = b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\nconnection: close\r\n\r\n";
    let mut socket = send(&web, head);
    let mut interim = [0; 25];
    socket.read_exact(&mut interim).expect("it is told to go on");
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    socket.write_all(b"xy").expect("the site reads");
    assert!(read_to_end(socket).starts_with(b"HTTP/1.1 200 OK\r\n"));
    let record = web.record();
    let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.status, exchange.bytes)).collect();
    assert_eq!(seen, [(Some(StatusCode::OK), 1_000)]);
    assert_eq!(record.count(Outcome::Complete), 1);
}

#[test]
fn an_interim_response_that_is_sent_together_with_the_response_is_not_counted() {
    let fault = Fault::Truncate { after: 300 };
    let (web, _watchdog) = start(MockWeb::builder().sites([Site::new(SITE).by_front().fault(fault)]));
    let request = b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\nxy";
    let answer = read_to_end(send(&web, request));
    assert!(answer.starts_with(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));
    let record = web.record();
    let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.status, exchange.bytes)).collect();
    assert_eq!(seen, [(Some(StatusCode::OK), 300)]);
}

#[test]
fn a_client_that_leaves_at_any_byte_leaves_nothing_behind() {
    let request = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc";
    for fault in [None, Some("dribble?chunk=100&pause=0"), Some("reset?after=500"), Some("slow-head?pause=0")]
    {
        let (web, _watchdog) = start(small(fault));
        // At any byte of the request, and then of the answer.
        for sent in 0..=request.len() {
            drop(send(&web, &request[..sent]));
        }
        for read in 0..1_000 {
            let mut socket = send(&web, request);
            let mut answer = vec![0; read];
            // A fault may end the answer before.
            let _ = socket.read_exact(&mut answer);
        }
        block_on(web.wait_until(|record| record.open_connections() == 0));
        let record = web.record();
        assert_eq!(record.in_flight(), 0, "{fault:?}");
        assert_eq!(record.count(Outcome::InFlight), 0, "{fault:?}");
    }
}

#[test]
fn a_gate_stands_before_the_sites_of_one_port_too_and_a_site_out_of_reach_is_refused_there() {
    let (web, _watchdog) = start(small(None).on_one_port(0).gate(2, Duration::from_millis(100)));
    let url = web.url(SITE).to_owned();
    let answer = reqwest::blocking::Client::new().get(url).send().expect("an answer");
    assert_eq!(answer.status(), 425);
    for fault in ["refused", "connect-hang"] {
        let error = small(Some(fault)).on_one_port(0).start().expect_err("that cannot be");
        assert!(matches!(error, StartError::OnePort { .. }), "{error}");
    }
}

#[test]
fn a_request_to_connect_elsewhere_is_refused_and_not_in_the_record() {
    for by_front in [true, false] {
        let site = if by_front { Site::new(SITE).by_front() } else { Site::new(SITE) };
        let (web, _watchdog) = start(MockWeb::builder().sites([site]));
        let mut socket = send(&web, b"CONNECT a.example:80 HTTP/1.1\r\nhost: a.example\r\n\r\n");
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 405");
        drop(socket);
        is_well(&web);
        assert_eq!(web.record().exchanges().len(), 1);
    }
}

#[test]
fn a_redirect_never_names_another_host() {
    let (web, _watchdog) = start(small(Some("redirect-loop")));
    let request = b"GET //evil.example/x HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = String::from_utf8(read_to_end(send(&web, request))).expect("it is text");
    assert!(answer.contains("location: /evil.example/x\r\n"), "{answer}");
}

#[test]
fn settling_waits_for_what_is_in_flight_and_no_longer_than_it_is_told() {
    let (web, _watchdog) = start(small(Some("stall?after=1&for=200")));
    let socket = send(&web, GET);
    block_on(web.wait_until(|record| record.exchanges().len() == 1));
    web.blocking_settle(WATCHDOG);
    assert_eq!(web.record().count(Outcome::Complete), 1);
    drop(socket);

    let (web, _watchdog) = start(small(Some("hang")));
    let _socket = send(&web, GET);
    block_on(web.wait_until(|record| record.in_flight() == 1));
    web.blocking_settle(Duration::from_millis(10));
    assert_eq!(web.record().in_flight(), 1);
}
