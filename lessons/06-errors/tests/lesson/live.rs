//! What goes wrong with https, in a build with the feature `live`:
//! `cargo test -p lesson06 --features live live::`.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread;

use lesson_kit::Site;
use lesson06::{ErrorKind, FetchError, fetch_page, with_causes};
use reqwest::{Certificate, ClientBuilder, Proxy};
use testkit::{TlsServer, watchdog};

/// The server and the certificate are those of lesson 01.
fn tls(file: &str) -> PathBuf {
    let folder = env!("CARGO_MANIFEST_DIR");
    [folder, "../01-sync-vs-async/tests/tls", file].iter().collect()
}

/// A server that doesn't speak TLS. It reads some bytes, sends these, and closes.
fn not_tls(response: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let port = listener.local_addr().expect("it is bound").port();
    // It ends with the process of the test.
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.expect("a client connects");
            let read = connection.read(&mut [0; 10_000]);
            assert_ne!(read.expect("the client sends"), 0, "a handshake");
            connection.write_all(response).expect("the client reads");
        }
    });
    format!("https://127.0.0.1:{port}/")
}

async fn fetched(
    url: &str,
    trusted: &[Certificate],
) -> Result<usize, FetchError> {
    let client = reqwest::Client::builder().no_proxy();
    let client = client.tls_certs_merge(trusted.iter().cloned());
    fetched_by(client, url).await
}

async fn fetched_by(
    client: ClientBuilder,
    url: &str,
) -> Result<usize, FetchError> {
    let client = client.build().expect("a client");
    let site = Site { name: "a site".to_owned(), url: url.to_owned() };
    fetch_page(&client, &site).await
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_a_tls_error_and_not_temporary() {
    let _watchdog = watchdog();
    let server = TlsServer::start(&tls("server.py"));
    let error = fetched(&server.url, &[]).await.expect_err("it isn't trusted");
    let words = with_causes(&error);
    assert!(words.contains("invalid peer certificate"), "{words}");
    assert!(matches!(error.kind, ErrorKind::Tls(_)), "{error:?}");
    assert!(!error.kind.is_temporary());

    let pem = fs::read(tls("certificate.pem")).expect("it is there");
    let trusted = [Certificate::from_pem(&pem).expect("a certificate")];
    let page = fetched(&server.url, &trusted).await;
    assert_eq!(page.expect("it is trusted now"), 30);
}

#[tokio::test]
async fn a_site_that_does_not_speak_tls_is_a_tls_error_and_not_temporary() {
    let _watchdog = watchdog();
    let url = not_tls(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let error = fetched(&url, &[]).await.expect_err("it isn't TLS");
    assert!(matches!(error.kind, ErrorKind::Tls(_)), "{error:?}");
    assert!(!error.kind.is_temporary());
}

#[tokio::test]
async fn a_connection_that_ends_in_the_handshake_is_temporary() {
    let _watchdog = watchdog();
    let error = fetched(&not_tls(b""), &[]).await.expect_err("it closes");
    assert!(matches!(error.kind, ErrorKind::Unreachable(_)), "{error:?}");
    assert!(error.kind.is_temporary());
}

#[tokio::test]
async fn a_proxy_that_refuses_to_connect_to_the_site_makes_it_unreachable() {
    let _watchdog = watchdog();
    let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
    let proxy = not_tls(refusal).replace("https", "http");
    let proxy = Proxy::all(proxy).expect("it is a URL");
    let client = reqwest::Client::builder().proxy(proxy);
    let page = fetched_by(client, "https://site.example/").await;
    let error = page.expect_err("the proxy refuses");
    assert!(matches!(error.kind, ErrorKind::Unreachable(_)), "{error:?}");
}
