//! https, in a build with the feature `tls`:
//! `cargo test -p lesson11 --features tls tls::`.

use std::collections::BTreeSet;

use lesson_kit::Site;
use mock_server::{MockWeb, Tls, Watchdog};
use reqwest::{Certificate, Client, ClientBuilder, Proxy};
use testkit::{IMPATIENT, PATIENT, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::examples::{certificate_faults, headers, private_ca, proxy_tunnel};

/// The sites that answered this client with a page.
async fn answer(client: &Client, sites: &[Site]) -> Vec<String> {
    let mut names = Vec::new();
    for site in sites {
        if let Ok(response) = client.get(&site.url).send().await {
            assert_eq!(response.status(), 200);
            names.push(site.name.clone());
        }
    }
    names
}

/// The sites that a request from this client reached. The others saw a handshake
/// that failed, and nothing of the request.
async fn reached(
    client: impl FnOnce(&MockWeb) -> reqwest::Result<Client>,
) -> Vec<String> {
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(private_ca::sites()));
    let client = client(&web).expect("a client");
    let names = answer(&client, &sites).await;
    let failed = sites.len() - names.len();
    web.wait_until(|record| record.failed_handshakes() == failed).await;
    let record = web.record();
    let seen = record.exchanges().map(|exchange| exchange.site.clone());
    assert!(seen.eq(names.clone()));
    names
}

#[tokio::test]
async fn the_authority_of_a_company_is_trusted_only_if_you_say_so() {
    let wrong = reached(|_| private_ca::default_roots()).await;
    assert_eq!(wrong, [""; 0]);
    let right = |web: &MockWeb| private_ca::private_ca(web.ca_pem().as_bytes());
    assert_eq!(reached(right).await, ["good"]);
}

#[tokio::test]
async fn an_authority_can_be_trusted_besides_those_of_the_system() {
    let merge = |web: &MockWeb| {
        let ca = Certificate::from_der(web.ca_der())?;
        Client::builder().tls_certs_merge([ca]).build()
    };
    assert_eq!(reached(merge).await, ["good"]);
}

#[tokio::test]
async fn a_client_that_accepts_invalid_certificates_sends_to_anyone() {
    let all = private_ca::CASES.map(Tls::name);
    assert_eq!(reached(|_| private_ca::anyone()).await, all);
}

/// A web with a site for each case, and a client that trusts its authority.
fn every_case() -> (MockWeb, Vec<Site>, Watchdog, Client) {
    let sites = MockWeb::builder().sites(certificate_faults::sites());
    let (web, sites, watchdog) = start(sites);
    let ca = web.ca_pem();
    let client = certificate_faults::client(ca.as_bytes(), PATIENT);
    (web, sites, watchdog, client.expect("a client"))
}

#[tokio::test]
async fn all_faults_of_tls_look_the_same_except_for_their_causes() {
    let (web, sites, _watchdog, client) = every_case();
    let (mut printed, mut causes) = (BTreeSet::new(), BTreeSet::new());
    for site in &sites {
        // This one would take as long as the client's limit.
        if site.name == Tls::HandshakeHang.name() {
            continue;
        }
        match client.get(&site.url).send().await {
            Ok(_) => assert_eq!(site.name, Tls::Good.name()),
            Err(error) => {
                assert!(error.is_connect());
                let url = format!(" for url ({})", site.url);
                let words = certificate_faults::as_printed(&error);
                printed.insert(words.replace(&url, ""));
                let words = certificate_faults::all_causes(error);
                let connect = "error sending request: client error (Connect): ";
                let cause = words.strip_prefix(connect).expect("it says where");
                causes.insert(cause.to_owned());
            }
        }
    }
    assert_eq!(printed, BTreeSet::from(["error sending request".into()]));
    // An unknown issuer is the cause of two of the nine.
    assert_eq!(causes.len(), 7, "{causes:?}");
    assert!(causes.contains("invalid peer certificate: UnknownIssuer"));
    assert_eq!(web.record().exchanges().len(), 1);
}

#[tokio::test]
async fn a_handshake_that_hangs_ends_with_the_timeout_for_a_connection() {
    let (web, _, _watchdog, _) = every_case();
    let ca = web.ca_pem();
    let client = certificate_faults::client(ca.as_bytes(), IMPATIENT);
    let url = web.url(Tls::HandshakeHang.name());
    let request = client.expect("a client").get(url);
    let error = request.send().await.expect_err("nothing comes");
    assert!(error.is_timeout() && error.is_connect());
    let error = anyhow::Error::from(error);
    assert_eq!(error.root_cause().to_string(), "operation timed out");
    web.wait_until(|record| record.failed_handshakes() == 1).await;
}

/// On Linux, this variable names a file that takes the place of the system's list.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_authority_in_the_list_of_the_system_needs_no_code() {
    use std::fs;
    use std::path::Path;

    use tokio::task::spawn_blocking;

    use crate::support::default_client;

    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(private_ca::sites()));
    let ca = tempfile::NamedTempFile::new().expect("a file");
    fs::write(ca.path(), web.ca_pem()).expect("it's written");
    let url = sites[0].url.clone();
    let requests = async |list: &Path| {
        let (list, url) = (list.to_owned(), url.clone());
        let output = spawn_blocking(move || {
            let mut client = default_client(&url);
            client.env("SSL_CERT_FILE", list);
            client.env_remove("SSL_CERT_DIR").output()
        });
        output.await.expect("it doesn't panic").expect("the process starts");
        web.record().exchanges().len()
    };
    let (different, _, _watchdog) = start(MockWeb::builder());
    let other = tempfile::NamedTempFile::new().expect("a file");
    fs::write(other.path(), different.ca_pem()).expect("it's written");
    assert_eq!(requests(other.path()).await, 0);
    assert_eq!(requests(ca.path()).await, 1);
}

/// A proxy that answers a `CONNECT` with a connection to this address, whatever
/// the client has asked for. It returns its URL.
async fn inspector(address: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let address = address.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(client.read_u8().await?);
                }
                let mut site = TcpStream::connect(address).await?;
                client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
                copy_bidirectional(&mut client, &mut site).await
            });
        }
    });
    format!("http://{url}")
}

/// The company's proxy pretends to be the bank, with a certificate from the
/// company's authority.
#[tokio::test]
async fn a_proxy_with_a_trusted_authority_reads_what_goes_over_https() {
    let bank = mock_server::Site::new("bank.example").https(Tls::Good);
    let (company, sites, _watchdog) =
        start(MockWeb::builder().sites([bank.endpoints()]));
    let address = sites[0].url.trim_start_matches("https://");
    let proxy = inspector(address.trim_end_matches('/').to_owned()).await;
    let proxy = || Proxy::all(&proxy).expect("a URL");
    let ca = Certificate::from_der(company.ca_der()).expect("a CA");
    let trusts = Client::builder().proxy(proxy()).tls_certs_only([ca]);
    let doubts = Client::builder().proxy(proxy());
    let arrived = async |client: ClientBuilder| {
        let client = client.build().expect("a client");
        let request = client.get("https://bank.example/echo");
        headers::arrived(request.bearer_auth("secret")).await
    };
    let error = arrived(doubts).await.expect_err("it's not the bank");
    assert!(lesson_kit::with_causes(&error).ends_with("UnknownIssuer"));
    assert_eq!(company.record().exchanges().len(), 0);
    let read = arrived(trusts).await.expect("an echo");
    let token = ("authorization".to_owned(), "Bearer secret".to_owned());
    assert!(read.contains(&token), "{read:?}");
}

#[tokio::test]
async fn a_proxy_sees_only_host_and_port_of_a_request_over_https() {
    let (web, sites, _watchdog) =
        start(MockWeb::builder().sites(proxy_tunnel::sites()));
    let seen = proxy_tunnel::seen(&web, proxy_tunnel::proxy_for_all).await;
    let seen = seen.expect("both pages come");
    let [plain, tunnel] = seen.as_slice() else { panic!("{seen:?}") };
    assert!(plain.starts_with(&format!("GET {} HTTP/1.1\r\n", sites[0].url)));
    assert!(plain.contains("secret"));
    let url = &sites[1].url;
    let address = url.trim_start_matches("https://").trim_end_matches('/');
    let request = format!("CONNECT {address} HTTP/1.1\r\n");
    assert!(tunnel.starts_with(&request), "{tunnel}");
    assert!(!tunnel.contains("secret"), "{tunnel}");
    assert_eq!(web.record().exchanges().len(), 2);
}

#[tokio::test]
async fn a_proxy_for_http_is_not_used_for_https() {
    let (web, _, _watchdog) =
        start(MockWeb::builder().sites(proxy_tunnel::sites()));
    let seen = proxy_tunnel::seen(&web, proxy_tunnel::http_proxy).await;
    let seen = seen.expect("both pages come");
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert!(seen[0].starts_with("GET http://"), "{seen:?}");
    assert_eq!(web.record().exchanges().len(), 2);
}
