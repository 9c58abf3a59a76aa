//! What the checker reports, compared with what's really broken, and with what
//! the server saw.

use std::collections::BTreeSet;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lesson10::frontier::{Added, Frontier, InMemory};
use lesson10::mock_site::{ExpectedLink, HOST, MockSite, options};
use lesson10::progress::Progress;
use lesson10::reporter::{Broken, Report};
use lesson10::{CheckError, Job, LinkError, Options, SkipReason, check};
use mock_server::{Fault, MockWeb, RetryAfter, Site, Watchdog, catalogue};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;
use wiremock::matchers::{header, path_regex};
use wiremock::{Mock, Request, ResponseTemplate};

#[path = "../examples/circle.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod circle;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(120);
/// Longer than a busy machine needs for a response.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long a gate waits if it should open.
const PATIENT: Duration = Duration::from_secs(30);
/// How long a gate waits if it should fail.
const IMPATIENT: Duration = Duration::from_millis(300);
const NOT_FOUND: &str = "the server returned 404 Not Found";

async fn run(options: &Options) -> Report {
    run_with(options, InMemory::new(1_000, 4)).await
}

async fn run_with(options: &Options, frontier: impl Frontier) -> Report {
    let stop = CancellationToken::new();
    let progress = Progress::hidden();
    let checked = check(options, frontier, &progress, &stop).await;
    checked.expect("the frontier does not fail")
}

/// The broken links of a report, in the form of the expected ones.
fn broken_links(report: &Report) -> BTreeSet<ExpectedLink> {
    let mut links = BTreeSet::new();
    for broken in &report.broken {
        for occurrence in &broken.occurrences {
            let page = occurrence.page.as_ref().map(|page| page.to_string());
            let page = page.unwrap_or_default();
            let error = broken.error.to_string();
            links.insert((page, broken.link.clone(), error));
        }
    }
    links
}

/// A page with these links.
fn page(links: &[&str]) -> String {
    let links = links.iter().map(|to| format!("<a href=\"{to}\">{to}</a>\n"));
    format!("<!doctype html><title>A page</title>{}", links.collect::<String>())
}

/// Starts these sites. The first one is checked.
fn start(sites: Vec<Site>) -> (MockWeb, Options, Watchdog) {
    let host = sites[0].name.clone();
    let web = MockWeb::builder().sites(sites).start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let options = options(&web, &host, TIMEOUT).expect("it has addresses");
    (web, options, watchdog)
}

async fn library() -> (MockSite, Options, Watchdog) {
    let site = MockSite::start().await.expect("it starts");
    let watchdog = site.web.watchdog(WATCHDOG);
    let options = site.options(TIMEOUT).expect("it has addresses");
    (site, Options { occurrences: usize::MAX, ..options }, watchdog)
}

#[tokio::test]
async fn every_broken_link_is_found_and_none_is_invented() {
    let (site, options, _watchdog) = library().await;

    let report = run(&options).await;

    assert_eq!(broken_links(&report), site.expected);
    assert_eq!(report.status(), 1);
    let robots = report.skipped.get(&SkipReason::Robots);
    assert_eq!((report.skipped.len(), robots), (1, Some(&2)));
    assert_eq!(report.non_http, 3, "mailto:, tel: and javascript:");
    let incomplete: Vec<_> = report.incomplete.values().copied().collect();
    assert_eq!(
        incomplete.len(),
        2,
        "the bomb, the endless page: {incomplete:?}"
    );
    let counts: usize = report.broken.iter().map(|broken| broken.count).sum();
    assert_eq!(counts, site.expected.len(), "each occurs once on a page");
    assert!(report.visited > 200);
}

#[tokio::test]
async fn every_url_of_the_site_is_requested_once_and_disallowed_ones_never() {
    let (site, options, _watchdog) = library().await;
    run(&options).await;
    let record = site.web.record();
    let requests = |path: &str| {
        let exchanges = record.exchanges();
        exchanges.filter(|exchange| exchange.path == path).count()
    };
    assert_eq!(requests("/newsletter"), 1, "150 books link to it");
    assert_eq!(requests("/worn/2-fail-first"), 3, "two of them are reset");
    let of_site = record.exchanges().filter(|exchange| exchange.site == HOST);
    // Some pages with faults are requested again.
    let paths = of_site.map(|exchange| exchange.path.as_str());
    let paths: Vec<_> =
        paths.filter(|path| !path.starts_with("/worn/")).collect();
    let different: BTreeSet<_> = paths.iter().collect();
    assert_eq!(different.len(), paths.len(), "{paths:?}");
    assert!(paths.contains(&"/robots.txt"));
    assert!(!paths.iter().any(|path| path.starts_with("/private/")));
    // HEAD is enough where it succeeds.
    let requests_to = |site: &str| {
        let exchanges = record.exchanges();
        let mut requests: Vec<_> = exchanges
            .filter(|exchange| exchange.site == site)
            .map(|exchange| format!("{} {}", exchange.method, exchange.path))
            .collect();
        requests.sort();
        requests
    };
    let partner = ["GET /lost", "HEAD /", "HEAD /guide", "HEAD /lost"];
    assert_eq!(requests_to("partner.example"), partner);
    let stern = ["GET /", "GET /lost", "HEAD /", "HEAD /lost"];
    assert_eq!(requests_to("stern.example"), stern);
    assert_eq!(requests_to("moved.example"), ["HEAD /"]);
}

#[tokio::test]
async fn each_fault_is_on_a_page_of_the_library_or_on_a_host() {
    let (site, options, _watchdog) = library().await;
    let report = run(&options).await;
    let record = site.web.record();
    for kind in catalogue() {
        let fault: Fault = kind.example.parse().expect("it is a fault");
        if fault.needs_own_port() {
            // What cannot be connected to is not in the record.
            let error = VERDICTS.iter().find(|row| row.0 == kind.name);
            let error = error.expect("the table has all").1;
            let is_it = |broken: &Broken| {
                !broken.link.contains(HOST) && broken.error.to_string() == error
            };
            assert!(report.broken.iter().any(is_it), "{}", kind.name);
            continue;
        }
        let mut of_it = record.exchanges().filter(|exchange| {
            let path = exchange.path.split('?').next().unwrap_or_default();
            let page = path.trim_start_matches("/worn/");
            page.split_once('-').is_some_and(|(_, name)| name == kind.name)
        });
        assert!(of_it.next().is_some(), "{}", kind.name);
    }
}

/// The error of a link to each fault of the catalogue, and whether the checker
/// searches the page with the fault.
const VERDICTS: [(&str, &str, bool); 26] = [
    ("delay", "", true),
    ("status", "the server returned 503 Service Unavailable", false),
    ("redirect", "", true),
    ("redirect-loop", "redirect loop", false),
    ("slow-head", "", true),
    ("random-delay", "", true),
    ("fail-first", "", true),
    ("unstable", "", true),
    ("refused", "the connection was refused", false),
    ("connect-hang", "the host cannot be reached", false),
    ("empty", "the connection was lost before a response", false),
    ("hang", "timed out", false),
    ("garbage", "the response is not HTTP", false),
    ("slow-close", "", true),
    ("idle-close", "", true),
    ("close-on-reuse", "", true),
    ("reset", "the response was cut off", false),
    ("truncate", "the response was cut off", false),
    ("dribble", "", true),
    ("stall", "", true),
    ("bad-chunk", "the response was cut off", false),
    ("endless", "timed out", false),
    ("gzip-bomb", "", false),
    ("charset", "", true),
    ("type", "", false),
    ("title", "", true),
];

#[tokio::test]
async fn each_fault_on_one_page_is_reported_and_changes_nothing_else() {
    let mut checks = JoinSet::new();
    for kind in catalogue() {
        checks.spawn(check_fault(kind.name, kind.example));
    }
    while let Some(checked) = checks.join_next().await {
        checked.expect("it does as the table says");
    }
}

async fn check_fault(name: &str, example: &str) {
    let row = VERDICTS.iter().find(|row| row.0 == name);
    let (_, error, is_searched) = row.unwrap_or_else(|| panic!("{name}"));
    let fault: Fault = example.parse().expect("it is a fault");
    // What cannot be connected to is a host of its own, and never searched.
    let worn = if fault.needs_own_port() {
        "http://worn.example/"
    } else {
        "http://home.example/worn"
    };
    let padding = " ".repeat(1_500);
    let page_of_worn = page(&["/lost-2"]) + &padding;
    let home = Site::new("home.example")
        .page(page(&[worn, "/lost", "/well"]))
        .also("/well", "text/html", page(&["/", "/lost"]));
    let sites = if fault.needs_own_port() {
        vec![home, Site::new("worn.example").fault(fault)]
    } else {
        vec![home.also_failing("/worn", page_of_worn, fault)]
    };
    let (_web, options, _watchdog) = start(sites);

    let report = run(&options).await;

    let url = |path: &str| format!("http://home.example{path}");
    let lost = |page, path| (url(page), url(path), NOT_FOUND.to_owned());
    let mut expected =
        BTreeSet::from([lost("/", "/lost"), lost("/well", "/lost")]);
    if !error.is_empty() {
        expected.insert((url("/"), worn.to_owned(), (*error).to_owned()));
    }
    if *is_searched {
        let worn = if name == "redirect" { "/worn?hop=3" } else { "/worn" };
        expected.insert(lost(worn, "/lost-2"));
    }
    assert_eq!(broken_links(&report), expected, "{example}");
}

#[test]
fn the_table_of_verdicts_has_every_fault_of_the_catalogue() {
    let tried: BTreeSet<_> = VERDICTS.iter().map(|row| row.0).collect();
    assert_eq!(tried, catalogue().map(|kind| kind.name).collect());
}

/// The report on a site with links to hosts in a second web behind a gate, and
/// how many requests that web had in flight.
async fn at_the_gate(
    gate: (usize, Duration),
    hosts: usize,
    at_once: usize,
    per_host: usize,
) -> (Report, usize) {
    let names: Vec<_> =
        (0..hosts).map(|host| format!("host-{host}.example")).collect();
    let links: Vec<_> = (0..6)
        .flat_map(|page| names.iter().map(move |host| (host, page)))
        .map(|(host, page)| format!("http://{host}/?{page}"))
        .collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let home = Site::new("home.example").page(page(&links));
    let (_home, options_of_home, _watchdog) = start(vec![home]);
    let sites = names.iter().map(|name| Site::new(name));
    let builder = MockWeb::builder().sites(sites).gate(gate.0, gate.1);
    let web = builder.start().expect("the web starts");
    let _watchdog_of_web = web.watchdog(WATCHDOG);
    let outside = options(&web, "home.example", PATIENT).expect("addresses");
    let mut hosts = outside.hosts;
    hosts.extend(options_of_home.hosts.clone());
    let options =
        Options { hosts, at_once, timeout: 2 * PATIENT, ..options_of_home };
    let report = run_with(&options, InMemory::new(100, per_host)).await;
    (report, web.record().max_in_flight())
}

#[tokio::test]
async fn as_many_requests_are_in_flight_as_the_limit_allows_and_no_more() {
    let (report, most) = at_the_gate((5, PATIENT), 4, 5, 4).await;
    assert_eq!((broken_links(&report), most), (BTreeSet::new(), 5));
    let (report, most) = at_the_gate((6, IMPATIENT), 4, 5, 4).await;
    assert_eq!(report.broken.len(), 24, "the gate stays shut for all");
    assert_eq!(most, 5);
}

#[tokio::test]
async fn as_many_requests_to_one_host_are_in_flight_as_its_limit_allows_and_no_more()
 {
    let (report, most) = at_the_gate((3, PATIENT), 1, 16, 3).await;
    assert_eq!((broken_links(&report), most), (BTreeSet::new(), 3));
    let (report, most) = at_the_gate((4, IMPATIENT), 1, 16, 3).await;
    assert_eq!(report.broken.len(), 6);
    assert_eq!(most, 3);
}

#[tokio::test]
async fn a_host_that_hangs_does_not_hold_up_the_others() {
    let slow: Vec<_> =
        (0..20).map(|n| format!("http://slow.example/{n}")).collect();
    let quick = (0..20).map(|n| format!("http://quick.example/?{n}"));
    let links: Vec<_> = slow.iter().cloned().chain(quick).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let (web, options, _watchdog) = start(vec![
        Site::new("home.example").page(page(&links)),
        Site::new("slow.example").fault(Fault::Hang),
        Site::new("quick.example"),
    ]);
    // No request times out before the test ends.
    let options = Options { timeout: WATCHDOG, at_once: 6, ..options };
    let stop = CancellationToken::new();
    let progress = Progress::hidden();
    let frontier = InMemory::new(100, 2);
    let checking = check(&options, frontier, &progress, &stop);
    let stopping = async {
        web.wait_until(|record| {
            let quick = record.exchanges().filter(|quick| {
                quick.site == "quick.example" && quick.ended.is_some()
            });
            quick.count() == 20 && record.requests("slow.example") == 2
        })
        .await;
        stop.cancel();
    };

    let (report, ()) = tokio::join!(checking, stopping);

    let report = report.expect("the frontier does not fail");
    assert!(report.interrupted);
    // The start URL, and every quick URL but those that were fetched a moment
    // ago.
    assert!(report.fine > 1, "{report:?}");
    assert_eq!(report.status(), 130);
    web.wait_until(|record| record.in_flight() == 0).await;
    assert_eq!(web.record().client_gone(), 2);
}

#[tokio::test]
async fn more_jobs_than_the_channels_hold_are_no_deadlock() {
    let paths: Vec<_> = (0..200).map(|page| format!("/{page}")).collect();
    let links: Vec<_> = paths.iter().map(String::as_str).collect();
    let mut home = Site::new("home.example").page(page(&links));
    for path in &paths {
        home = home.also(path, "text/html", page(&["/"]));
    }
    let (_web, options, _watchdog) = start(vec![home]);
    let options = Options { at_once: 4, ..options };
    let report = run_with(&options, InMemory::new(1_000, 1_000)).await;
    assert_eq!((report.visited, report.broken.len()), (201, 0));
}

/// A site on which each page has links to this many new ones.
async fn endless(links: usize) -> (MockWeb, Options, Watchdog) {
    let (web, options, watchdog) = start(vec![Site::new("home.example")]);
    Mock::given(header("host", "home.example"))
        .and(path_regex("^/([0-9]+(/[0-9]+)*)?$"))
        .respond_with(move |request: &Request| {
            let path = request.url.path().trim_end_matches('/').to_owned();
            let links = (0..links).map(|link| format!("{path}/{link}"));
            let links: Vec<_> = links.collect();
            let links: Vec<_> = links.iter().map(String::as_str).collect();
            ResponseTemplate::new(200).set_body_raw(page(&links), "text/html")
        })
        .mount(web.wiremock())
        .await;
    (web, options, watchdog)
}

#[tokio::test]
async fn the_check_of_an_endless_site_ends_and_what_was_left_out_is_counted() {
    let (web, options, _watchdog) = endless(10).await;
    let options = Options { depth: usize::MAX, ..options };
    let report = run_with(&options, InMemory::new(100, 4)).await;
    assert_eq!(report.visited, 100);
    assert_eq!(report.status(), 0);
    // Ten links on each page, and a hundred URLs were visited.
    let skipped = report.skipped.get(&SkipReason::NotReached);
    assert_eq!(skipped, Some(&(1 + 100 * 10 - 100)));
    assert_eq!(web.record().exchanges().len(), 101, "and robots.txt");
}

#[tokio::test]
async fn the_beginning_of_a_page_that_is_too_large_is_searched() {
    let long = page(&["/lost"]) + &" ".repeat(3_000_000) + "<p id=\"end\">";
    let home = Site::new("home.example")
        .page(page(&["/long#end", "/long#nowhere"]))
        .also("/long", "text/html", long);
    let (_web, options, _watchdog) = start(vec![home]);
    let report = run(&options).await;
    let url = |path: &str| format!("http://home.example{path}");
    let lost = (url("/long"), url("/lost"), NOT_FOUND.to_owned());
    assert_eq!(broken_links(&report), BTreeSet::from([lost]));
    assert_eq!(report.incomplete.len(), 1);
}

#[tokio::test]
async fn links_are_followed_up_to_a_depth_and_links_of_the_last_pages_are_checked()
 {
    for (depth, visited) in [(0, 1 + 2), (1, 1 + 2 + 4), (2, 1 + 2 + 4 + 8)] {
        let (_web, options, _watchdog) = endless(2).await;
        let report = run(&Options { depth, ..options }).await;
        assert_eq!(report.visited, visited);
        assert!(report.skipped.is_empty(), "no more are known");
    }
}

#[tokio::test]
async fn a_start_url_from_which_nothing_is_reached_is_no_clean_site() {
    let robots = |text| {
        Site::new("home.example").also("/robots.txt", "text/plain", text)
    };
    let unknown: Fault = "status?code=500".parse().expect("it is a fault");
    let sites = [
        (
            Site::new("home.example").fault(Fault::Refused),
            "the connection was refused",
        ),
        (Site::new("home.example").fault(unknown), "500 Internal Server Error"),
        (
            robots("User-agent: lesson10\nDisallow: /"),
            "robots.txt disallows it",
        ),
    ];
    for (site, words) in sites {
        let (_web, options, _watchdog) = start(vec![site]);
        let report = run(&options).await;
        assert_eq!(report.status(), 1);
        let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
        assert!(broken.error.to_string().ends_with(words), "{}", broken.error);
        let occurrence =
            broken.occurrences.first().expect("it occurs somewhere");
        assert_eq!(occurrence.page, None, "on the command line");
    }
}

#[tokio::test]
async fn a_start_url_that_redirects_to_another_site_says_where_to_start() {
    let (web, options, _watchdog) = start(vec![Site::new("home.example")]);
    let to = "http://www.home.example/";
    let moved = ResponseTemplate::new(301).insert_header("location", to);
    let request = Mock::given(wiremock::matchers::path("/"));
    request.respond_with(moved).mount(web.wiremock()).await;
    let report = run(&options).await;
    let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
    assert!(
        matches!(&broken.error, LinkError::DifferentSite(url) if url.as_str() == to)
    );
}

#[tokio::test]
async fn a_robots_txt_for_others_disallows_nothing_and_its_pause_is_kept() {
    let robots = "User-agent: other\nDisallow: /\n\n\
                  User-agent: *\nCrawl-delay: 1\n";
    let home = Site::new("home.example")
        .page(page(&["/a", "/b"]))
        .also("/robots.txt", "text/plain", robots)
        .also("/a", "text/html", "a")
        .also("/b", "text/html", "b");
    let (web, options, _watchdog) = start(vec![home]);
    let report = run(&options).await;
    assert_eq!((report.visited, report.broken.len()), (3, 0));
    let record = web.record();
    let (first, last) = (record.exchanges().next(), record.exchanges().last());
    let robots = first.and_then(|robots| robots.ended).expect("it ended");
    let last = last.expect("there are four").request_head;
    // The first page doesn't have to wait, and nothing makes the two pauses
    // shorter.
    assert!(last - robots >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_host_gets_the_time_it_asks_for_unless_it_asks_for_too_much() {
    let fault = |seconds: u64| {
        let with = Box::new(Fault::Status {
            code: 503,
            retry_after: Some(RetryAfter::Seconds(seconds)),
        });
        Fault::FailFirst { n: 1, with, key: String::new() }
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
        code: 503,
        retry_after: Some(RetryAfter::Seconds(1)),
    });
    let fault = Fault::FailFirst { n: 1, with, key: String::new() };
    let home = Site::new("home.example").page(page(&["/busy"]));
    let home = home.also_failing("/busy", page(&["/lost"]), fault);
    let (web, options, _watchdog) = start(vec![home]);
    let report = run(&options).await;
    let url = |path: &str| format!("http://home.example{path}");
    let lost = (url("/busy"), url("/lost"), NOT_FOUND.to_owned());
    assert_eq!(broken_links(&report), BTreeSet::from([lost]));
    let record = web.record();
    let busy = record.exchanges().filter(|exchange| exchange.path == "/busy");
    let arrived: Vec<_> = busy.map(|exchange| exchange.request_head).collect();
    let [first, second] = arrived[..] else { panic!("two tries") };
    assert!(second - first > Duration::from_millis(990));
}

#[tokio::test]
async fn a_robots_txt_behind_a_redirect_is_obeyed() {
    let home = Site::new("home.example")
        .page(page(&["/private", "/open"]))
        .also("/robots", "text/plain", "User-agent: *\nDisallow: /private")
        .also("/private", "text/html", "private")
        .also("/open", "text/html", "open");
    let (web, options, _watchdog) = start(vec![home]);
    redirect(&web, "/robots.txt", "/robots").await;
    let report = run(&options).await;
    assert_eq!(report.skipped.get(&SkipReason::Robots), Some(&1));
    let record = web.record();
    let paths: Vec<_> =
        record.exchanges().map(|exchange| exchange.path.as_str()).collect();
    assert_eq!(paths, ["/robots.txt", "/robots", "/", "/open"]);
}

#[tokio::test]
async fn a_site_whose_robots_txt_cannot_be_fetched_gets_no_other_request() {
    let too_many: Fault = "status?code=429".parse().expect("it is a fault");
    let there = || Site::new("home.example").page(page(&["/lost"]));
    let busy = there().also_failing("/robots.txt", "", too_many);
    for (site, is_loop) in [(busy, false), (there(), true)] {
        let (web, options, _watchdog) = start(vec![site]);
        if is_loop {
            redirect(&web, "/robots.txt", "/robots.txt").await;
        }
        let report = run(&options).await;
        let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
        assert_eq!(broken.link, "http://home.example/");
        let LinkError::RobotsUnavailable(error) = &broken.error else {
            panic!("{broken:?}")
        };
        let is_429 =
            matches!(&**error, LinkError::Status(status, _) if *status == 429);
        assert_eq!(is_429, !is_loop, "{error}");
        let record = web.record();
        let mut paths =
            record.exchanges().map(|exchange| exchange.path.as_str());
        assert!(paths.all(|path| path == "/robots.txt"));
        // A 429 is temporary, so there are three retries.
        if !is_loop {
            assert_eq!(record.requests("home.example"), 4);
        }
    }
    // A site without one disallows nothing.
    let (_web, options, _watchdog) = start(vec![there()]);
    assert_eq!(run(&options).await.visited, 2);
}

#[tokio::test]
async fn a_fragment_of_a_redirect_replaces_that_of_the_link() {
    let there = "<p id=\"here\">".to_owned();
    let home = Site::new("home.example")
        .page(page(&["/well#lost", "/worn#here", "/plain#here"]))
        .also("/there", "text/html", there);
    let (web, options, _watchdog) = start(vec![home]);
    redirect(&web, "/well", "/there#here").await;
    redirect(&web, "/worn", "/there#lost").await;
    redirect(&web, "/plain", "/there").await;
    let report = run(&options).await;
    let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
    assert_eq!(broken.link, "http://home.example/worn#here");
    assert!(
        matches!(&broken.error, LinkError::MissingAnchor(name) if name == "lost")
    );
}

async fn redirect(web: &MockWeb, from: &str, to: &str) {
    let moved = ResponseTemplate::new(301).insert_header("location", to);
    let request = Mock::given(header("host", "home.example"))
        .and(wiremock::matchers::path(from));
    request.respond_with(moved).mount(web.wiremock()).await;
}

// No sockets here, so the clock can be paused: the timeout expires only when
// both stages wait.
#[tokio::test(start_paused = true)]
async fn sending_before_receiving_deadlocks_and_doing_either_does_not() {
    let wrong = circle::run(circle::send_then_receive).await;
    // One channel, the hand of the other stage, and the other channel are full.
    let in_flight = 4 + 1 + 4;
    let deadlocked =
        circle::Crawl { visited: 5, in_flight, is_finished: false };
    assert_eq!(wrong, deadlocked);
    let right = circle::run(circle::send_or_receive).await;
    let finished =
        circle::Crawl { visited: 1_000, in_flight: 0, is_finished: true };
    assert_eq!(right, finished);
}

/// A frontier in a different task. One in a different process works the same
/// way.
struct Remote(mpsc::Sender<Call>);

enum Call {
    Add(Job, oneshot::Sender<Added>),
    Next(oneshot::Sender<Option<Job>>),
    Done(Job, oneshot::Sender<()>),
}

impl Remote {
    fn start() -> Remote {
        let (calls_in, mut calls) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut frontier = InMemory::new(1_000, 4);
            while let Some(call) = calls.recv().await {
                let gone = "the caller waits for the result";
                match call {
                    Call::Add(job, reply) => {
                        let added = frontier.add(job).await.expect("it adds");
                        reply.send(added).expect(gone);
                    }
                    Call::Next(reply) => {
                        let next = frontier.next().await.expect("it gives");
                        reply.send(next).expect(gone);
                    }
                    Call::Done(job, reply) => {
                        frontier.done(&job).await.expect("it takes");
                        reply.send(()).expect(gone);
                    }
                }
            }
        });
        Remote(calls_in)
    }

    async fn call<T>(
        &self,
        call: impl FnOnce(oneshot::Sender<T>) -> Call,
    ) -> io::Result<T> {
        let (reply, replied) = oneshot::channel();
        self.0.send(call(reply)).await.map_err(io::Error::other)?;
        replied.await.map_err(io::Error::other)
    }
}

impl Frontier for Remote {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.call(|reply| Call::Add(job, reply)).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        self.call(Call::Next).await
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        let job = job.clone();
        self.call(|reply| Call::Done(job, reply)).await
    }
}

#[tokio::test]
async fn a_frontier_in_a_different_task_gives_the_same_report() {
    let (site, options, _watchdog) = library().await;
    let report = run_with(&options, Remote::start()).await;
    assert_eq!(broken_links(&report), site.expected);
}

/// A frontier that fails after this many calls of `next`.
struct Lost(InMemory, usize);

impl Frontier for Lost {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.0.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        let left = self.1.checked_sub(1);
        self.1 = left.ok_or(io::ErrorKind::NotConnected)?;
        self.0.next().await
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        self.0.done(job).await
    }
}

#[tokio::test]
async fn a_frontier_that_fails_ends_the_crawl_with_its_error_and_nothing_hangs()
{
    let (web, options, _watchdog) = start(vec![
        Site::new("home.example").page(page(&["http://slow.example/"])),
        Site::new("slow.example").fault(Fault::Hang),
    ]);
    let options = Options { timeout: WATCHDOG, ..options };
    let progress = Progress::hidden();
    let stop = CancellationToken::new();
    let frontier = Lost(InMemory::new(100, 4), 3);
    let error = check(&options, frontier, &progress, &stop).await;
    let error = error.expect_err("the frontier fails");
    let CheckError::Frontier { error, .. } = error else { panic!("{error:?}") };
    assert_eq!(error.kind(), io::ErrorKind::NotConnected);
    web.wait_until(|record| record.in_flight() == 0).await;
}

/// A frontier that loses its connection after this many calls of `next`, and
/// doesn't notice.
struct Silent(InMemory, usize);

impl Frontier for Silent {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.0.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        match self.1.checked_sub(1) {
            Some(left) => self.1 = left,
            None => pending().await,
        }
        self.0.next().await
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        self.0.done(job).await
    }
}

#[tokio::test]
async fn a_stop_gets_through_while_the_frontier_is_awaited() {
    let links = ["http://slow.example/", "/lost"];
    let (web, options, _watchdog) = start(vec![
        Site::new("home.example").page(page(&links)),
        Site::new("slow.example").fault(Fault::Hang),
    ]);
    let options = Options { timeout: WATCHDOG, ..options };
    let progress = Progress::hidden();
    let stop = CancellationToken::new();
    // The start, nothing before it's done, its two links, and then it hangs.
    let frontier = Silent(InMemory::new(100, 4), 4);
    let checking = check(&options, frontier, &progress, &stop);
    let stopping = async {
        web.wait_until(|record| record.requests("slow.example") == 1).await;
        stop.cancel();
    };
    let (report, ()) = tokio::join!(checking, stopping);
    let report = report.expect("the frontier does not fail");
    assert!(report.interrupted);
    assert_eq!(report.visited, 1, "the start URL: {report:?}");
    web.wait_until(|record| record.in_flight() == 0).await;
}

/// A frontier that panics when a job is done.
struct Panicking(InMemory);

impl Frontier for Panicking {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.0.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        self.0.next().await
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        assert!(job.url.path() != "/panic", "the frontier panics");
        self.0.done(job).await
    }
}

#[tokio::test]
async fn a_stage_that_panics_ends_the_check_and_what_is_in_flight() {
    let links = ["http://slow.example/", "/panic"];
    let (web, options, _watchdog) = start(vec![
        Site::new("home.example").page(page(&links)),
        Site::new("slow.example").fault(Fault::Hang),
    ]);
    let options = Options { timeout: WATCHDOG, ..options };
    let checking = tokio::spawn(async move {
        let progress = Progress::hidden();
        let stop = CancellationToken::new();
        let frontier = Panicking(InMemory::new(100, 4));
        check(&options, frontier, &progress, &stop).await
    });
    let error = checking.await.expect_err("it panics");
    let message = error.into_panic().downcast::<&str>().expect("a message");
    assert_eq!(*message, "the frontier panics");
    web.wait_until(|record| record.in_flight() == 0).await;
}

/// A frontier that counts the jobs in flight.
struct Counting {
    frontier: InMemory,
    in_flight: usize,
    most: Arc<AtomicUsize>,
}

impl Frontier for Counting {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.frontier.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        let next = self.frontier.next().await?;
        self.in_flight += usize::from(next.is_some());
        self.most.fetch_max(self.in_flight, Ordering::Relaxed);
        Ok(next)
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        self.in_flight -= 1;
        self.frontier.done(job).await
    }
}

#[tokio::test]
async fn no_more_pages_are_in_flight_than_the_stages_and_channels_hold() {
    let (_web, options, _watchdog) = endless(50).await;
    let at_once = 4;
    let options = Options { depth: usize::MAX, at_once, ..options };
    let most = Arc::new(AtomicUsize::new(0));
    let frontier = Counting {
        frontier: InMemory::new(500, 500),
        in_flight: 0,
        most: Arc::clone(&most),
    };
    let report = run_with(&options, frontier).await;
    assert_eq!(report.visited, 500);
    // One in the crawl loop's hand and one in the channel; the tasks of the
    // fetcher; one in the parser's hand, and two channels of eight.
    let most = most.load(Ordering::Relaxed);
    assert!((at_once..=1 + 1 + at_once + 8 + 1 + 8).contains(&most), "{most}");
}

#[tokio::test]
async fn hosts_take_turns_and_the_number_of_urls_is_limited() {
    let job = |url: &str| {
        let url = Url::parse(url).expect("it is a URL");
        let inside = url.host_str() == Some("a.example");
        Job { url, inside, depth: 0, hops: 0 }
    };
    let mut frontier = InMemory::new(3, 2);
    for (url, added) in [
        ("http://a.example/1", Added::New),
        ("http://a.example/2", Added::New),
        ("http://a.example/3", Added::New),
        ("http://b.example/1", Added::New),
        ("http://a.example/2", Added::Known),
        ("http://A.example:80/x/../3", Added::Known),
        ("http://a.example/4", Added::OverLimit),
        ("http://b.example/2", Added::New),
    ] {
        let was = frontier.add(job(url)).await.expect("it adds");
        assert_eq!(was, added, "{url}");
    }
    for next in [
        Some("http://a.example/1"),
        Some("http://b.example/1"),
        Some("http://a.example/2"),
        Some("http://b.example/2"),
        None,
    ] {
        let taken = frontier.next().await.expect("it gives");
        assert_eq!(taken, next.map(job));
    }
    let done = job("http://a.example/2");
    frontier.done(&done).await.expect("it takes");
    let taken = frontier.next().await.expect("it gives");
    assert_eq!(taken, Some(job("http://a.example/3")));
}
