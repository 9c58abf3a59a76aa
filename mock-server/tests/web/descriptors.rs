//! The program when it runs out of file descriptors, in a process with a limit of its own.

use std::io::{Read, Write};
use std::process::Command;
use std::thread;

use reqwest::blocking::Client;

use crate::support::Serving;

#[test]
fn without_descriptors_the_server_waits_and_serves_again_when_there_are_some() {
    let program = format!("ulimit -n 128; exec {} --port 0", env!("CARGO_BIN_EXE_mock-server"));
    let serving = Serving::spawn(Command::new("sh").args(["-c", &program]));
    let url = format!("{}/fault/status?code=418", serving.url);
    let client = Client::new();
    let without_pool = Client::builder().pool_max_idle_per_host(0).build().expect("a client");
    let status = || {
        // The server closes idle connections to make room, perhaps at the moment when the client uses one again.
        let answer = client.get(&url).send().or_else(|_| without_pool.get(&url).send());
        answer.expect("it serves again").status()
    };
    for _ in 0..3 {
        // More connections than it has descriptors for, all in want of an answer from wiremock.
        let mut sockets = Vec::new();
        for _ in 0..200 {
            let mut socket = serving.connect();
            socket.write_all(b"GET /fault/stall HTTP/1.1\r\nhost: x\r\n\r\n").expect("it is queued");
            sockets.push(socket);
        }
        // The first is answered, so the server is in the middle of it.
        sockets[0].read_exact(&mut [0; 12]).expect("an answer");
        drop(sockets);
        assert_eq!(status(), 418);
    }
    // Many at once that all want an answer of wiremock, again and again.
    thread::scope(|scope| {
        for _ in 0..100 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(status(), 418);
                }
            });
        }
    });
}
