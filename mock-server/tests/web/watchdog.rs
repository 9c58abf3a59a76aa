//! The watchdog, in a process of its own, because it ends that process.

use std::process::Command;
use std::time::Duration;

use mock_server::{Fault, MockWeb, Site};

/// The name under which the next test runs itself as a program of its own.
const HANGS: &str = "watchdog::hangs_on_purpose";

#[test]
#[ignore = "it hangs; the test below runs it"]
fn hangs_on_purpose() {
    let web =
        MockWeb::builder().sites([Site::new("a.example").fault(Fault::Hang)]).start().expect("it starts");
    let _watchdog = web.watchdog(Duration::from_millis(300));
    let client = reqwest::blocking::Client::builder().timeout(None).build().expect("a client");
    let answer = client.get(web.url("a.example")).send();
    panic!("a site that hangs has answered: {answer:?}");
}

#[test]
fn a_watchdog_ends_what_hangs_and_names_what_was_in_flight() {
    let program = std::env::current_exe().expect("a test is a program");
    let output = Command::new(program)
        .args(["--exact", HANGS, "--ignored", "--test-threads=1"])
        .output()
        .expect("it starts");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(
        words.contains("watchdog: not done after 0.3 s; still in flight:\n  GET a.example: for "),
        "{words}"
    );
}
