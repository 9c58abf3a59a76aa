//! https, as a build with the feature `live` has it: `cargo test -p lesson01 --features live --test live`.
#![cfg(feature = "live")]

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mock_server::Watchdog;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);

fn tls(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "tls", file].iter().collect()
}

/// A server on this machine whose certificate nobody has signed but itself.
struct TlsServer {
    child: Child,
    url: String,
    _watchdog: Watchdog,
}

impl TlsServer {
    fn start() -> TlsServer {
        let watchdog = Watchdog::start(WATCHDOG, || {
            vec!["the server in Python".to_owned()]
        });
        let python =
            env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut child = Command::new(python)
            .arg(tls("server.py"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a Python");
        let mut port = String::new();
        let stdout = child.stdout.take().expect("it is a pipe");
        BufReader::new(stdout).read_line(&mut port).expect("it says its port");
        TlsServer {
            child,
            url: format!("https://127.0.0.1:{}/", port.trim()),
            _watchdog: watchdog,
        }
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        // It serves until it is ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the lesson prints of this URL, with these certificates trusted.
fn lesson(url: &str, trusted: Option<PathBuf>) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson01"));
    command
        .arg(url)
        .env("NO_PROXY", "127.0.0.1")
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR");
    if let Some(file) = trusted {
        command.env("SSL_CERT_FILE", file);
    }
    let output = command.output().expect("the lesson starts");
    (
        output.status.code(),
        String::from_utf8(output.stdout).expect("the lesson prints text"),
    )
}

#[test]
fn a_page_over_https_is_fetched_where_its_certificate_is_trusted() {
    let server = TlsServer::start();
    let (status, printed) = lesson(&server.url, Some(tls("certificate.pem")));
    assert_eq!(status, Some(0));
    assert_eq!(
        printed.matches(&format!("{}: 30 bytes\n", server.url)).count(),
        3,
        "{printed}"
    );
}

#[test]
fn a_certificate_that_is_not_trusted_is_reported_as_exactly_that() {
    let server = TlsServer::start();
    let (status, printed) = lesson(&server.url, None);
    assert_eq!(status, Some(0));
    let reported = |line: &&str| {
        line.starts_with(&format!(
            "{}: failed: error sending request: client error (Connect): ",
            server.url
        )) && line.contains("invalid peer certificate")
            && line.contains("UnknownIssuer")
    };
    assert_eq!(printed.lines().filter(reported).count(), 3, "{printed}");
}
