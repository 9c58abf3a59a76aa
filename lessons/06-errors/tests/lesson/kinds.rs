//! Which kind each error is, and how it is printed.

use std::collections::BTreeSet;
use std::io;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::Site;
use lesson06::{
    ErrorKind, FetchError, Stage, fetch_all, fetch_page, with_causes,
};
use mock_server::{Fault, MockWeb, Watchdog, catalogue};
use reqwest::dns::{Name, Resolve, Resolving};
use testkit::quick_tutorial;

use crate::examples::{causes, three_kinds};
use crate::webs::{WATCHDOG, client, client_with_timeouts, failing, start};

/// A fault, and which result it is.
type Row = (&'static str, fn(&Result<usize, ErrorKind>) -> bool);

#[rustfmt::skip]
const TABLE: [Row; 33] = [
    ("delay?ms=10", |page| matches!(page, Ok(50_321))),
    ("random-delay?low=1&high=9", |page| matches!(page, Ok(50_321))),
    ("status?code=503", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 503)),
    ("status?code=429", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 429)),
    ("status?code=500", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 500)),
    ("status?code=502", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 502)),
    ("status?code=504", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 504)),
    ("status?code=404", |page| matches!(page, Err(ErrorKind::Status(status, _)) if *status == 404)),
    ("fail-first?n=1&with=truncate", |page| matches!(page, Err(ErrorKind::BrokenBody(0..=1000, _)))),
    ("unstable?rate=1&with=reset", |page| matches!(page, Err(ErrorKind::Lost(_)))),
    ("redirect?hops=2", |page| matches!(page, Ok(50_321))),
    ("redirect-loop", |page| matches!(page, Err(ErrorKind::Redirects(_)))),
    ("slow-head?pause=1", |page| matches!(page, Ok(50_321))),
    ("refused", |page| matches!(page, Err(ErrorKind::Refused(_)))),
    ("connect-hang", |page| matches!(page, Err(ErrorKind::Timeout(Stage::Connecting, _)))),
    ("empty", |page| matches!(page, Err(ErrorKind::Lost(_)))),
    ("hang", |page| matches!(page, Err(ErrorKind::Timeout(Stage::Waiting, _)))),
    ("reset", |page| matches!(page, Err(ErrorKind::Lost(_)))),
    ("reset?after=1000", |page| matches!(page, Err(ErrorKind::BrokenBody(0..=1000, _)))),
    ("truncate", |page| matches!(page, Err(ErrorKind::BrokenBody(0..=1000, _)))),
    ("dribble?chunk=20000&pause=5", |page| matches!(page, Ok(50_321))),
    ("stall", |page| matches!(page, Err(ErrorKind::Timeout(Stage::Reading, _)))),
    ("bad-chunk", |page| matches!(page, Err(ErrorKind::BrokenBody(..)))),
    ("garbage", |page| matches!(page, Err(ErrorKind::Malformed(_)))),
    ("slow-close?delay=5", |page| matches!(page, Ok(50_321))),
    ("idle-close", |page| matches!(page, Ok(50_321))),
    ("close-on-reuse", |page| matches!(page, Ok(50_321))),
    ("gzip-bomb?size=2", |page| matches!(page, Ok(1_998))),
    ("charset", |page| page.is_ok()),
    ("type?as=none", |page| matches!(page, Ok(50_321))),
    ("title?as=huge", |page| matches!(page, Err(ErrorKind::TooLarge(1_000_000)))),
    ("endless?chunk=100000&pause=0", |page| matches!(page, Err(ErrorKind::TooLarge(1_000_000)))),
    ("endless", |page| matches!(page, Err(ErrorKind::Timeout(Stage::Reading, _)))),
];

/// The faults of the table that would fail again the next time.
const PERMANENT: [&str; 6] = [
    "status?code=404",
    "status?code=500",
    "redirect-loop",
    "garbage",
    "title",
    "endless?chunk=100000",
];

#[tokio::test]
async fn every_fault_is_the_right_variant_and_leaves_the_other_sites_alone() {
    // Concurrently, because some wait for a timeout.
    join_all(TABLE.iter().map(check)).await;
}

async fn check((fault, is_right): &Row) {
    let fault_of_python: Fault = fault.parse().expect("it is a fault");
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", fault_of_python));
    let [first, second, third] = &sites[..] else { panic!("three sites") };
    let stages = [Stage::Connecting, Stage::Waiting, Stage::Reading];
    let has_timeout = stages.into_iter().any(|stage| {
        is_right(&Err(ErrorKind::Timeout(stage, "a timeout".into())))
    });
    let patient = client();
    let client = if has_timeout { client_with_timeouts() } else { client() };

    let (first, second, third) = tokio::join!(
        fetch_page(&patient, first),
        fetch_page(&client, second),
        fetch_page(&patient, third)
    );

    assert!(matches!(first, Ok(15_000)), "{fault}: {first:?}");
    assert!(matches!(third, Ok(45_000)), "{fault}: {third:?}");
    if let Err(error) = &second {
        let words = with_causes(error);
        assert!(words.starts_with("cannot fetch python.org: "), "{words}");
        assert!(!words.contains("127.0.0.1"), "{words}");
    }
    let second = second.map_err(|error| error.kind);
    assert!(is_right(&second), "{fault}: {second:?}");
    if let Err(kind) = &second {
        let is_permanent = PERMANENT.iter().any(|name| fault.starts_with(name));
        assert_eq!(kind.is_temporary(), !is_permanent, "{fault}");
    }
}

fn name_of(row: &Row) -> &'static str {
    name_in(row.0)
}

fn name_in(fault: &'static str) -> &'static str {
    fault.split('?').next().unwrap_or_default()
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    let tried: BTreeSet<_> = TABLE.iter().map(name_of).collect();
    assert_eq!(tried, catalogue().map(|kind| kind.name).collect());
}

#[tokio::test]
async fn the_example_on_causes_has_every_fault_that_makes_an_error() {
    let web = MockWeb::builder().sites(causes::FAULTS.map(|fault| {
        let parsed: Fault = fault.parse().expect("it is a fault");
        let page = mock_server::page("A page", 15_000, 2_000);
        mock_server::Site::new(fault).page(page).fault(parsed)
    }));
    let (_web, sites, _watchdog) = start(web);
    let pages = fetch_all(&client_with_timeouts(), &sites).await;
    for (site, page) in sites.iter().zip(&pages) {
        assert!(page.is_err(), "{}: {page:?}", site.name);
    }

    // Those that fail now and then do so as the others do.
    let chance = ["fail-first", "unstable"];
    let fails = |row: &&Row| !row.1(&Ok(50_321)) && !row.0.contains("bomb");
    let failing = TABLE.iter().filter(fails).map(name_of);
    let failing: BTreeSet<_> =
        failing.filter(|name| !chance.contains(name)).collect();
    let listed = causes::FAULTS.iter().map(|fault| name_in(fault));
    let mut listed: BTreeSet<_> = listed.collect();
    // It makes an error here because this table wants a page of 1 MB.
    listed.insert("title");
    assert_eq!(failing, listed);

    let words = |name: &str| {
        let at = sites.iter().position(|site| site.name == name);
        let error = pages[at.expect("it is listed")].as_ref();
        causes::first_and_last(error.expect_err("all fail"))
    };
    let (refused, hang) = (words("refused"), words("hang"));
    assert_eq!(refused.0, hang.0, "reqwest says the same about both");
    assert_ne!(refused.1, hang.1, "and the last cause doesn't");
}

#[tokio::test]
async fn an_error_alone_hides_what_its_causes_tell_apart() {
    let web = MockWeb::builder().sites(three_kinds::FAULTS.map(|fault| {
        let parsed: Fault = fault.parse().expect("it is a fault");
        mock_server::Site::new(fault).fault(parsed)
    }));
    let (_web, sites, _watchdog) = start(web);
    let client = client_with_timeouts();
    let sizes = join_all(
        sites.iter().map(|site| three_kinds::page_size(&client, &site.url)),
    );
    let errors: Vec<_> =
        sizes.await.into_iter().filter_map(Result::err).collect();
    let [refused, garbage, hang, missing] = &errors[..] else {
        panic!("{errors:?}");
    };
    assert_eq!(refused.to_string(), garbage.to_string());
    assert_ne!(with_causes(refused), with_causes(garbage));
    assert!(matches!(hang, three_kinds::ErrorKind::Timeout(_)), "{hang:?}");
    let is_404 = matches!(missing, three_kinds::ErrorKind::Status(status) if *status == 404);
    assert!(is_404, "{missing:?}");
}

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
    let (first, last) = (links.first(), links.last());
    assert_eq!(first, Some(&"cannot fetch invalid-site.example"));
    assert!(last.is_some_and(|last| last.contains("refused")), "{words}");
    assert!(links.contains(&"the connection was refused"), "{words}");
    assert!(links.contains(&"error sending request"), "{words}");
    assert_eq!(lesson_kit::with_causes(&error), words);
    assert_eq!(format!("{:#}", anyhow::Error::from(error)), words);
}

#[test]
fn the_program_reports_the_simulated_error_and_sends_no_request_for_it() {
    let _watchdog = Watchdog::start(WATCHDOG, || vec!["lesson06".to_owned()]);
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
