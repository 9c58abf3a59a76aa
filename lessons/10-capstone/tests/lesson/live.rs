//! https, in a build with the feature `live`:
//! `cargo test -p lesson10 --features live live::`.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lesson10::frontier::InMemory;
use lesson10::mock_site::options;
use lesson10::progress::Progress;
use lesson10::{LinkError, check};
use mock_server::{MockWeb, Site};
use testkit::{TlsServer, WATCHDOG, watchdog};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The files of a server with a certificate that only it has signed. Lesson 01
/// has the same test for its own program.
fn tls(file: &str) -> PathBuf {
    let lesson = env!("CARGO_MANIFEST_DIR");
    [lesson, "../01-sync-vs-async/tests/tls", file].iter().collect()
}

/// A web with one page that links to this URL.
fn home(link: &str) -> MockWeb {
    let home = Site::new("home.example").page(format!("<a href=\"{link}\">x"));
    MockWeb::builder().sites([home]).start().expect("the web starts")
}

/// What the checker reports about a site with a link to this URL, when these
/// certificates are trusted.
fn report(link: &str, trusted: Option<PathBuf>) -> (Option<i32>, String) {
    let web = home(link);
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson10"));
    command
        .arg(web.url("home.example"))
        .env("NO_PROXY", "127.0.0.1")
        .env_remove("SSL_CERT_FILE")
        .env_remove("SSL_CERT_DIR");
    if let Some(file) = trusted {
        command.env("SSL_CERT_FILE", file);
    }
    let output = command.output().expect("the checker starts");
    let printed = String::from_utf8(output.stdout).expect("it prints text");
    (output.status.code(), printed)
}

#[test]
fn a_certificate_that_is_not_trusted_is_reported_as_that() {
    let _watchdog = watchdog();
    let server = TlsServer::start(&tls("server.py"));
    let (status, printed) = report(&server.url, None);
    assert_eq!(status, Some(1));
    let error = "the TLS handshake failed: invalid peer certificate: ";
    let start =
        format!("1 broken URL on other sites:\n{}: {error}", server.url);
    assert!(printed.starts_with(&start), "{printed}");
}

#[test]
fn a_link_over_https_works_if_the_certificate_is_trusted() {
    let _watchdog = watchdog();
    let server = TlsServer::start(&tls("server.py"));
    let trusted = Some(tls("certificate.pem"));
    let (status, printed) = report(&server.url, trusted);
    let clean = "Checked 1 link on 1 page: no broken URLs\n";
    assert_eq!((status, printed.as_str()), (Some(0), clean));
}

/// A server that responds to TLS with plain HTTP, and how many connections it
/// has had.
async fn plain_server() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("it has one").port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            // The client may be gone before it has read everything.
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    (port, connections)
}

#[tokio::test]
async fn a_failed_handshake_is_permanent_so_there_is_no_retry() {
    let (port, connections) = plain_server().await;
    let web = home(&format!("https://127.0.0.1:{port}/"));
    let _watchdog = web.watchdog(WATCHDOG);
    let options = options(&web, "home.example", WATCHDOG);
    let options = options.expect("it has addresses");
    let progress = Progress::hidden();
    let stop = CancellationToken::new();
    let frontier = InMemory::new(10, 1);
    let report = check(&options, frontier, &progress, &stop).await;
    let report = report.expect("the frontier does not fail");
    let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
    assert!(matches!(broken.error, LinkError::Tls(_)), "{}", broken.error);
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}
