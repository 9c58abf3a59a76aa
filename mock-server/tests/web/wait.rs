//! `/wait`: the record as something to wait for, in any language.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::{Serving, WATCHDOG};

fn hang(serving: &Serving) -> TcpStream {
    let mut socket = serving.connect();
    socket.write_all(b"GET /fault/hang HTTP/1.1\r\nhost: x\r\n\r\n").expect("it reads");
    socket
}

/// Longer than any test may take.
fn in_time(condition: &str) -> String {
    format!("/wait?{condition}&within={}", WATCHDOG.as_millis())
}

#[test]
fn it_answers_when_requests_have_arrived_when_they_are_in_flight_and_when_clients_have_left() {
    let serving = Serving::start();
    let hanging = [hang(&serving), hang(&serving)];
    let ok = |words: &str| (200, words.to_owned());
    assert_eq!(serving.get(&in_time("requests=2")), ok("in flight: 2, requests: 2, clients gone: 0\n"));
    assert_eq!(
        serving.get(&in_time("in-flight=2&gone=0")),
        ok("in flight: 2, requests: 2, clients gone: 0\n")
    );
    // Exactly so many.
    assert_eq!(serving.get("/wait?in-flight=1&within=10").0, 504);
    let [first, second] = hanging;
    drop(first);
    assert_eq!(serving.get(&in_time("gone=1")), ok("in flight: 1, requests: 2, clients gone: 1\n"));
    drop(second);
    assert_eq!(serving.get(&in_time("in-flight=0")), ok("in flight: 0, requests: 2, clients gone: 2\n"));
    // It's about the web, so it isn't in the record.
    assert_eq!(serving.get("/timeline").1.lines().filter(|line| line.starts_with("/wait")).count(), 0);
}

#[test]
fn it_waits_until_the_request_comes() {
    let serving = Serving::start();
    let mut waiting = serving.connect();
    let request = format!("GET {} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", in_time("requests=1"));
    waiting.write_all(request.as_bytes()).expect("it reads");
    // Nothing comes as long as there's no request.
    waiting.set_nonblocking(true).expect("it's open");
    assert_eq!(serving.get("/timeline").0, 200);
    assert!(waiting.read(&mut [0]).is_err());
    waiting.set_nonblocking(false).expect("it's open");
    serving.get("/delay/1");
    let mut answer = String::new();
    waiting.read_to_string(&mut answer).expect("it's text");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[test]
fn it_says_what_the_record_has_if_the_time_is_over() {
    let serving = Serving::start();
    serving.get("/delay/1");
    let words = "not within 10 ms; now in flight: 0, requests: 1, clients gone: 0\n";
    for condition in ["in-flight=1", "requests=2", "gone=1", "in-flight=0&gone=1"] {
        assert_eq!(
            serving.get(&format!("/wait?{condition}&within=10")),
            (504, words.to_owned()),
            "{condition}"
        );
    }
    for (path, words) in [
        ("/wait", "`/wait` needs in-flight, requests or gone, for example /wait?in-flight=0&within=2000\n"),
        (
            "/wait?gone=many",
            "`gone` is a whole number from 0 to 20000 (clients), not `many`, for example /wait?in-flight=0&within=2000\n",
        ),
        (
            "/wait?inflight=1",
            "`/wait` has no parameter `inflight`; it takes in-flight, requests, gone, within, for example \
             /wait?in-flight=0&within=2000\n",
        ),
    ] {
        assert_eq!(serving.get(path), (400, words.to_owned()));
    }
}
