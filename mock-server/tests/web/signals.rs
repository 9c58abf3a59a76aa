//! The program when it gets Ctrl-C or SIGTERM.

use std::io::{Read, Write};
use std::process::Command;

use crate::support::Serving;

fn signal(serving: &Serving, signal: &str) {
    // The shell has its own `kill`, and a small system no other.
    let kill = format!("kill {signal} {}", serving.child.id());
    let sent = Command::new("sh").args(["-c", &kill]).status().expect("there is a shell");
    assert!(sent.success());
}

#[test]
fn ctrl_c_ends_it_with_status_0_even_while_a_request_hangs() {
    let mut serving = Serving::start();
    let mut socket = serving.connect();
    socket.write_all(b"GET /fault/stall HTTP/1.1\r\nhost: x\r\n\r\n").expect("it reads");
    let mut first = [0];
    socket.read_exact(&mut first).expect("the answer has begun");

    signal(&serving, "-INT");

    assert_eq!(serving.child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn ctrl_c_lets_an_answer_that_is_under_way_come_whole() {
    let mut serving = Serving::start();
    let mut socket = serving.connect();
    let request = b"GET /fault/stall?after=1000&for=300 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    socket.write_all(request).expect("it reads");
    socket.read_exact(&mut [0]).expect("the answer has begun");

    signal(&serving, "-INT");

    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).expect("an orderly close");
    assert!(rest.ends_with(b"</html>\n"));
    assert_eq!(serving.child.wait().expect("it ends").code(), Some(0));
    assert!(serving.line().starts_with("GET /fault/stall?after=1000&for=300: status 200, 15,000 bytes in "));
}

#[test]
fn sigterm_ends_it_with_status_0_as_ctrl_c_does() {
    let mut serving = Serving::start();

    signal(&serving, "-TERM");

    assert_eq!(serving.child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn ctrl_c_ends_it_with_status_0_when_nothing_reads_its_output_any_more() {
    let mut serving = Serving::start();
    // The reading end closes, as after `| head -1`.
    serving.stop_reading();
    assert_eq!(serving.get("/delay/1").0, 200);
    assert_eq!(serving.get("/delay/2").0, 200);

    signal(&serving, "-INT");

    assert_eq!(serving.child.wait().expect("it ends").code(), Some(0));
}
