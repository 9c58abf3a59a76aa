//! What the checker finds, held against what is really broken, and what the
//! server saw of it.

use std::collections::BTreeSet;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lesson10::frontier::{Added, Frontier, InMemory};
use lesson10::mock_site::{HOST, MockSite, Trouble, options};
use lesson10::progress::Progress;
use lesson10::reporter::{Broken, Report};
use lesson10::{Job, Options, Reason, Why, check};
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
/// As long as a busy machine may need for an answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long a gate waits that is to open.
const PATIENT: Duration = Duration::from_secs(30);
/// How long a gate waits that is to fail.
const IMPATIENT: Duration = Duration::from_millis(300);
const NOT_FOUND: &str = "the site answered 404 Not Found";

async fn run(options: &Options) -> Report {
    run_with(options, InMemory::new(1_000, 4)).await
}

async fn run_with(options: &Options, frontier: impl Frontier) -> Report {
    let stop = CancellationToken::new();
    let progress = Progress::hidden();
    let checked = check(options, frontier, &progress, &stop).await;
    checked.expect("the frontier does not fail")
}

/// As a report has it, in the form of the truth.
fn troubles(report: &Report) -> BTreeSet<Trouble> {
    let mut troubles = BTreeSet::new();
    for broken in &report.broken {
        for occurrence in &broken.occurrences {
            let page = occurrence.page.as_ref().map(|page| page.to_string());
            let page = page.unwrap_or_default();
            let why = broken.why.to_string();
            troubles.insert((page, broken.link.clone(), why));
        }
    }
    troubles
}

/// A page with these links.
fn page(links: &[&str]) -> String {
    let links = links.iter().map(|to| format!("<a href=\"{to}\">{to}</a>\n"));
    format!("<!doctype html><title>A page</title>{}", links.collect::<String>())
}

/// Starts these sites; what is checked is the first.
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

    assert_eq!(troubles(&report), site.truth);
    assert_eq!(report.status(), 1);
    let robots = report.not_checked.get(&Reason::Robots);
    assert_eq!((report.not_checked.len(), robots), (1, Some(&2)));
    assert_eq!(report.others, 3, "mailto:, tel: and javascript:");
    let in_part: Vec<_> = report.in_part.values().copied().collect();
    assert_eq!(in_part.len(), 2, "the bomb and the endless one: {in_part:?}");
    let counts: usize = report.broken.iter().map(|broken| broken.count).sum();
    assert_eq!(counts, site.truth.len(), "each stands once on a page");
    assert!(report.visited > 200);
}

#[tokio::test]
async fn every_url_of_the_site_is_asked_once_and_what_robots_txt_forbids_never()
{
    let (site, options, _watchdog) = library().await;
    run(&options).await;
    let record = site.web.record();
    let of_site = record.exchanges().filter(|exchange| exchange.site == HOST);
    // Of the worn corner some are asked again, because they failed.
    let paths = of_site.map(|exchange| exchange.path.as_str());
    let paths: Vec<_> =
        paths.filter(|path| !path.starts_with("/worn/")).collect();
    let different: BTreeSet<_> = paths.iter().collect();
    assert_eq!(different.len(), paths.len(), "{paths:?}");
    assert!(paths.contains(&"/robots.txt"));
    assert!(!paths.iter().any(|path| path.starts_with("/private/")));
    // HEAD is enough where it succeeds.
    let asked = |site: &str| {
        let asked = record.exchanges().filter(|asked| asked.site == site);
        let asked =
            asked.map(|asked| format!("{} {}", asked.method, asked.path));
        let mut asked: Vec<_> = asked.collect();
        asked.sort();
        asked
    };
    let partner = ["GET /lost", "HEAD /", "HEAD /guide", "HEAD /lost"];
    assert_eq!(asked("partner.example"), partner);
    let stern = ["GET /", "GET /lost", "HEAD /", "HEAD /lost"];
    assert_eq!(asked("stern.example"), stern);
    assert_eq!(asked("moved.example"), ["HEAD /"]);
}

#[tokio::test]
async fn a_page_of_the_library_has_each_fault_and_where_it_cannot_a_host_has() {
    let (site, options, _watchdog) = library().await;
    let report = run(&options).await;
    let record = site.web.record();
    for kind in catalogue() {
        let fault: Fault = kind.example.parse().expect("it is a fault");
        if fault.needs_own_port() {
            // Nobody who cannot connect is in the record.
            let why = VERDICTS.iter().find(|row| row.0 == kind.name);
            let why = why.expect("the table has all").1;
            let is_it = |broken: &Broken| {
                !broken.link.contains(HOST) && broken.why.to_string() == why
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

/// What each fault of the catalogue makes of a link, and whether the page that
/// has it is searched.
const VERDICTS: [(&str, &str, bool); 26] = [
    ("delay", "", true),
    ("status", "the site answered 503 Service Unavailable", false),
    ("redirect", "", true),
    ("redirect-loop", "redirected in a circle", false),
    ("slow-head", "", true),
    ("random-delay", "", true),
    ("fail-first", "", true),
    ("unstable", "", true),
    ("refused", "the connection was refused", false),
    ("connect-hang", "the host cannot be reached", false),
    ("empty", "the connection was lost before an answer", false),
    ("hang", "timed out", false),
    ("garbage", "the answer is not HTTP", false),
    ("slow-close", "", true),
    ("idle-close", "", true),
    ("close-on-reuse", "", true),
    ("reset", "the page broke off", false),
    ("truncate", "the page broke off", false),
    ("dribble", "", true),
    ("stall", "", true),
    ("bad-chunk", "the page broke off", false),
    ("endless", "timed out", false),
    ("gzip-bomb", "", false),
    ("charset", "", true),
    ("type", "", false),
    ("title", "", true),
];

#[tokio::test]
async fn each_fault_on_one_page_is_told_and_spoils_nothing_else() {
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
    let (_, why, is_searched) = row.unwrap_or_else(|| panic!("{name}"));
    let fault: Fault = example.parse().expect("it is a fault");
    // What nobody can connect to is a host of its own, and never searched.
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
    if !why.is_empty() {
        let trouble = (url("/"), worn.to_owned(), (*why).to_owned());
        expected.insert(trouble);
    }
    if *is_searched {
        let worn = if name == "redirect" { "/worn?hop=3" } else { "/worn" };
        expected.insert(lost(worn, "/lost-2"));
    }
    assert_eq!(troubles(&report), expected, "{example}");
}

#[test]
fn the_table_of_verdicts_has_every_fault_of_the_catalogue() {
    let tried: BTreeSet<_> = VERDICTS.iter().map(|row| row.0).collect();
    assert_eq!(tried, catalogue().map(|kind| kind.name).collect());
}

/// A site that links to pages of hosts in another web, which has a gate before
/// it; and what is wrong with them.
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
async fn so_many_requests_are_made_at_once_and_no_more() {
    let (report, most) = at_the_gate((5, PATIENT), 4, 5, 4).await;
    assert_eq!((troubles(&report), most), (BTreeSet::new(), 5));
    let (report, most) = at_the_gate((6, IMPATIENT), 4, 5, 4).await;
    assert_eq!(report.broken.len(), 24, "the gate stays shut for all");
    assert_eq!(most, 5);
}

#[tokio::test]
async fn so_many_of_them_are_made_to_one_host_and_no_more() {
    let (report, most) = at_the_gate((3, PATIENT), 1, 16, 3).await;
    assert_eq!((troubles(&report), most), (BTreeSet::new(), 3));
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
    // None of them is over by its time limit before the test is.
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
    // The start, and of the other host all but those that were answered a
    // moment ago.
    assert!(report.fine > 1, "{report:?}");
    assert_eq!(report.status(), 130);
    web.wait_until(|record| record.in_flight() == 0).await;
    assert_eq!(web.record().client_gone(), 2);
}

#[tokio::test]
async fn more_work_than_all_the_channels_hold_does_not_make_it_stand_still() {
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

/// Of each page so many new ones can be reached.
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
async fn a_site_without_end_comes_to_an_end_and_what_was_left_out_is_told() {
    let (web, options, _watchdog) = endless(10).await;
    let options = Options { depth: usize::MAX, ..options };
    let report = run_with(&options, InMemory::new(100, 4)).await;
    assert_eq!(report.visited, 100);
    assert_eq!(report.status(), 0);
    // Ten links on each page, and of all that are known a hundred were asked.
    let left_out = report.not_checked.get(&Reason::NoTurn);
    assert_eq!(left_out, Some(&(1 + 100 * 10 - 100)));
    assert_eq!(web.record().exchanges().len(), 101, "and robots.txt");
}

#[tokio::test]
async fn of_a_page_that_is_too_large_the_beginning_is_searched_and_it_is_told()
{
    let long = page(&["/lost"]) + &" ".repeat(3_000_000) + "<p id=\"end\">";
    let home = Site::new("home.example")
        .page(page(&["/long#end", "/long#nowhere"]))
        .also("/long", "text/html", long);
    let (_web, options, _watchdog) = start(vec![home]);
    let report = run(&options).await;
    let url = |path: &str| format!("http://home.example{path}");
    let lost = (url("/long"), url("/lost"), NOT_FOUND.to_owned());
    assert_eq!(troubles(&report), BTreeSet::from([lost]));
    assert_eq!(report.in_part.len(), 1);
}

#[tokio::test]
async fn links_are_followed_to_a_depth_and_those_of_the_last_pages_are_checked()
{
    for (depth, visited) in [(0, 1 + 2), (1, 1 + 2 + 4), (2, 1 + 2 + 4 + 8)] {
        let (_web, options, _watchdog) = endless(2).await;
        let report = run(&Options { depth, ..options }).await;
        assert_eq!(report.visited, visited);
        assert!(report.not_checked.is_empty(), "nobody knows of more");
    }
}

#[tokio::test]
async fn a_start_from_which_nothing_is_reached_is_no_clean_site() {
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
            "asks programs to keep out",
        ),
    ];
    for (site, words) in sites {
        let (_web, options, _watchdog) = start(vec![site]);
        let report = run(&options).await;
        assert_eq!(report.status(), 1);
        let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
        assert!(broken.why.to_string().ends_with(words), "{}", broken.why);
        let occurrence =
            broken.occurrences.first().expect("it stands somewhere");
        assert_eq!(occurrence.page, None, "on the command line");
    }
}

#[tokio::test]
async fn a_start_that_leads_to_another_site_says_where_to_start() {
    let (web, options, _watchdog) = start(vec![Site::new("home.example")]);
    let to = "http://www.home.example/";
    let moved = ResponseTemplate::new(301).insert_header("location", to);
    let asked = Mock::given(wiremock::matchers::path("/"));
    asked.respond_with(moved).mount(web.wiremock()).await;
    let report = run(&options).await;
    let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
    assert!(matches!(&broken.why, Why::Elsewhere(url) if url.as_str() == to));
}

#[tokio::test]
async fn a_robots_txt_for_others_forbids_nothing_and_its_pause_is_kept() {
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
    // The first page need not wait, and nothing makes the two pauses shorter.
    assert!(last - robots >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_host_that_asks_for_time_gets_it_and_one_that_asks_for_too_much_is_left()
 {
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
    let why = "the site answered 503 Service Unavailable".to_owned();
    let home = "http://home.example/".to_owned();
    let closed = (home, "http://closed.example/".to_owned(), why);
    assert_eq!(troubles(&report), BTreeSet::from([closed]));
    let record = web.record();
    assert_eq!(record.requests("closed.example"), 1);
    let busy = record.exchanges().filter(|asked| asked.site == "busy.example");
    let arrived: Vec<_> = busy.map(|asked| asked.request_head).collect();
    let [first, second] = arrived[..] else { panic!("two tries") };
    // Nothing can make the pause shorter, and a backoff of its own would have
    // taken a tenth of it. (A date or a clock may round a little.)
    assert!(second - first > Duration::from_millis(990));
}

#[tokio::test]
async fn the_site_itself_gets_the_time_that_it_asks_for() {
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
    assert_eq!(troubles(&report), BTreeSet::from([lost]));
    let record = web.record();
    let busy = record.exchanges().filter(|asked| asked.path == "/busy");
    let arrived: Vec<_> = busy.map(|asked| asked.request_head).collect();
    let [first, second] = arrived[..] else { panic!("two tries") };
    assert!(second - first > Duration::from_millis(990));
}

#[tokio::test]
async fn a_robots_txt_that_is_elsewhere_is_obeyed_as_one_that_is_here() {
    let home = Site::new("home.example")
        .page(page(&["/private", "/open"]))
        .also("/robots", "text/plain", "User-agent: *\nDisallow: /private")
        .also("/private", "text/html", "private")
        .also("/open", "text/html", "open");
    let (web, options, _watchdog) = start(vec![home]);
    redirect(&web, "/robots.txt", "/robots").await;
    let report = run(&options).await;
    assert_eq!(report.not_checked.get(&Reason::Robots), Some(&1));
    let record = web.record();
    let asked: Vec<_> =
        record.exchanges().map(|asked| asked.path.as_str()).collect();
    assert_eq!(asked, ["/robots.txt", "/robots", "/", "/open"]);
}

#[tokio::test]
async fn of_a_site_whose_robots_txt_cannot_be_had_now_nothing_is_asked() {
    let too_many: Fault = "status?code=429".parse().expect("it is a fault");
    let there = || Site::new("home.example").page(page(&["/lost"]));
    let busy = there().also_failing("/robots.txt", "", too_many);
    for (site, circle) in [(busy, false), (there(), true)] {
        let (web, options, _watchdog) = start(vec![site]);
        if circle {
            redirect(&web, "/robots.txt", "/robots.txt").await;
        }
        let report = run(&options).await;
        let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
        assert_eq!(broken.link, "http://home.example/");
        let Why::NoRobots(why) = &broken.why else { panic!("{broken:?}") };
        let is_429 = matches!(&**why, Why::Status(status, _) if *status == 429);
        assert_eq!(is_429, !circle, "{why}");
        let record = web.record();
        let mut asked = record.exchanges().map(|asked| asked.path.as_str());
        assert!(asked.all(|path| path == "/robots.txt"));
        // It may pass, so it was asked again.
        if !circle {
            assert_eq!(record.requests("home.example"), 4);
        }
    }
    // One that has none forbids nothing.
    let (_web, options, _watchdog) = start(vec![there()]);
    assert_eq!(run(&options).await.visited, 2);
}

#[tokio::test]
async fn a_redirect_that_has_a_fragment_of_its_own_takes_that_of_the_link() {
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
    assert!(matches!(&broken.why, Why::Fragment(name) if name == "lost"));
}

async fn redirect(web: &MockWeb, from: &str, to: &str) {
    let moved = ResponseTemplate::new(301).insert_header("location", to);
    let asked = Mock::given(header("host", "home.example"))
        .and(wiremock::matchers::path(from));
    asked.respond_with(moved).mount(web.wiremock()).await;
}

#[tokio::test]
async fn a_circle_that_only_sends_stands_still_and_one_that_does_either_does_not()
 {
    let wrong = circle::run(circle::send_then_receive).await;
    // As many as a channel, the stage's hand and the other channel hold.
    let (visited, under_way) = (5, 4 + 1 + 4);
    let still = circle::Crawl { visited, under_way, is_over: false };
    assert_eq!(wrong, still);
    let right = circle::run(circle::whichever_is_possible).await;
    let over = circle::Crawl { visited: 1_000, under_way: 0, is_over: true };
    assert_eq!(right, over);
}

/// A frontier that is elsewhere: here in a task, and in another process just
/// the same.
struct Elsewhere(mpsc::Sender<Call>);

enum Call {
    Add(Job, oneshot::Sender<Added>),
    Next(oneshot::Sender<Option<Job>>),
    Done(Job, oneshot::Sender<()>),
}

impl Elsewhere {
    fn start() -> Elsewhere {
        let (calls_in, mut calls) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut frontier = InMemory::new(1_000, 4);
            while let Some(call) = calls.recv().await {
                let gone = "it is not asked for nothing";
                match call {
                    Call::Add(job, answer) => {
                        let added = frontier.add(job).await.expect("it adds");
                        answer.send(added).expect(gone);
                    }
                    Call::Next(answer) => {
                        let next = frontier.next().await.expect("it gives");
                        answer.send(next).expect(gone);
                    }
                    Call::Done(job, answer) => {
                        frontier.done(&job).await.expect("it takes");
                        answer.send(()).expect(gone);
                    }
                }
            }
        });
        Elsewhere(calls_in)
    }

    async fn call<T>(
        &self,
        call: impl FnOnce(oneshot::Sender<T>) -> Call,
    ) -> io::Result<T> {
        let (answer, answered) = oneshot::channel();
        self.0.send(call(answer)).await.map_err(io::Error::other)?;
        answered.await.map_err(io::Error::other)
    }
}

impl Frontier for Elsewhere {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.call(|answer| Call::Add(job, answer)).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        self.call(Call::Next).await
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        let job = job.clone();
        self.call(|answer| Call::Done(job, answer)).await
    }
}

#[tokio::test]
async fn a_frontier_that_is_elsewhere_can_take_the_place_of_that_in_memory() {
    let (site, options, _watchdog) = library().await;
    let report = run_with(&options, Elsewhere::start()).await;
    assert_eq!(troubles(&report), site.truth);
}

/// A frontier that is lost after so many calls.
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

    fn done(&mut self, job: &Job) -> impl Future<Output = io::Result<()>> {
        self.0.done(job)
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
    let (progress, stop) = (Progress::hidden(), CancellationToken::new());
    let frontier = Lost(InMemory::new(100, 4), 3);
    let error = check(&options, frontier, &progress, &stop).await;
    let error = error.expect_err("the frontier fails");
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    assert_eq!(kind, Some(io::ErrorKind::NotConnected));
    web.wait_until(|record| record.in_flight() == 0).await;
}

/// A frontier that panics when a job is done.
struct Evil(InMemory);

impl Frontier for Evil {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.0.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        self.0.next().await
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        match job.url.path() {
            "/evil" => panic!("evil"),
            _ => self.0.done(job).await,
        }
    }
}

#[tokio::test]
async fn a_stage_that_panics_ends_the_check_and_what_is_under_way() {
    let links = ["http://slow.example/", "/evil"];
    let (web, options, _watchdog) = start(vec![
        Site::new("home.example").page(page(&links)),
        Site::new("slow.example").fault(Fault::Hang),
    ]);
    let options = Options { timeout: WATCHDOG, ..options };
    let checking = tokio::spawn(async move {
        let (progress, stop) = (Progress::hidden(), CancellationToken::new());
        let frontier = Evil(InMemory::new(100, 4));
        check(&options, frontier, &progress, &stop).await
    });
    let error = checking.await.expect_err("it panics");
    let word = error.into_panic().downcast::<&str>().expect("it is a word");
    assert_eq!(*word, "evil");
    web.wait_until(|record| record.in_flight() == 0).await;
}

/// A frontier that counts what was taken and not done.
struct Counting {
    frontier: InMemory,
    under_way: usize,
    most: Arc<AtomicUsize>,
}

impl Frontier for Counting {
    fn add(&mut self, job: Job) -> impl Future<Output = io::Result<Added>> {
        self.frontier.add(job)
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        let next = self.frontier.next().await?;
        self.under_way += usize::from(next.is_some());
        self.most.fetch_max(self.under_way, Ordering::Relaxed);
        Ok(next)
    }

    fn done(&mut self, job: &Job) -> impl Future<Output = io::Result<()>> {
        self.under_way -= 1;
        self.frontier.done(job)
    }
}

#[tokio::test]
async fn no_more_pages_are_under_way_than_the_stages_and_channels_hold() {
    let (_web, options, _watchdog) = endless(50).await;
    let (depth, at_once) = (usize::MAX, 4);
    let options = Options { depth, at_once, ..options };
    let most = Arc::new(AtomicUsize::new(0));
    let (under_way, most_here) = (0, Arc::clone(&most));
    let frontier = InMemory::new(500, 500);
    let frontier = Counting { frontier, under_way, most: most_here };
    let report = run_with(&options, frontier).await;
    assert_eq!(report.visited, 500);
    // One in the crawl loop's hand, and one in the channel; what is fetched, or
    // has been and waits; and in the parser's hand and two channels of eight.
    let most = most.load(Ordering::Relaxed);
    assert!((at_once..=1 + 1 + at_once + 8 + 1 + 8).contains(&most), "{most}");
}

#[test]
fn hosts_have_their_turns_and_no_more_than_there_is_room_for() {
    let job = |url: &str| {
        let url = Url::parse(url).expect("it is a URL");
        let inside = url.host_str() == Some("a.example");
        Job { url, inside, depth: 0, hops: 0 }
    };
    let mut frontier = InMemory::new(3, 2);
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.build().expect("a runtime");
    runtime.block_on(async {
        for (url, added) in [
            ("http://a.example/1", Added::New),
            ("http://a.example/2", Added::New),
            ("http://a.example/3", Added::New),
            ("http://b.example/1", Added::New),
            ("http://a.example/2", Added::Known),
            ("http://A.example:80/x/../3", Added::Known),
            ("http://a.example/4", Added::Beyond),
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
    });
}
