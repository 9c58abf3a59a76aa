//! `/events`, on the wire.

use std::io::{Read, Write};
use std::net::TcpStream;

use futures::executor::block_on;
use mock_server::{Builder, MockWeb, Outcome, Site};

use crate::support::{SITE, connect, start};

fn endpoints() -> Builder {
    MockWeb::builder().sites([Site::new(SITE).endpoints()])
}

/// Head and body of a response, as they come, until the connection closes.
fn get(mut socket: TcpStream, target: &str, header: &str) -> (String, String) {
    let request = format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\n");
    socket.write_all(request.as_bytes()).expect("the site reads");
    let mut response = String::new();
    socket.read_to_string(&mut response).expect("it's text");
    let (head, body) = response.split_once("\r\n\r\n").expect("it has a head");
    (head.to_owned(), body.to_owned())
}

/// A chunked body without its chunk headers, and whether its last chunk came.
fn chunks(mut body: &str) -> (String, bool) {
    let mut text = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("it's a chunk header");
        if size == 0 {
            return (text, true);
        }
        text += &rest[..size];
        body = &rest[size + 2..];
    }
    (text, false)
}

fn event(id: u32) -> String {
    format!("id: {id}\ndata: {{\"id\": {id}, \"text\": \"event number {id}\"}}\n\n")
}

#[test]
fn events_come_one_by_one_with_ids_and_end() {
    let (web, _watchdog) = start(endpoints());
    let (head, body) = get(connect(&web), "/events?n=3&pause=1", "");
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("content-type: text/event-stream\r\n"),
        "{head}"
    );
    let expected = format!(": the events begin\nretry: 100\n\n{}{}{}", event(1), event(2), event(3));
    assert_eq!(chunks(&body), (expected, true));
    assert_eq!(web.record().count(Outcome::Complete), 1);
}

#[test]
fn a_cut_comes_in_the_middle_of_an_event_on_each_connection_and_the_rest_after_the_last_id() {
    let (web, _watchdog) = start(endpoints());
    let target = "/events?n=5&pause=0&cut=2";
    let start = ": the events begin\nretry: 100\n\n";
    let (_, body) = get(connect(&web), target, "");
    let half = "id: 3\ndata: {\"id\": 3, \"text\": \"event ";
    assert_eq!(chunks(&body), (format!("{start}{}{}{half}", event(1), event(2)), false));
    let (_, body) = get(connect(&web), target, "last-event-id: 2\r\n");
    let half = "id: 5\ndata: {\"id\": 5, \"text\": \"event ";
    assert_eq!(chunks(&body), (format!("{start}{}{}{half}", event(3), event(4)), false));
    // The last one fits.
    let (_, body) = get(connect(&web), target, "last-event-id: 4\r\n");
    assert_eq!(chunks(&body), (format!("{start}{}", event(5)), true));
    // A browser stops at this.
    let (head, body) = get(connect(&web), target, "last-event-id: 5\r\n");
    assert!(head.starts_with("HTTP/1.1 204 No Content\r\n") && body.is_empty(), "{head}");
    block_on(web.wait_until(|record| record.in_flight() == 0));
    let record = web.record();
    let outcomes: Vec<_> = record.exchanges().map(|exchange| exchange.outcome).collect();
    assert_eq!(outcomes, [Outcome::Cut, Outcome::Cut, Outcome::Complete, Outcome::Complete]);
    let (head, _) = get(connect(&web), target, "last-event-id: first\r\n");
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
}

#[test]
fn lines_of_json_are_the_same_events_and_resume_after_an_id() {
    let (web, _watchdog) = start(endpoints());
    let line = |id: u32| format!("{{\"id\": {id}, \"text\": \"event number {id}\"}}\n");
    let (head, body) = get(connect(&web), "/events?n=3&pause=0&as=lines&cut=1", "");
    assert!(head.contains("content-type: application/x-ndjson\r\n"), "{head}");
    assert_eq!(chunks(&body), (format!("{}{{\"id\": 2, \"text\": \"event ", line(1)), false));
    let (_, body) = get(connect(&web), "/events?n=3&pause=0&as=lines&id=1", "");
    assert_eq!(chunks(&body), (format!("{}{}", line(2), line(3)), true));
}

#[test]
fn with_http_1_0_the_end_of_the_connection_is_the_end_of_the_events() {
    let (web, _watchdog) = start(endpoints());
    let get = |target: &str| {
        let mut socket = connect(&web);
        socket.write_all(format!("GET {target} HTTP/1.0\r\n\r\n").as_bytes()).expect("the site reads");
        let mut response = String::new();
        socket.read_to_string(&mut response).expect("it's text");
        response.split_once("\r\n\r\n").expect("it has a head").1.to_owned()
    };
    let start = ": the events begin\nretry: 100\n\n";
    assert_eq!(get("/events?n=2&pause=1"), format!("{start}{}{}", event(1), event(2)));
    // The end came after it was recorded.
    assert_eq!((web.record().count(Outcome::Complete), web.record().in_flight()), (1, 0));
    get("/events?n=2&pause=1&cut=1");
    assert_eq!(web.record().count(Outcome::Cut), 1);
    assert_eq!(get("/events?n=0"), start);
    assert_eq!(web.record().count(Outcome::Complete), 2);
}

#[test]
fn a_client_that_leaves_in_a_pause_is_seen_to_leave() {
    let (web, _watchdog) = start(endpoints());
    let mut socket = connect(&web);
    socket.write_all(b"GET /events?pause=60000 HTTP/1.1\r\nhost: x\r\n\r\n").expect("the site reads");
    let mut start = [0; 15];
    socket.read_exact(&mut start).expect("the first event comes immediately");
    drop(socket);
    block_on(web.wait_until(|record| record.client_gone() == 1));
}
