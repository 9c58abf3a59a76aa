//! What goes over the wire, as a client that is only a socket sees it.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use futures::executor::block_on;
use mock_server::{Outcome, page};

use crate::support::{BYTES, GET, connect, large, send, start};

/// All that comes until the end, and how it ends: `None` for an orderly close.
fn read_to_end(socket: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let end = socket.read_to_end(&mut bytes).err().map(|error| error.kind());
    (bytes, end)
}

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

fn body_of(answer: &[u8]) -> &[u8] {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("there is a head");
    &answer[head + 4..]
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
