//! `--watch`: the live page of a lesson, from its start to its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Stdio};

use mock_server::Watchdog;
use testkit::WATCHDOG;

use crate::support::{lesson, run};

/// A lesson with a live page, whose input and output are pipes.
struct Watched {
    child: Child,
    input: ChildStdin,
    errors: BufReader<std::process::ChildStderr>,
    _watchdog: Watchdog,
}

impl Watched {
    fn start() -> Watched {
        let mut child = lesson(&["--watch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the lesson starts");
        let input = child.stdin.take().expect("it's a pipe");
        let errors = BufReader::new(child.stderr.take().expect("it's a pipe"));
        let process = child.id();
        let _watchdog = Watchdog::start(WATCHDOG, move || {
            vec![format!("lesson01 --watch, process {process}")]
        });
        Watched { child, input, errors, _watchdog }
    }

    /// The next line on standard error.
    fn says(&mut self) -> String {
        let mut line = String::new();
        self.errors.read_line(&mut line).expect("it can be read");
        line
    }

    /// The address of the page, once the lesson waits for its start.
    fn page(&mut self) -> String {
        let line = self.says();
        let url = line.strip_prefix("lesson01: the live page is ");
        let url = url.expect(&line).trim_end().to_owned();
        assert_eq!(
            self.says(),
            "lesson01: open it and press Start there, or Enter here\n"
        );
        url
    }

    fn press_enter(&mut self) {
        self.input.write_all(b"\n").expect("it reads its input");
    }

    fn waits_for_its_end(&mut self) {
        assert_eq!(
            self.says(),
            "lesson01: at its end; the page stays until you press End there, or Enter or Ctrl-C here\n"
        );
    }

    /// Its status and its output.
    fn end(mut self) -> (Option<i32>, String) {
        drop(self.input);
        let mut printed = String::new();
        let mut output = self.child.stdout.take().expect("it's a pipe");
        output.read_to_string(&mut printed).expect("it prints text");
        let status = self.child.wait().expect("it ends");
        (status.code(), printed)
    }
}

fn status_of(url: &str) -> u16 {
    let client = reqwest::blocking::Client::builder().no_proxy().build();
    let answer = client.expect("a client").get(url).send();
    answer.expect("the page is there").status().as_u16()
}

#[test]
fn the_page_is_there_before_the_start_and_after_the_end() {
    let mut watched = Watched::start();
    let page = watched.page();
    assert_eq!(status_of(&page), 200);
    watched.press_enter();
    watched.waits_for_its_end();
    assert_eq!(status_of(&page), 200);
    watched.press_enter();
    let (status, printed) = watched.end();
    assert_eq!(status, Some(0));
    assert!(printed.contains("async, all at once: 3 requests"), "{printed}");
}

#[test]
fn enter_while_the_lesson_runs_does_not_end_the_page() {
    let mut watched = Watched::start();
    let page = watched.page();
    watched.press_enter();
    watched.press_enter();
    watched.waits_for_its_end();
    assert_eq!(status_of(&page), 200);
    watched.press_enter();
    assert_eq!(watched.end().0, Some(0));
}

/// Even in a program that has listened for signals, after which they don't end it by themselves.
#[cfg(unix)]
#[test]
fn a_signal_at_the_end_ends_the_page_and_the_status_is_that_of_the_program() {
    for signal in ["-INT", "-TERM"] {
        let mut watched = Watched::start();
        watched.page();
        watched.press_enter();
        watched.waits_for_its_end();
        let process = watched.child.id().to_string();
        let kill = std::process::Command::new("kill")
            .args([signal, &process])
            .status();
        assert!(kill.expect("there's a kill").success());
        let status = watched.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0), "{signal}");
    }
}

#[test]
fn a_program_without_a_terminal_waits_neither_for_its_start_nor_for_its_end() {
    let (status, printed, errors) =
        run(lesson(&["--watch"]).stdin(Stdio::null()));
    assert_eq!(status, Some(0));
    assert!(printed.contains("async, all at once: 3 requests"), "{printed}");
    let lines: Vec<_> = errors.lines().collect();
    let [address, no_terminal] = lines[..] else { panic!("{errors}") };
    assert!(
        address.starts_with("lesson01: the live page is http://127.0.0.1:")
    );
    assert!(no_terminal.starts_with("lesson01: there's no terminal"));
}
