//! When and with which method a request is repeated, where redirects lead, and
//! which host gets the password.

use std::collections::BTreeSet;
use std::time::Duration;

use lesson10::{LinkError, Options, SkipReason};
use mock_server::{Fault, RetryAfter, Site, StatusCode};
use url::Url;
use wiremock::matchers::{basic_auth, header, header_exists, path};
use wiremock::{Mock, ResponseTemplate};

use crate::support::{
    HOME, TIMEOUT, broken_links, home, html, lost, page, paths, printed,
    redirect, respond, run, start,
};

#[tokio::test]
async fn a_host_gets_the_time_it_asks_for_unless_it_asks_for_too_much() {
    let fault = |seconds: u64| {
        let with = Box::new(Fault::Status {
            code: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: Some(RetryAfter::Seconds(seconds)),
        });
        Fault::FailFirst { count: 1, with, key: String::new() }
    };
    let (web, options, _watchdog) = start(vec![
        Site::new("home.example")
            .page(page(&["http://busy.example/", "http://closed.example/"])),
        Site::new("busy.example").fault(fault(1)),
        Site::new("closed.example").fault(fault(86_400)),
    ]);
    let report = run(&options).await;
    let error = "the server returned 503 Service Unavailable".to_owned();
    let home = "http://home.example/".to_owned();
    let closed = (home, "http://closed.example/".to_owned(), error);
    assert_eq!(broken_links(&report), BTreeSet::from([closed]));
    let record = web.record();
    assert_eq!(record.requests("closed.example"), 1);
    let busy =
        record.exchanges().filter(|exchange| exchange.site == "busy.example");
    let arrived: Vec<_> = busy.map(|exchange| exchange.request_head).collect();
    let [first, second] = arrived[..] else { panic!("two tries") };
    // Nothing can make the pause shorter, and the backoff alone would take a
    // tenth of it. (A date or a clock may round a little.)
    assert!(second - first > Duration::from_millis(990));
}

#[tokio::test]
async fn the_site_itself_gets_the_time_it_asks_for() {
    let with = Box::new(Fault::Status {
        code: StatusCode::SERVICE_UNAVAILABLE,
        retry_after: Some(RetryAfter::Seconds(1)),
    });
    let fault = Fault::FailFirst { count: 1, with, key: String::new() };
    let home = Site::new("home.example").page(page(&["/busy"]));
    let home = home.also_failing("/busy", page(&["/lost"]), fault);
    let (web, options, _watchdog) = start(vec![home]);
    let report = run(&options).await;
    assert_eq!(broken_links(&report), BTreeSet::from([lost("/busy", "/lost")]));
    let record = web.record();
    let busy = record.exchanges().filter(|exchange| exchange.path == "/busy");
    let arrived: Vec<_> = busy.map(|exchange| exchange.request_head).collect();
    let [first, second] = arrived[..] else { panic!("two tries") };
    assert!(second - first > Duration::from_millis(990));
}

#[tokio::test]
async fn a_fragment_of_a_redirect_replaces_that_of_the_link() {
    let there = "<p id=\"here\">".to_owned();
    let home = Site::new("home.example")
        .page(page(&["/well#lost", "/worn#here", "/plain#here"]))
        .also("/there", "text/html", there);
    let (web, options, _watchdog) = start(vec![home]);
    redirect(&web, 301, "/well", "/there#here").await;
    redirect(&web, 301, "/worn", "/there#lost").await;
    redirect(&web, 301, "/plain", "/there").await;
    let report = run(&options).await;
    let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
    assert_eq!(broken.link, "http://home.example/worn#here");
    assert!(
        matches!(&broken.error, LinkError::MissingAnchor(name) if name == "lost")
    );
}

#[tokio::test]
async fn get_follows_only_where_head_is_refused() {
    let kinds = [
        ("down.example", "status?code=503", "HEAD"),
        ("silent.example", "hang", "HEAD"),
        ("empty.example", "empty", "HEAD"),
        ("garbage.example", "garbage", "HEAD"),
        ("missing.example", "status?code=404", "HEAD GET"),
    ];
    let links = kinds.each_ref().map(|kind| format!("http://{}/", kind.0));
    let links = links.each_ref().map(String::as_str);
    let failing = kinds.map(|(name, fault, _)| {
        Site::new(name).fault(fault.parse().expect("it is a fault"))
    });
    let sites = [home(&links)].into_iter().chain(failing).collect();
    let (web, options, _watchdog) = start(sites);
    let options = Options { timeout: Duration::from_secs(2), ..options };
    let report = run(&options).await;
    assert_eq!(report.broken.len(), kinds.len());
    let record = web.record();
    for (name, _, methods) in kinds {
        let exchanges = record.exchanges();
        let sent: BTreeSet<_> = exchanges
            .filter(|exchange| exchange.site == name)
            .map(|exchange| exchange.method.as_str())
            .collect();
        assert_eq!(sent, methods.split(' ').collect(), "{name}");
    }
}

#[tokio::test]
async fn a_redirect_may_be_utf_8_and_its_length_is_limited() {
    let (web, options, _watchdog) = start(vec![home(&["/raw", "/long"])]);
    let long = format!("/{}", "x".repeat(16_000));
    for (at, to) in [("/raw", "/caf\u{e9}"), ("/long", &long)] {
        let moved = ResponseTemplate::new(301);
        let moved = moved.insert_header("location", to.as_bytes());
        respond(&web, at, moved).await;
    }
    let report = run(&options).await;
    let [long, raw] = report.broken.as_slice() else { panic!("{report:?}") };
    let to = raw.redirected_to.as_ref().map(Url::as_str);
    assert_eq!(to, Some("http://home.example/caf%C3%A9"));
    assert_eq!(long.redirected_to, None);
    assert_eq!(
        long.error.to_string(),
        "the server returned 301 Moved Permanently"
    );
}

#[tokio::test]
async fn only_the_site_gets_the_password_and_no_report_shows_it() {
    let links = [
        "/lost",
        "/private",
        "http://other.example/",
        "http://you:hidden@other.example/you",
    ];
    let robots = "User-agent: *\nDisallow: /private";
    let other = Site::new("other.example");
    let other = other.also("/robots.txt", "text/plain", robots);
    let other = other.also("/you", "text/plain", "");
    let (web, options, _watchdog) = start(vec![Site::new(HOME), other]);
    let to = "http://other.example/robots.txt";
    let moved = ResponseTemplate::new(302).insert_header("location", to);
    for (at, response) in [("/robots.txt", moved), ("/", html(&page(&links)))] {
        let mine = Mock::given(header("host", HOME)).and(path(at));
        let mine = mine.and(basic_auth("m\u{e9}", "s@cret"));
        mine.respond_with(response)
            .with_priority(1)
            .mount(web.wiremock())
            .await;
    }
    // The other host must not get a password.
    let other = Mock::given(header("host", "other.example"));
    let other = other.and(header_exists("authorization"));
    let other = other.respond_with(ResponseTemplate::new(503));
    other.with_priority(1).mount(web.wiremock()).await;
    let at_home = Mock::given(header("host", HOME));
    let at_home = at_home.respond_with(ResponseTemplate::new(404));
    at_home.with_priority(2).mount(web.wiremock()).await;
    let start = Url::parse("http://m%C3%A9:s%40cret@home.example/");
    let new = Options::new(start.expect("it is a URL"), TIMEOUT);
    let options = Options { hosts: options.hosts, ..new };

    let report = run(&options).await;

    assert_eq!(paths(&report), ["/lost"]);
    assert_eq!((report.fine, report.broken.len()), (3, 1));
    assert_eq!(report.skipped.get(&SkipReason::Robots), Some(&1));
    let printed = printed(&report);
    for secret in ["s%40cret", "s@cret", "@home", "@other"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
