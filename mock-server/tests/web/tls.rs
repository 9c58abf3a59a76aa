//! The https ports, which need the feature `tls`: each case on the wire, and how curl, aiohttp and reqwest react to it.
//! Tried with curl 7.88 (OpenSSL 3.0), aiohttp 3.14.5 on Python 3.11, and reqwest 0.13.5 (rustls 0.23) on Linux.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use futures::future::join_all;
use mock_server::{Builder, MockWeb, Outcome, Site, StartError, Tls, Watchdog, page};
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, IpAddr, ServerName};
use tokio_rustls::rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, Error, RootCertStore, StreamOwned,
};

use crate::clients::NOWHERE;
use crate::faults::{self, innermost, kinds};
use crate::support::{BYTES, GET, SITE, Serving, WATCHDOG, run_python, run_tool, start};
use crate::uploads;

/// A request after which the server closes the connection.
const LAST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

/// A client that trusts the web's authority.
type Client = StreamOwned<ClientConnection, TcpStream>;

/// One site with a page of [`BYTES`], on an https port.
fn site(case: Tls, fault: Option<&str>) -> Builder {
    let mut site = Site::new(SITE).page(page("A page", BYTES, 2_000)).https(case);
    site.fault = fault.map(|fault| fault.parse().expect("it's one"));
    MockWeb::builder().sites([site])
}

/// Name and port of the one site.
fn address(web: &MockWeb) -> &str {
    web.url(SITE).trim_start_matches("https://").trim_end_matches('/')
}

/// A connection to the one site, without TLS.
fn connect(web: &MockWeb) -> TcpStream {
    TcpStream::connect(address(web)).expect("the site listens")
}

/// A connection that hasn't begun its handshake.
fn client_of(web: &MockWeb, name: ServerName<'static>) -> Client {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(web.ca_der())).expect("it's a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("it has every version")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), name).expect("the configuration is valid");
    StreamOwned::new(connection, connect(web))
}

fn this_machine() -> ServerName<'static> {
    ServerName::IpAddress(IpAddr::from(Ipv4Addr::LOCALHOST))
}

/// A client that has sent this.
fn send(web: &MockWeb, request: &[u8]) -> Client {
    let mut client = client_of(web, this_machine());
    client.write_all(request).expect("the certificate is good");
    client.flush().expect("the site reads");
    client
}

/// All that comes until the end, and how it ends: `None` for TLS's own goodbye, `close_notify`.
fn read_to_end(client: &mut Client) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let end = client.read_to_end(&mut bytes).err().map(|error| error.kind());
    (bytes, end)
}

/// How many bytes of a response are its body.
fn body_length(response: &[u8]) -> usize {
    let head = response.windows(4).position(|window| window == b"\r\n\r\n").expect("there's a head");
    response.len() - head - 4
}

/// How the exchanges ended, with how many bytes of the body, once none is in flight.
fn ended(web: &MockWeb) -> Vec<(Outcome, u64)> {
    block_on(web.wait_until(|record| record.in_flight() == 0));
    web.record().exchanges().map(|exchange| (exchange.outcome, exchange.bytes)).collect()
}

#[test]
fn a_good_port_serves_a_site_and_the_record_is_as_without_tls() {
    let (web, _watchdog) = start(site(Tls::Good, None));
    assert!(web.url(SITE).starts_with("https://127.0.0.1:"), "{}", web.url(SITE));
    let (bytes, end) = read_to_end(&mut send(&web, LAST));
    assert_eq!((body_length(&bytes), end), (BYTES, None));
    assert_eq!(ended(&web), [(Outcome::Complete, BYTES as u64)]);
    let record = web.record();
    let exchange = record.exchanges().next().expect("there's one");
    assert_eq!(exchange.status.map(|status| status.as_u16()), Some(200));
    assert!(exchange.accepted <= exchange.request_head);
    let (first, last) = (exchange.first_byte, exchange.last_byte);
    assert!(Some(exchange.request_head) <= first && first <= last, "{exchange:?}");
    assert_eq!(record.connections(), 1);
}

#[test]
fn a_page_of_an_https_port_may_change_what_is_there_and_a_page_of_another_port_may_not() {
    let (web, _watchdog) = start(MockWeb::builder().sites([Site::new(SITE).endpoints().https(Tls::Good)]));
    let own = format!("https://{}", address(&web));
    for (origin, status) in [(own.as_str(), "200"), ("https://127.0.0.1:1", "403")] {
        let head =
            format!("host: {}\r\norigin: {origin}\r\ncontent-length: 0\r\nconnection: close", address(&web));
        let (bytes, _) =
            read_to_end(&mut send(&web, format!("POST /auth/token HTTP/1.1\r\n{head}\r\n\r\n").as_bytes()));
        assert!(bytes.starts_with(format!("HTTP/1.1 {status} ").as_bytes()), "{origin}");
    }
}

#[test]
fn the_certificate_is_also_good_for_localhost_and_for_the_name_of_the_site() {
    let (web, _watchdog) = start(site(Tls::Good, None));
    for name in ["localhost", SITE] {
        let mut client = client_of(&web, ServerName::try_from(name).expect("it's a name"));
        client.write_all(LAST).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(body_length(&read_to_end(&mut client).0), BYTES, "{name}");
    }
    let mut client = client_of(&web, ServerName::try_from("other.example").expect("it's a name"));
    let error = client.write_all(LAST).expect_err("it's not for this name");
    let error = certificate_error(&error);
    assert!(matches!(error, Some(CertificateError::NotValidForNameContext { .. })), "{error:?}");
}

fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

fn certificate_error(error: &io::Error) -> Option<&CertificateError> {
    match tls_error(error)? {
        Error::InvalidCertificate(error) => Some(error),
        _ => None,
    }
}

/// The error of a handshake with a port in this case. The server sees the connection, no request, and that the client leaves.
fn refused(case: Tls) -> io::Error {
    let (web, _watchdog) = start(site(case, None));
    let mut client = client_of(&web, this_machine());
    let error = client.write_all(GET).expect_err("the handshake fails");
    drop(client);
    if case != Tls::PlainHttp {
        block_on(web.wait_until(|record| record.failed_handshakes() == 1));
    }
    block_on(web.wait_until(|record| record.open_connections() == 0));
    assert_eq!(web.record().requests(SITE), 0, "{case}");
    error
}

#[test]
fn each_certificate_has_only_the_one_fault_of_its_name() {
    for (case, is_right) in [
        (Tls::Expired, (|error| matches!(error, CertificateError::ExpiredContext { .. })) as fn(&_) -> bool),
        (Tls::NotYetValid, |error| matches!(error, CertificateError::NotValidYetContext { .. })),
        (Tls::SelfSigned, |error| matches!(error, CertificateError::UnknownIssuer)),
        (Tls::UnknownIssuer, |error| matches!(error, CertificateError::UnknownIssuer)),
        (Tls::WrongHost, |error| matches!(error, CertificateError::NotValidForNameContext { .. })),
    ] {
        let error = refused(case);
        assert!(certificate_error(&error).is_some_and(is_right), "{case}: {error:?}");
    }
}

#[test]
fn a_port_of_an_old_version_answers_the_hello_with_an_alert() {
    let error = refused(Tls::OldVersion);
    let expected = Error::AlertReceived(AlertDescription::ProtocolVersion);
    assert_eq!(tls_error(&error), Some(&expected), "{error:?}");
    // On the wire: an alert of TLS 1.0, and an orderly end.
    let (web, _watchdog) = start(site(Tls::OldVersion, None));
    let mut socket = hello(&web);
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).expect("it ends in order");
    assert_eq!(bytes, [0x15, 3, 1, 0, 2, 2, 70]);
}

/// A socket that has sent a hello, which is as short as a record with four bytes.
fn hello(web: &MockWeb) -> TcpStream {
    let mut socket = connect(web);
    socket.write_all(&[0x16, 3, 1, 0, 4, 1, 0, 0, 0]).expect("the site reads");
    socket
}

#[test]
fn a_handshake_is_reset_by_a_real_rst() {
    let error = refused(Tls::HandshakeReset);
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    let (web, _watchdog) = start(site(Tls::HandshakeReset, None));
    let mut socket = connect(&web);
    // Half of a hello isn't one: nothing comes, not even the reset.
    socket.write_all(&[0x16, 3, 1, 0, 4, 1]).expect("the site reads");
    socket.set_read_timeout(Some(Duration::from_millis(100))).expect("100 ms is a time limit");
    let nothing = socket.read(&mut [0]).map_err(|error| error.kind());
    assert!(matches!(nothing, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{nothing:?}");
    socket.set_read_timeout(None).expect("no time limit is one");
    socket.write_all(&[0, 0, 0]).expect("the site reads");
    let end = socket.read(&mut [0]).map_err(|error| error.kind());
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
}

#[test]
fn a_handshake_that_hangs_lasts_until_the_client_leaves() {
    let (web, _watchdog) = start(site(Tls::HandshakeHang, None));
    let mut socket = hello(&web);
    socket.set_read_timeout(Some(Duration::from_millis(100))).expect("100 ms is a time limit");
    let nothing = socket.read(&mut [0]).map_err(|error| error.kind());
    assert!(matches!(nothing, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)), "{nothing:?}");
    assert_eq!(web.record().open_connections(), 1);
    drop(socket);
    block_on(web.wait_until(|record| record.open_connections() == 0));
    let record = web.record();
    assert_eq!((record.failed_handshakes(), record.requests(SITE)), (1, 0));
    web.reset_record();
    assert_eq!(web.record().failed_handshakes(), 0);
}

#[test]
fn a_port_without_tls_answers_the_hello_in_plain_http() {
    let error = refused(Tls::PlainHttp);
    assert!(matches!(tls_error(&error), Some(Error::InvalidMessage(_))), "{error:?}");
    let (web, _watchdog) = start(site(Tls::PlainHttp, None));
    assert!(web.url(SITE).starts_with("https://"));
    let mut socket = connect(&web);
    socket.write_all(LAST).expect("the site reads");
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).expect("it ends in order");
    assert_eq!(body_length(&bytes), BYTES);
}

/// A fault, how many bytes of the body come before the end, and how the client and the record see the end.
#[rustfmt::skip]
const ENDS: &[(&str, usize, Option<ErrorKind>, Outcome)] = &[
    // In the middle of a response, FIN comes without `close_notify`, and TLS takes that for an attack.
    ("truncate", 1_000, Some(ErrorKind::UnexpectedEof), Outcome::Cut),
    ("bad-chunk", 1_022, Some(ErrorKind::UnexpectedEof), Outcome::Cut),
    ("empty", 0, Some(ErrorKind::UnexpectedEof), Outcome::Cut),
    ("reset?after=1000", 1_000, Some(ErrorKind::ConnectionReset), Outcome::Reset),
    ("reset", 0, Some(ErrorKind::ConnectionReset), Outcome::Reset),
    // After a complete response, the server says goodbye.
    ("slow-close?delay=5", BYTES, None, Outcome::Complete),
    ("idle-close?after=5", BYTES, None, Outcome::Complete),
    ("dribble?chunk=4000&pause=5", BYTES, None, Outcome::Complete),
    ("slow-head?pause=1", BYTES, None, Outcome::Complete),
];

#[test]
fn a_response_that_is_cut_off_ends_without_close_notify_and_a_complete_one_with_it() {
    for (fault, bytes, end, outcome) in ENDS {
        let (web, _watchdog) = start(site(Tls::Good, Some(fault)));
        let request = if fault.starts_with("idle-close") { GET } else { LAST };
        let (response, seen) = read_to_end(&mut send(&web, request));
        assert_eq!(seen, *end, "{fault}");
        let length = if response.is_empty() { 0 } else { body_length(&response) };
        // A reset may overtake what the client hasn't read yet.
        if *outcome != Outcome::Reset {
            assert_eq!(length, *bytes, "{fault}");
        }
        assert_eq!(ended(&web), [(*outcome, *bytes as u64)], "{fault}");
    }
}

#[test]
fn a_client_that_leaves_a_stalled_response_is_seen_to_leave() {
    let (web, _watchdog) = start(site(Tls::Good, Some("stall?after=1000")));
    let mut client = send(&web, GET);
    let mut response = Vec::new();
    while response.is_empty() || body_length(&response) < 1_000 {
        let mut buffer = [0; 4_096];
        let count = client.read(&mut buffer).expect("the start of the body comes");
        response.extend_from_slice(&buffer[..count]);
    }
    assert_eq!(web.record().in_flight(), 1);
    // It says no goodbye.
    drop(client);
    assert_eq!(ended(&web), [(Outcome::ClientGone, 1_000)]);
}

#[test]
fn a_client_that_leaves_before_its_response_is_seen_to_leave() {
    for says_goodbye in [true, false] {
        let (web, _watchdog) = start(site(Tls::Good, Some("delay?ms=600000")));
        let mut client = send(&web, GET);
        block_on(web.wait_until(|record| record.in_flight() == 1));
        if says_goodbye {
            client.conn.send_close_notify();
            client.flush().expect("the site reads");
        }
        drop(client);
        assert_eq!(ended(&web), [(Outcome::ClientGone, 0)], "says goodbye: {says_goodbye}");
    }
}

#[test]
fn a_client_that_has_closed_its_sending_half_gets_its_response() {
    for says_goodbye in [true, false] {
        let (web, _watchdog) = start(site(Tls::Good, None).gate(2, WATCHDOG));
        let mut half_closed = send(&web, GET);
        if says_goodbye {
            half_closed.conn.send_close_notify();
            half_closed.flush().expect("the site reads");
        }
        half_closed.sock.shutdown(Shutdown::Write).expect("it's open");
        block_on(web.wait_until(|record| record.in_flight() == 1));
        // The gate holds the first until the second is there, so the first byte comes early.
        let mut first = [0; 1];
        half_closed.read_exact(&mut first).expect("the first byte comes early");
        assert_eq!((&first, web.record().in_flight()), (b"H", 1));
        let mut other = send(&web, LAST);
        let (rest, end) = read_to_end(&mut half_closed);
        assert_eq!((body_length(&rest), end), (BYTES, None), "says goodbye: {says_goodbye}");
        assert_eq!(body_length(&read_to_end(&mut other).0), BYTES);
        assert_eq!(ended(&web), [(Outcome::Complete, BYTES as u64); 2]);
    }
}

#[test]
fn a_byte_that_a_client_has_read_is_in_the_record_even_if_the_client_reads_slowly() {
    /// More than the kernel takes at once.
    const LARGE: usize = 20_000_000;
    let site = Site::new(SITE).page("x".repeat(LARGE)).by_front().https(Tls::Good);
    let (web, _watchdog) = start(MockWeb::builder().sites([site]));
    let mut client = send(&web, GET);
    let mut response = 0;
    let mut buffer = vec![0; 16_384];
    while response < LARGE {
        response += client.read(&mut buffer).expect("the response comes");
        let recorded = web.record().exchanges().map(|exchange| exchange.bytes).sum::<u64>();
        // The head counts as nothing.
        assert!(recorded + 1_000 >= response as u64, "{recorded} of {response}");
    }
}

#[test]
fn a_byte_that_the_kernel_has_not_taken_is_not_in_the_record() {
    let site = Site::new(SITE).page("x".repeat(20_000_000)).by_front().https(Tls::Good);
    let (web, watchdog) = start(MockWeb::builder().sites([site]));
    let mut client = send(&web, GET);
    block_on(web.wait_until(|record| record.exchanges().any(|exchange| exchange.bytes > 0)));
    // No event says that the kernel takes no more: this is as long as the test is willing to wait.
    web.blocking_settle(Duration::from_millis(200));
    let recorded = web.record().exchanges().map(|exchange| exchange.bytes).sum::<u64>();
    drop((web, watchdog));
    // The kernel still delivers what it has, and whatever the server had encrypted beyond that is lost.
    let (response, end) = read_to_end(&mut client);
    assert_eq!(end, Some(ErrorKind::UnexpectedEof));
    let delivered = body_length(&response) as u64;
    assert!(recorded <= delivered, "{recorded} bytes are in the record, and {delivered} arrived");
}

#[test]
fn a_web_whose_sites_share_a_port_has_a_port_for_each_case() {
    let (web, _watchdog) = start(MockWeb::builder().on_one_port(0).https_ports());
    for case in Tls::ALL {
        assert!(web.https_url(*case).starts_with("https://127.0.0.1:"), "{case}");
    }
    let ports: BTreeSet<_> = Tls::ALL.iter().map(|case| web.https_url(*case)).collect();
    assert_eq!(ports.len(), Tls::ALL.len());
    let error = MockWeb::builder().sites([Site::new(SITE).https(Tls::Good)]).on_one_port(0).start();
    assert!(matches!(error, Err(StartError::OnePortHttps { name }) if name == SITE));
}

#[test]
fn a_name_is_a_case_and_a_wrong_one_is_told_the_right_ones() {
    for case in Tls::ALL {
        assert_eq!(case.name().parse(), Ok(*case));
    }
    let error = "exp\nired".parse::<Tls>().expect_err("it's none");
    assert!(
        error.to_string().starts_with("no https case is called `exp\\nired`; there are: good, expired, ")
    );
}

type Row = (Tls, &'static str, i32, &'static str, &'static [&'static str], &'static str);

/// How a client reacts to each case, and to some faults of a response that came through TLS: curl's exit status, aiohttp's exception, and reqwest's kinds of error and innermost cause, which
/// `…` cuts short.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    (Tls::Good, PAGE, 0, "15000 bytes", &[], "15000 bytes"),
    (Tls::Expired, PAGE, 60, "ClientConnectorCertificateError", CONNECT, "invalid peer certificate: certificate expired: …"),
    (Tls::NotYetValid, PAGE, 60, "ClientConnectorCertificateError", CONNECT, "invalid peer certificate: certificate not valid yet: …"),
    (Tls::SelfSigned, PAGE, 60, "ClientConnectorCertificateError", CONNECT, "invalid peer certificate: UnknownIssuer"),
    (Tls::WrongHost, PAGE, 60, "ClientConnectorCertificateError", CONNECT, "invalid peer certificate: certificate not valid for name …"),
    (Tls::UnknownIssuer, PAGE, 60, "ClientConnectorCertificateError", CONNECT, "invalid peer certificate: UnknownIssuer"),
    (Tls::PlainHttp, PAGE, 35, "ClientConnectorSSLError", CONNECT, "received corrupt message of type …"),
    (Tls::HandshakeHang, PAGE, 28, "TimeoutError", &["timeout", "request"], "operation timed out"),
    (Tls::HandshakeReset, PAGE, 35, "ClientConnectorError", CONNECT, "Connection reset by peer…"),
    (Tls::OldVersion, PAGE, 35, "ClientConnectorSSLError", CONNECT, "received fatal alert: ProtocolVersion"),
    // The end comes without `close_notify`.
    (Tls::Good, "truncate", 18, "ClientPayloadError", &["decode"], "peer closed connection without sending TLS close_notify: …"),
    (Tls::Good, "bad-chunk", 56, "ClientResponseError", &["decode"], "Invalid chunk size line: missing size digit"),
    (Tls::Good, "empty", 52, "ServerDisconnectedError", &["request"], "peer closed connection without sending TLS close_notify: …"),
    (Tls::Good, "garbage", 1, "ClientResponseError", &["request"], "invalid HTTP version parsed"),
    (Tls::Good, "reset?after=1000", 56, "ClientPayloadError", &["decode"], "Connection reset by peer…"),
    (Tls::Good, "stall", 28, "TimeoutError", &["decode", "timeout"], "operation timed out"),
    (Tls::Good, "slow-close?delay=5", 0, "15000 bytes", &[], "15000 bytes"),
];
/// The whole page.
const PAGE: &str = "delay?ms=0";
const CONNECT: &[&str] = &["connect", "request"];

/// One web with every case.
fn every_case() -> Builder {
    MockWeb::builder().on_one_port(0).https_ports()
}

fn url(web: &MockWeb, case: Tls, fault: &str) -> String {
    format!("{}fault/{fault}", web.https_url(case))
}

/// The certificate of the web's authority in a file, which only this test uses.
fn ca_file(web: &MockWeb, test: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ca-for-{test}.pem"));
    fs::write(&path, web.ca_pem()).expect("the target folder is writable");
    path.into_os_string().into_string().expect("the path is UTF-8")
}

#[test]
fn curl_exits_with_the_status_that_each_case_has_in_its_manual() {
    let (web, _watchdog) = start(every_case());
    let ca = ca_file(&web, "curl");
    thread::scope(|scope| {
        for (case, fault, expected, ..) in TABLE {
            let (url, ca) = (url(&web, *case, fault), &ca);
            scope.spawn(move || {
                // 28 is a time limit that is reached. A busy machine must not reach the other.
                let limit = if *expected == 28 { "3" } else { "100" };
                let arguments = ["-s", "--cacert", ca, "-m", limit, "-o", NOWHERE, &url];
                let Some(output) = run_tool("curl", &arguments) else { return };
                assert_eq!(
                    output.status.code(),
                    Some(*expected),
                    "{case}, {fault}: left: curl; right: `TABLE`"
                );
            });
        }
    });
}

#[test]
fn aiohttp_raises_the_exception_that_each_case_is() {
    let (web, _watchdog) = start(every_case());
    let ca = ca_file(&web, "aiohttp");
    let urls: Vec<_> = TABLE.iter().map(|(case, fault, ..)| url(&web, *case, fault)).collect();
    let urls: Vec<_> = urls.iter().map(String::as_str).collect();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients.py");
    let arguments = [&["1", "20", "--ca", &ca], &urls[..]].concat();
    let Some(printed) = run_python(&program, &["aiohttp"], &arguments) else { return };
    let results: Vec<_> = printed.lines().map(|line| line.split(": ").next().unwrap_or(line)).collect();
    assert_eq!(results.len(), TABLE.len(), "{printed}");
    for ((case, fault, _, expected, ..), result) in TABLE.iter().zip(results) {
        assert_eq!(result, *expected, "{case}, {fault}: left: aiohttp; right: `TABLE`\n{printed}");
    }
}

async fn fetched(client: &reqwest::Client, url: &str, never_ends: bool) -> reqwest::Result<usize> {
    let request = client.get(url);
    // A busy machine must not reach the time limit of the others.
    let request = if never_ends { request.timeout(Duration::from_secs(2)) } else { request };
    Ok(request.send().await?.bytes().await?.len())
}

#[tokio::test]
async fn reqwest_reports_each_case_as_what_it_is() {
    let (web, _watchdog) = start(every_case());
    let ca = reqwest::Certificate::from_pem(web.ca_pem().as_bytes()).expect("it's a certificate");
    let client = reqwest::Client::builder().tls_certs_only([ca]).build().expect("the certificate is valid");
    let results = join_all(TABLE.iter().map(|(case, fault, _, _, kinds, _)| {
        let (url, client) = (url(&web, *case, fault), &client);
        async move { fetched(client, &url, kinds.contains(&"timeout")).await }
    }));
    for ((case, fault, _, _, expected, words), result) in TABLE.iter().zip(results.await) {
        let (seen, cause) = match &result {
            Ok(bytes) => (BTreeSet::new(), format!("{bytes} bytes")),
            Err(error) => (kinds(error), innermost(error).to_string()),
        };
        let is_right = match words.strip_suffix('…') {
            Some(start) => cause.starts_with(start),
            None => cause == *words,
        };
        // Each system has its own words for a reset.
        let is_right = is_right || (cfg!(windows) && words.starts_with("Connection reset"));
        let expected = expected.iter().copied().collect();
        assert!(
            seen == expected && is_right,
            "{case}, {fault}: {seen:?}, {cause:?}; `TABLE`: {expected:?}, {words:?}"
        );
    }
    // The requests that arrived are those to the good port.
    let served = TABLE.iter().filter(|(case, ..)| *case == Tls::Good).count();
    web.wait_until(|record| record.in_flight() == 0).await;
    assert_eq!(web.record().exchanges().len(), served);
    // The port without TLS has no handshake.
    let failed = TABLE.len() - served - 1;
    web.wait_until(|record| record.failed_handshakes() == failed).await;
}

fn https(fault: &str) -> (MockWeb, Watchdog, reqwest::ClientBuilder) {
    let (web, watchdog) = start(site(Tls::Good, Some(fault)));
    let ca = reqwest::Certificate::from_der(web.ca_der()).expect("it's a certificate");
    (web, watchdog, reqwest::Client::builder().tls_certs_only([ca]))
}

#[tokio::test]
async fn each_fault_is_seen_over_https_as_without_it() {
    join_all(faults::TABLE.iter().map(|row| faults::check(row, https))).await;
}

#[tokio::test]
async fn each_fault_of_an_upload_is_seen_over_https_as_without_it() {
    join_all(uploads::TABLE.iter().map(|row| uploads::check(row, https))).await;
}

#[test]
fn the_table_has_every_case() {
    let tried: BTreeSet<_> = TABLE.iter().map(|(case, ..)| case.name()).collect();
    assert_eq!(tried, Tls::ALL.iter().map(|case| case.name()).collect());
}

#[test]
fn the_program_has_a_port_for_each_case_and_the_authority() {
    let serving = Serving::start();
    let (_, index) = serving.get("/");
    let section = index.split("<h2>https</h2>").nth(1).expect("it has a section about https");
    assert!(section.contains(&format!("curl -o ca.pem '{}/ca.pem'", serving.url)), "{section}");
    let (status, pem) = serving.get("/ca.pem");
    assert_eq!(status, 200);
    let ca = reqwest::Certificate::from_pem(pem.as_bytes()).expect("it's a certificate");
    let client = reqwest::blocking::Client::builder().tls_certs_only([ca]).build().expect("it's valid");
    let get = |url: &str| client.get(url).timeout(Duration::from_secs(20)).send();
    for case in Tls::ALL {
        let entry = section.split(&format!("<dt>{case}</dt>")).nth(1).expect("each case has an entry");
        let rest = entry.split("curl -i --cacert ca.pem '").nth(1).expect("each case has a curl line");
        let url = rest.split('\'').next().unwrap_or_default();
        assert!(url.starts_with("https://127.0.0.1:"), "{url}");
        if *case == Tls::Good {
            let other = get(url).and_then(|response| response.text()).expect("the certificate is good");
            assert!(other.contains(&format!("curl -i --cacert ca.pem '{url}site/python.org'")), "{other}");
            let page = get(&format!("{url}site/python.org")).and_then(|response| response.bytes());
            assert_eq!(page.map(|page| page.len()).ok(), Some(50_321));
        } else if *case != Tls::HandshakeHang {
            assert!(get(url).is_err_and(|error| error.is_connect()), "{case}");
        }
    }
}
