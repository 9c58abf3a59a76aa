//! What goes over the wire, as a client that is only a socket sees it.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use futures::executor::block_on;
use mock_server::{Builder, Fault, MockWeb, Outcome, StatusCode, page};

use crate::support::{BYTES, GET, SITE, body_of, connect, large, read_to_end, send, small, start, status_of};

/// The head, and what came of the body along with it.
fn read_head(socket: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let body = bytes.split_off(end + 4);
            return (String::from_utf8_lossy(&bytes).to_lowercase(), body);
        }
        let count = socket.read(&mut buffer).expect("the head comes whole");
        assert_ne!(count, 0, "the head comes whole");
        bytes.extend_from_slice(&buffer[..count]);
    }
}

#[test]
fn a_reset_before_the_head_is_a_real_rst_and_no_byte() {
    let (web, _watchdog) = start(large(Some("reset")));

    let (bytes, end) = read_to_end(&mut send(&web, GET));

    assert_eq!((bytes.len(), end), (0, Some(ErrorKind::ConnectionReset)));
}

#[test]
fn a_reset_in_the_body_is_a_real_rst_after_the_bytes_asked_for() {
    let (web, _watchdog) = start(large(Some("reset?after=1000")));

    let (bytes, end) = read_to_end(&mut send(&web, GET));

    assert_eq!(end, Some(ErrorKind::ConnectionReset));
    // An RST may overtake what the client has not read yet.
    assert!(bytes.is_empty() || body_of(&bytes).len() <= 1000);
}

#[test]
fn a_truncated_answer_promises_more_than_comes_and_closes_in_order() {
    let (web, _watchdog) = start(large(Some("truncate?after=1000")));

    let (bytes, end) = read_to_end(&mut send(&web, GET));

    assert_eq!(end, None);
    assert_eq!(body_of(&bytes).len(), 1000);
    assert!(String::from_utf8_lossy(&bytes).to_lowercase().contains("content-length: 15000\r\n"));
}

#[test]
fn an_empty_answer_closes_in_order_without_a_byte() {
    let (web, _watchdog) = start(large(Some("empty")));

    assert_eq!(read_to_end(&mut send(&web, GET)), (Vec::new(), None));
}

#[test]
fn the_same_seed_makes_the_same_garbage_and_another_seed_another() {
    let garbage = |fault: &str| {
        let (web, _watchdog) = start(large(Some(fault)));
        let (bytes, end) = read_to_end(&mut send(&web, GET));
        assert_eq!((bytes.len(), end), (512, None));
        bytes
    };
    let one = garbage("garbage?seed=1");
    assert_eq!(one, garbage("garbage?seed=1"));
    assert_eq!(one, garbage("garbage"), "the web's own seed is 1");
    assert_ne!(one, garbage("garbage?seed=2"));
}

#[test]
fn the_pieces_of_a_dribble_arrive_apart_and_make_the_whole() {
    // No machine is so busy that the second piece would be there: it comes after a minute.
    let (web, _watchdog) = start(large(Some("dribble?chunk=3000&pause=60000")));
    let mut socket = send(&web, GET);
    let (_, mut body) = read_head(&mut socket);
    while body.len() < 3_000 {
        let mut buffer = [0; BYTES];
        let count = socket.read(&mut buffer).expect("the first piece comes");
        body.extend_from_slice(&buffer[..count]);
    }
    assert_eq!(body.len(), 3_000);
    let record = web.record();
    assert_eq!(record.exchanges().map(|exchange| exchange.bytes).collect::<Vec<_>>(), [3_000]);
    assert_eq!(record.in_flight(), 1);

    let (web, _watchdog) = start(large(Some("dribble?chunk=3000&pause=1")));
    let mut socket = send(&web, GET);
    let (_, mut body) = read_head(&mut socket);
    while body.len() < BYTES {
        let mut buffer = [0; BYTES];
        let count = socket.read(&mut buffer).expect("all pieces come");
        body.extend_from_slice(&buffer[..count]);
    }
    assert_eq!(body, page("A page", BYTES, 2_000).as_bytes());
}

#[test]
fn a_stalled_answer_keeps_its_connection_open_until_the_client_goes() {
    let (web, _watchdog) = start(large(Some("stall?after=1000")));
    let mut socket = send(&web, GET);
    let (_, mut body) = read_head(&mut socket);
    while body.len() < 1000 {
        let mut buffer = [0; 1000];
        let count = socket.read(&mut buffer).expect("the start of the body comes");
        body.extend_from_slice(&buffer[..count]);
    }

    // No event tells that nothing comes: this is as long as the test is willing to look.
    socket.set_read_timeout(Some(Duration::from_millis(100))).expect("100 ms is a time limit");
    let nothing = socket.read(&mut [0]).map_err(|error| error.kind());
    // Unix and Windows have different names for it.
    let waits = matches!(nothing, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut));
    assert!(waits, "{nothing:?} where nothing was to come, not even an end");
    assert_eq!(web.record().in_flight(), 1);

    drop(socket);
    block_on(web.wait_until(|record| record.client_gone() == 1));
    let record = web.record();
    assert_eq!(record.exchanges().map(|exchange| exchange.bytes).collect::<Vec<_>>(), [1000]);
    block_on(web.wait_until(|record| record.open_connections() == 0));
}

#[test]
fn the_answer_to_head_has_the_length_and_no_body() {
    for fault in [None, Some("slow-head"), Some("slow-close?delay=1"), Some("dribble"), Some("truncate")] {
        let (web, _watchdog) = start(large(fault));
        let mut socket = connect(&web);
        socket.write_all(b"HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("the site reads");

        let (bytes, end) = read_to_end(&mut socket);

        assert_eq!((body_of(&bytes).len(), end), (0, None), "{fault:?}");
        assert!(
            String::from_utf8_lossy(&bytes).to_lowercase().contains("content-length: 15000\r\n"),
            "{fault:?}"
        );
        let record = web.record();
        let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.outcome, exchange.bytes)).collect();
        assert_eq!(seen, [(Outcome::Complete, 0)], "{fault:?}");
    }
}

#[test]
fn pipelined_requests_are_answered_in_order_and_are_exchanges_of_their_own() {
    let (web, _watchdog) = start(large(None));
    let mut socket = connect(&web);
    let last = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    socket.write_all(&[GET, GET, last].concat()).expect("the site reads");

    let (bytes, end) = read_to_end(&mut socket);

    assert_eq!(end, None);
    assert!(bytes.len() > 3 * BYTES);
    let record = web.record();
    let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.connection, exchange.bytes)).collect();
    assert_eq!(seen, [(1, BYTES as u64); 3]);
    assert_eq!(record.count(Outcome::Complete), 3);
}

fn recorded(web: &MockWeb) -> Vec<Option<u16>> {
    let record = web.record();
    record.exchanges().map(|exchange| exchange.status.map(|status| status.as_u16())).collect()
}

/// What's sent to a web, the status that comes back, and the status that the web records.
fn sent_and_recorded(builder: Builder, request: &str) -> (Option<u16>, Vec<Option<u16>>) {
    let (web, _watchdog) = start(builder);
    let mut socket = send(&web, request.as_bytes());
    // A site that never responds closes the connection of a client that sends nothing more. The others may have closed it
    // already, and then this fails.
    let _ = socket.shutdown(Shutdown::Write);
    let (bytes, _) = read_to_end(&mut socket);
    block_on(web.wait_until(|record| record.in_flight() == 0));
    (status_of(&bytes), recorded(&web))
}

#[test]
fn the_status_in_the_record_is_the_one_on_the_wire() {
    let table = [
        (None, Some(200)),
        (Some("delay?ms=1"), Some(200)),
        (Some("status?code=503"), Some(503)),
        (Some("status?code=204"), Some(204)),
        (Some("status?code=599"), Some(599)),
        (Some("fail-first?n=1&with=429"), Some(429)),
        (Some("redirect"), Some(302)),
        (Some("type?as=none"), Some(200)),
        (Some("truncate"), Some(200)),
        (Some("truncate?after=0"), Some(200)),
        (Some("dribble?chunk=5000&pause=0"), Some(200)),
        (Some("idle-close?after=0"), Some(200)),
        // These write their own heads.
        (Some("slow-head?pause=0"), Some(200)),
        (Some("slow-close?delay=0"), Some(200)),
        (Some("bad-chunk"), Some(200)),
        (Some("hang"), None),
        (Some("reset"), None),
        (Some("empty"), None),
        (Some("garbage"), None),
        (Some("garbage?bytes=5"), None),
    ];
    for (fault, status) in table {
        for method in ["GET", "HEAD"] {
            let request = format!("{method} / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            let seen = sent_and_recorded(large(fault), &request);
            assert_eq!(seen, (status, vec![status]), "{method} and {fault:?}");
        }
    }
    // Faults that are text don't have statuses below 200.
    for code in [StatusCode::CONTINUE, StatusCode::EARLY_HINTS] {
        let site = large(None).fault(SITE, Fault::Status { code, retry_after: None });
        let seen = sent_and_recorded(site, "GET / HTTP/1.1\r\nhost: x\r\n\r\n");
        assert_eq!(seen, (Some(code.as_u16()), vec![Some(code.as_u16())]));
    }
}

#[test]
fn the_status_of_a_refusal_is_in_the_record_too() {
    let get = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let gate = || small(None).gate(2, Duration::from_millis(1));
    let failing_gate = gate().fault(SITE, Fault::Status { code: StatusCode::IM_A_TEAPOT, retry_after: None });
    let missing = "GET /missing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let head = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    let bad_body = format!("{head}transfer-encoding: chunked\r\n\r\nno chunk size\r\n");
    let large_body = format!("{head}content-length: 10000001\r\n\r\n{}", "x".repeat(10_000_001));
    for (builder, request, status) in [
        (gate(), get, 425),
        (failing_gate, get, 425),
        (small(None), missing, 404),
        (small(None), &bad_body, 400),
        (small(None), &large_body, 413),
        (small(None), "GET / HTTP/1.0\r\n\r\n", 200),
    ] {
        let seen = sent_and_recorded(builder, request);
        assert_eq!(
            seen,
            (Some(status), vec![Some(status)]),
            "{}",
            request.lines().next().unwrap_or_default()
        );
    }
}

#[test]
fn a_status_is_in_the_record_as_soon_as_a_client_can_read_it() {
    let (web, _watchdog) = start(large(Some("stall?after=0")));
    let mut socket = send(&web, GET);
    let (head, _) = read_head(&mut socket);
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert_eq!((web.record().in_flight(), recorded(&web)), (1, vec![Some(200)]));

    // A reset may overtake the head, but the server has sent it.
    let (web, _watchdog) = start(large(Some("reset?after=1000")));
    read_to_end(&mut send(&web, GET));
    assert_eq!((web.record().count(Outcome::Reset), recorded(&web)), (1, vec![Some(200)]));
}

#[test]
fn each_of_two_pipelined_requests_has_its_own_status() {
    let (web, _watchdog) = start(large(Some("fail-first?n=1")));
    let mut socket = connect(&web);
    let last = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    socket.write_all(&[GET, last].concat()).expect("the site reads");

    let (bytes, _) = read_to_end(&mut socket);

    let second = bytes.windows(9).rposition(|window| window == b"HTTP/1.1 ").expect("there are two heads");
    let sent = [status_of(&bytes), status_of(&bytes[second..])];
    assert_eq!((sent, recorded(&web)), ([Some(503), Some(200)], sent.to_vec()));
}
