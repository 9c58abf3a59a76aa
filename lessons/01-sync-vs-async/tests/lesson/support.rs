//! The lesson's three strategies, and a way to run the lesson's program.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use lesson_kit::Site;
use lesson01::{all_at_once, one_after_another, one_thread_each};
use mock_server::Watchdog;
use testkit::WATCHDOG;

/// A strategy with a client of its own, as `main` makes it.
pub type Strategy = fn(&[Site], Duration) -> Vec<reqwest::Result<usize>>;

pub fn sequential(
    sites: &[Site],
    limit: Duration,
) -> Vec<reqwest::Result<usize>> {
    let client = reqwest::blocking::Client::builder()
        .timeout(limit)
        .build()
        .expect("a client");
    one_after_another(&client, sites)
}

pub fn threads(sites: &[Site], limit: Duration) -> Vec<reqwest::Result<usize>> {
    let client = reqwest::blocking::Client::builder()
        .timeout(limit)
        .build()
        .expect("a client");
    one_thread_each(&client, sites)
}

pub fn concurrent(
    sites: &[Site],
    limit: Duration,
) -> Vec<reqwest::Result<usize>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let client = reqwest::Client::builder()
            .timeout(limit)
            .build()
            .expect("a client");
        all_at_once(&client, sites).await
    })
}

pub const STRATEGIES: [(&str, Strategy); 3] = [
    ("one after another", sequential),
    ("threads", threads),
    ("async", concurrent),
];

/// The lesson as a person starts it, but with no proxy variables.
pub fn lesson(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson01"));
    command.args(arguments);
    // What the machine of the test has set is not what is tested.
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs it to its end and returns its status, its output and its errors.
pub fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let words = format!("{command:?}");
    let _watchdog = Watchdog::start(WATCHDOG, move || vec![words]);
    let Output { status, stdout, stderr } =
        command.output().expect("the lesson starts");
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes).expect("the lesson prints text")
    };
    (status.code(), text(stdout), text(stderr))
}

/// A picture's name that no other test uses.
pub fn picture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}
