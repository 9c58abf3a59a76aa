//! https, in a build with the feature `live`:
//! `cargo test -p lesson01 --features live live::`.

use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::{TlsServer, watchdog};

fn tls(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "tls", file].iter().collect()
}

/// The lesson's status and output for this URL, with these certificates trusted.
fn lesson(url: &str, trusted: Option<&Path>) -> (Option<i32>, String) {
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

// Elsewhere the certificates that are trusted are the system's, and no variable
// adds one.
#[cfg(target_os = "linux")]
#[test]
fn a_page_over_https_is_fetched_where_its_certificate_is_trusted() {
    let _watchdog = watchdog();
    let server = TlsServer::start(&tls("server.py"));
    let (status, printed) = lesson(&server.url, Some(&tls("certificate.pem")));
    assert_eq!(status, Some(0));
    assert_eq!(
        printed.matches(&format!("{}: 30 bytes\n", server.url)).count(),
        3,
        "{printed}"
    );
}

#[test]
fn a_certificate_that_is_not_trusted_is_reported_as_exactly_that() {
    let _watchdog = watchdog();
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
