//! When and with which method a request is repeated, where redirects lead, and
//! which host gets the password.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use lesson10::frontier::InMemory;
use lesson10::{LinkError, Options, SkipReason};
use mock_server::{Fault, Record, RetryAfter, Site, StatusCode};
use url::Url;
use wiremock::matchers::{basic_auth, header, header_exists, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::raw::{RawServer, ok};
use crate::support::{
    HOME, TIMEOUT, broken, broken_links, home, html, lost, page, paths,
    printed, redirect, respond, run, run_with, start, url,
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
async fn a_status_that_may_be_gone_soon_is_no_broken_link() {
    let codes = [408, 425, 429, 502, 503, 504];
    let paths = codes.map(|code| format!("/{code}"));
    let links = paths.each_ref().map(String::as_str);
    let mut site = home(&links);
    for code in codes {
        let with: Fault = format!("status?code={code}").parse().expect("one");
        let with = Box::new(with);
        let fault = Fault::FailFirst { count: 1, with, key: String::new() };
        site = site.also_failing(&format!("/{code}"), "", fault);
    }
    let (web, options, _watchdog) = start(vec![site]);
    let report = run(&options).await;
    assert_eq!(report.broken.len(), 0, "{:?}", report.broken);
    let requests = web.record().requests(HOME);
    assert_eq!(requests, 2 + 2 * codes.len());
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

/// The methods of all requests to a site, in order.
fn methods<'a>(record: &'a Record, site: &str) -> Vec<&'a str> {
    let exchanges = record.exchanges();
    let of_site = exchanges.filter(|exchange| exchange.site == site);
    of_site.map(|exchange| exchange.method.as_str()).collect()
}

#[tokio::test]
async fn a_host_that_is_down_gets_no_more_requests_because_of_head() {
    let kinds = [
        ("missing.example", "status?code=404", "HEAD GET"),
        ("failing.example", "status?code=500", "HEAD GET"),
        ("down.example", "status?code=503", "HEAD GET GET GET"),
        ("silent.example", "hang", "HEAD GET GET"),
        ("empty.example", "empty", "HEAD GET GET GET"),
        ("garbage.example", "garbage", "HEAD GET"),
        ("later.example", "status?code=503&retry-after=86400", "HEAD"),
        ("busy.example", "status?code=429&retry-after=86400", "HEAD"),
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
    for (name, _, expected) in kinds {
        let expected: Vec<_> = expected.split(' ').collect();
        assert_eq!(methods(&record, name), expected, "{name}");
    }
}

#[tokio::test]
async fn get_decides_wherever_head_fails() {
    let statuses = [400, 401, 403, 404, 405, 410, 429, 500, 501, 502, 503];
    let names = statuses.map(|status| format!("{status}.example"));
    let links = names.each_ref().map(|name| format!("http://{name}/"));
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let sites = names.each_ref().map(|name| Site::new(name));
    let sites = [home(&links)].into_iter().chain(sites).collect();
    let (web, options, _watchdog) = start(sites);
    for (status, name) in statuses.into_iter().zip(&names) {
        let request = Mock::given(header("host", name.as_str()));
        let refused = ResponseTemplate::new(status);
        request
            .and(method("HEAD"))
            .respond_with(refused)
            .mount(web.wiremock())
            .await;
    }
    let report = run(&options).await;
    assert_eq!(report.broken.len(), 0, "{:?}", report.broken);
    let record = web.record();
    for name in &names {
        assert_eq!(methods(&record, name), ["HEAD", "GET"], "{name}");
    }
}

#[tokio::test]
async fn get_decides_if_head_gets_no_response_or_no_http() {
    for garbage in [None, Some(b"no HTTP\r\n\r\n")] {
        let server = RawServer::start(move |request, _| {
            if request.starts_with("GET ") {
                return Some(ok("<p>there"));
            }
            garbage.map(|garbage| garbage.to_vec())
        });
        let server = server.await;
        let (_web, options, _watchdog) =
            start(vec![home(&[server.url.as_str()])]);
        let report = run(&options).await;
        assert_eq!(report.broken.len(), 0, "{:?}", report.broken);
        assert_eq!(server.requests(), ["HEAD /", "GET /"]);
    }
}

#[tokio::test]
async fn a_body_that_comes_late_after_a_head_is_not_the_next_response() {
    let server = RawServer::start(move |_, count| {
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
        // The body of the response before this one.
        let late = if count > 0 { b"late body".as_slice() } else { b"" };
        Some([late, head].concat())
    });
    let server = server.await;
    let links = ["1", "2", "3"];
    let links = links.map(|path| server.url.join(path).expect("it is a URL"));
    let links = links.each_ref().map(Url::as_str);
    let (_web, options, _watchdog) = start(vec![home(&links)]);
    let report = run_with(&options, InMemory::new(100, 1)).await;
    assert_eq!(report.broken.len(), 0, "{:?}", report.broken);
    // Each request had a connection of its own.
    assert_eq!(server.requests(), ["HEAD /1", "HEAD /2", "HEAD /3"]);
}

#[tokio::test]
async fn a_redirect_that_leads_away_from_http_or_to_a_long_url_is_skipped() {
    let links = ["/raw", "/long", "/mail", "/twice", "/bad"];
    let (web, options, _watchdog) = start(vec![home(&links)]);
    let long = format!("/{}", "x".repeat(16_000));
    for (at, to) in [
        ("/raw", "/caf\u{e9}"),
        ("/long", &long),
        ("/mail", "mailto:a@b.example"),
        ("/bad", "http://["),
    ] {
        let moved = ResponseTemplate::new(301);
        let moved = moved.insert_header("location", to.as_bytes());
        respond(&web, at, moved).await;
    }
    let moved = ResponseTemplate::new(301).append_header("location", "/1");
    respond(&web, "/twice", moved.append_header("location", "/2")).await;
    let report = run(&options).await;
    let skipped = [(SkipReason::NotHttp, 1), (SkipReason::LongUrl, 1)];
    assert_eq!(report.skipped, BTreeMap::from(skipped));
    let expected = [
        (
            "/bad",
            "it redirects to something that is no URL: invalid IPv6 address",
        ),
        ("/raw", "the server returned 404 Not Found"),
        ("/twice", "it redirects to more than one URL"),
    ];
    let expected = expected.map(|(path, error)| (url(path), error.to_owned()));
    let mut broken: Vec<_> = broken(&report)
        .into_iter()
        .map(|(link, error)| (link.to_owned(), error))
        .collect();
    broken.sort();
    assert_eq!(broken, expected);
    let raw = report.broken.iter().find(|it| it.link.ends_with("/raw"));
    let to = raw.and_then(|raw| raw.redirected_to.as_ref());
    let to = to.map(ToString::to_string);
    assert_eq!(to.as_deref(), Some("http://home.example/caf%C3%A9"));
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
