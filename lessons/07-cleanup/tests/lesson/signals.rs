//! SIGTERM and Ctrl-C. Unix only, because Windows has no SIGTERM, and a program
//! there can't send Ctrl-C to a single other program.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use futures::executor::block_on;
use lesson_kit::Site;
use mock_server::Outcome;
use reqwest::Client;
use testkit::{PATIENT, example, quick_tutorial, start};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use crate::support::{endless_pages, folder, sizes};

/// Whether this process and its children ignore Ctrl-C, as the background jobs
/// of a shell do.
fn is_sigint_ignored() -> bool {
    let shell = Command::new("sh").args(["-c", "kill -INT $$"]).status();
    shell.expect("there is a shell").success()
}

/// Sends a signal, `INT` or `TERM`, to a child.
fn send(signal: &str, child: &Child) {
    // The shell has its own `kill`, and a small system no other.
    let kill = format!("kill -{signal} {}", child.id());
    let sent = Command::new("sh").args(["-c", &kill]).status();
    assert!(sent.expect("there is a shell").success());
}

#[test]
fn without_a_listener_ctrl_c_and_sigterm_end_the_process_and_run_no_drop() {
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        if signal == "INT" && is_sigint_ignored() {
            // A shell's background jobs ignore it, and a child inherits that.
            eprintln!("SKIPPED: this process and its children ignore Ctrl-C");
            continue;
        }
        let slow =
            "dribble?chunks=30&over=20000".parse().expect("it is a fault");
        let (web, sites, _watchdog) =
            start(quick_tutorial().fault("python.org", slow));
        let (folder, _) = folder();
        let mut child = example("half_file")
            .arg(&sites[1].url)
            .env("TMPDIR", folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("cargo test builds the examples");
        block_on(web.wait_until(|record| record.in_flight() == 1));
        send(signal, &child);

        assert_eq!(child.wait().expect("it ends").signal(), Some(number));
        assert_eq!(sizes(folder.path()).len(), 1, "the folder is left behind");
    }
}

#[tokio::test]
async fn a_program_can_listen_for_sigterm_but_not_for_sigkill() {
    assert!(signal(SignalKind::terminate()).is_ok());
    assert!(signal(SignalKind::from_raw(9)).is_err());
}

/// The example `shutdown`, fetching `sites`, and the lines it prints.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(sites: &[Site]) -> Program {
        let mut child = example("shutdown")
            .args(sites.iter().map(|site| &site.url))
            .stdout(Stdio::piped())
            .spawn()
            .expect("cargo test builds the examples");
        let stdout = child.stdout.take().expect("it is piped");
        Program { child, lines: BufReader::new(stdout).lines() }
    }

    /// Waits until the program prints a line that starts like this.
    fn wait_for(&mut self, start: &str) {
        let mut lines = self.lines.by_ref().map(|line| line.expect("text"));
        let found = lines.any(|line| line.starts_with(start));
        assert!(found, "`{start}` is not printed");
    }
}

#[test]
fn sigterm_lets_a_program_finish_its_pages_and_exit_with_status_0() {
    // A gate for seven holds the three pages of each part, even if the server
    // has not noticed yet that the clients of the first part are gone.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(7, PATIENT));
    let mut program = Program::start(&sites);

    program.wait_for("--- wrong");
    block_on(web.wait_until(|record| record.in_flight() == 3));
    send("TERM", &program.child);
    program.wait_for("received SIGTERM");
    program.wait_for("exiting");
    program.wait_for("--- right");
    block_on(web.wait_until(|record| {
        record.client_gone() == 3 && record.in_flight() == 3
    }));
    send("TERM", &program.child);
    program.wait_for("received SIGTERM");
    program.wait_for("no new pages");

    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = Client::new();
        let gets = (0..4).map(|_| client.get(&sites[0].url).send());
        let opened = futures::future::try_join_all(gets).await;
        opened.expect("the gate opens");
    });
    program.wait_for("all pages are done");
    let status = program.child.wait().expect("it ends");
    assert_eq!(status.code(), Some(0), "the signal has not killed it");
    assert_eq!(web.record().client_gone(), 3, "only those of the first part");
    assert_eq!(web.record().exchanges().len(), 10, "and no new page");
}

#[test]
fn a_second_ctrl_c_or_sigterm_ends_a_shutdown_immediately() {
    for (signal, printed) in [("INT", "Ctrl-C"), ("TERM", "SIGTERM")] {
        let received = format!("received {printed}");
        let (web, sites, _watchdog) = start(endless_pages());
        let mut program = Program::start(&sites);

        program.wait_for("--- wrong");
        block_on(web.wait_until(|record| record.in_flight() == 3));
        send(signal, &program.child);
        program.wait_for(&received);
        program.wait_for("--- right");
        block_on(web.wait_until(|record| {
            record.client_gone() == 3 && record.in_flight() == 3
        }));
        send(signal, &program.child);
        program.wait_for(&received);
        program.wait_for("no new pages");
        send(signal, &program.child);
        program.wait_for(&received);
        program.wait_for("exiting");

        let status = program.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0), "the signal has not killed it");
        block_on(web.wait_until(|record| record.in_flight() == 0));
        assert_eq!(web.record().count(Outcome::Complete), 0);
    }
}
