//! What Ctrl-C and SIGTERM do to the checker.
#![cfg(unix)]

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use mock_server::Fault;
use testkit::{WATCHDOG, watchdog};
use tokio::time::sleep;

use crate::program::{checker, long_report, site};
use crate::schema::Schema;
use crate::support::page;

fn send_signal(child: &Child, signal: &str) {
    // The shell has its own `kill`, and a small system no other.
    let kill = format!("kill {signal} {}", child.id());
    let sent = Command::new("sh").args(["-c", &kill]).status();
    assert!(sent.expect("there is a shell").success());
}

/// Checks a site one request at a time, and sends a signal once the page that
/// hangs was requested.
async fn interrupted(
    links: &[&str],
    signal: &str,
    argument: Option<&str>,
) -> (Option<i32>, String) {
    let (web, url) = site(page(links), &[("/hang", Fault::Hang)]);
    let _watchdog = web.watchdog(WATCHDOG);
    let one = ["--at-once", "1", "--per-host", "1", "--timeout", "600"];
    let child = checker(&[&[url.as_str()], one.as_slice()].concat())
        .args(argument)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    web.wait_until(|record| {
        record.exchanges().any(|exchange| exchange.path == "/hang")
    })
    .await;
    send_signal(&child, signal);
    let output = child.wait_with_output().expect("it ends");
    web.wait_until(|record| record.client_gone() == 1).await;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), printed.replace(&url, "/"))
}

#[tokio::test]
async fn ctrl_c_and_sigterm_print_the_report_so_far() {
    for signal in ["-INT", "-TERM"] {
        // Pages equally far away are requested in alphabetical order.
        let links = ["/away", "/hang", "/later"];
        let (status, printed) = interrupted(&links, signal, None).await;
        assert_eq!(status, Some(1));
        let expected = "1 broken URL on this site:\n\
                        /away: the server returned 404 Not Found\n    \
                        on / \"/away\"\n\n\
                        Skipped 2 links: not reached before the end\n\
                        Interrupted: the rest of the site was not checked\n\
                        Checked 1 link on 1 page: 1 broken URL\n";
        assert_eq!(printed, expected);

        let (status, printed) = interrupted(&["/hang"], signal, None).await;
        assert_eq!(status, Some(130));
        assert!(printed.contains("Interrupted: "), "{printed}");
    }
}

#[tokio::test]
async fn an_interrupted_check_prints_json_too() {
    let links = ["/away", "/hang"];
    let (status, printed) = interrupted(&links, "-INT", Some("--json")).await;
    assert_eq!(status, Some(1));
    let lines = Schema::new().lines(&printed);
    assert_eq!(lines[0]["link"], "/away");
    assert_eq!(
        (&lines[1]["interrupted"], &lines[1]["not_reached"]),
        (&true.into(), &1.into())
    );
    // It would have been requested, so no limit was met.
    assert_eq!(lines[1]["limits"], serde_json::json!([]));
}

#[test]
fn a_second_ctrl_c_ends_it_even_if_the_report_is_not_read() {
    let (_web, url) = long_report();
    let mut child =
        checker(&[&url]).stdout(Stdio::piped()).spawn().expect("it starts");
    let _watchdog = watchdog();
    let mut stdout = child.stdout.take().expect("it is a pipe");
    stdout.read_exact(&mut [0]).expect("it prints");
    // It's printing now, and the pipe is soon full. Signals close to each other
    // may count as one, so there's one after the other.
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is a child") {
            break status;
        }
        send_signal(&child, "-INT");
        thread::yield_now();
    };
    assert_eq!(status.code(), Some(130));
}

#[tokio::test]
async fn ctrl_c_gets_through_while_a_page_is_parsed() {
    // Building a tree takes twelve seconds for a sixteenth of this, and four
    // times as long for twice as much.
    let hostile = page(&["/hang"]) + &"<div>".repeat(350_000);
    let (web, url) = site(hostile, &[("/hang", Fault::Hang)]);
    let _watchdog = web.watchdog(WATCHDOG);
    let child = checker(&[&url, "--timeout", "600"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    web.wait_until(|record| {
        let mut pages = record.exchanges().filter(|page| page.path == "/");
        pages.any(|page| page.ended.is_some())
    })
    .await;
    // From outside we can't see whether it's being parsed now. If it isn't, the
    // other page hangs, and the result is the same.
    sleep(Duration::from_millis(300)).await;
    send_signal(&child, "-INT");
    let output = child.wait_with_output().expect("it ends");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(130), "{printed}");
    assert!(printed.contains("Interrupted: "), "{printed}");
}
