//! https, as a build with the feature `live` has it: `cargo test -p lesson01 --features live --test live`.
#![cfg(feature = "live")]

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use mock_server::Watchdog;
use testkit::TlsServer;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);

fn tls(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "tls", file].iter().collect()
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
    let _watchdog = Watchdog::start(WATCHDOG, || vec!["https".to_owned()]);
    let server = TlsServer::start(&tls("server.py"));
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
    let _watchdog = Watchdog::start(WATCHDOG, || vec!["https".to_owned()]);
    let server = TlsServer::start(&tls("server.py"));
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
