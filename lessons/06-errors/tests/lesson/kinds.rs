//! Errors that need no fault of the mock web, timeouts, and how an error is
//! printed.

use std::error::Error;
use std::io;
use std::iter::successors;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use lesson_kit::Site;
use lesson06::{
    ErrorKind, FetchError, Stage, fetch_all, fetch_page, with_causes,
};
use reqwest::dns::{Name, Resolve, Resolving};
use testkit::watchdog;

use crate::support::{client, failing};

/// A resolver that can't be reached, as on a machine that has lost its network.
struct Unreachable;

impl Resolve for Unreachable {
    fn resolve(&self, _: Name) -> Resolving {
        let words = "failed to lookup address information: Temporary failure in name resolution";
        Box::pin(async move { Err(io::Error::other(words).into()) })
    }
}

#[tokio::test]
async fn a_failed_lookup_is_temporary_because_it_may_be_the_resolver_that_failed()
 {
    let site = Site {
        name: "python.org".to_owned(),
        url: "http://python.org/".to_owned(),
    };
    let client = reqwest::Client::builder()
        .no_proxy()
        .dns_resolver(Arc::new(Unreachable))
        .build()
        .expect("a client");
    let error = fetch_page(&client, &site).await.expect_err("no resolver");
    let words = with_causes(&error);
    assert!(words.ends_with("Temporary failure in name resolution"), "{words}");
    assert!(matches!(error.kind, ErrorKind::NameLookup(_)), "{error:?}");
    assert!(error.kind.is_temporary());
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_the_same_kind_of_error() {
    let nowhere = Site {
        name: "nowhere".to_owned(),
        url: "http://nowhere.invalid/".to_owned(),
    };
    let page = fetch_page(&client(), &nowhere).await;
    let kind = page.expect_err("there is no such host").kind;
    // Without a network a resolver may time out instead.
    let is_right = matches!(
        kind,
        ErrorKind::NameLookup(_) | ErrorKind::Timeout(Stage::Connecting, _)
    );
    assert!(is_right, "{kind:?}");
    assert!(kind.is_temporary());
}

#[tokio::test]
async fn a_url_that_cannot_be_fetched_makes_no_request() {
    for url in ["not a url", "ftp://python.org/"] {
        let site = Site { name: "none".to_owned(), url: url.to_owned() };
        let page = fetch_page(&client(), &site).await;
        let kind = page.expect_err("it cannot be fetched").kind;
        assert!(matches!(kind, ErrorKind::Request(_)), "{url}: {kind:?}");
        assert!(!kind.is_temporary());
    }
}

#[cfg(not(feature = "live"))]
#[tokio::test]
async fn a_redirect_to_https_cannot_be_followed_without_tls() {
    use testkit::{quick_tutorial, start};
    use wiremock::{Mock, ResponseTemplate, matchers};

    let (web, sites, _watchdog) = start(quick_tutorial());
    let to_https = ResponseTemplate::new(302)
        .insert_header("location", "https://127.0.0.1:9/");
    let mock = Mock::given(matchers::any()).respond_with(to_https);
    mock.mount(web.wiremock()).await;
    let page = fetch_page(&client(), &sites[0]).await;
    let error = page.expect_err("this build has no TLS");
    let words = with_causes(&error);
    assert!(words.ends_with("scheme is not http"), "{words}");
    assert!(matches!(error.kind, ErrorKind::Request(_)), "{error:?}");
    assert!(!error.kind.is_temporary());
}

#[tokio::test]
async fn the_client_of_the_lesson_has_a_timeout_for_connecting_and_one_in_total()
 {
    let (_web, sites, _watchdog) =
        failing(&["unreachable-site.example", "silent-site.example"]);
    let client = lesson06::client().expect("a client");
    let pages = fetch_all(&client, &sites).await;
    let stages = pages.iter().map(|page| match page {
        Err(FetchError { kind: ErrorKind::Timeout(stage, _), .. }) => {
            Some(*stage)
        }
        _ => None,
    });
    let stages: Vec<_> = stages.collect();
    assert_eq!(stages, [Some(Stage::Connecting), Some(Stage::Waiting)]);
}

#[tokio::test]
async fn a_total_timeout_that_expires_while_connecting_is_a_wait_for_a_response()
 {
    let (_web, sites, _watchdog) = failing(&["unreachable-site.example"]);
    let client = reqwest::Client::builder().timeout(Duration::from_secs(1));
    let client = client.build().expect("a client");
    let page = fetch_page(&client, &sites[0]).await;
    let kind = page.expect_err("it never connects").kind;
    assert!(matches!(kind, ErrorKind::Timeout(Stage::Waiting, _)), "{kind:?}");
}

#[tokio::test]
async fn an_error_is_printed_with_all_its_causes_as_anyhow_does_with_a_hash() {
    let (_web, sites, _watchdog) = failing(&["invalid-site.example"]);
    let page = fetch_page(&client(), &sites[0]).await;
    let error = page.expect_err("it refuses");
    let words = with_causes(&error);
    let links: Vec<_> = words.split(": ").collect();
    assert_eq!(links[0], "cannot fetch invalid-site.example");
    assert!(links.contains(&"the connection was refused"), "{words}");
    assert!(links.contains(&"error sending request"), "{words}");
    // The last words are the system's.
    let links = successors(Some(&error as &dyn Error), |&link| link.source());
    let last: Option<&io::Error> =
        links.last().and_then(|last| last.downcast_ref());
    let last = last.expect("the system's error");
    assert_eq!(last.kind(), io::ErrorKind::ConnectionRefused);
    assert!(words.ends_with(&format!(": {last}")), "{words}");
    assert_eq!(lesson_kit::with_causes(&error), words);
    assert_eq!(format!("{:#}", anyhow::Error::from(error)), words);
}

#[test]
fn the_program_reports_the_simulated_error_and_sends_no_request_for_it() {
    let _watchdog = watchdog();
    let program = Command::new(env!("CARGO_BIN_EXE_lesson06")).output();
    let output = program.expect("the lesson starts");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8_lossy(&output.stdout);
    for line in [
        "Fetching python.org",
        "Error: cannot fetch python.org: simulated error",
        "python.org: no request arrived",
    ] {
        assert!(printed.lines().any(|printed| printed == line), "{printed}");
    }
}
