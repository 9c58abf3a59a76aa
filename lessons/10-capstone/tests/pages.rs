//! Hostile pages and responses: what a whole check reports, and what the server
//! saw.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use lesson_kit::with_causes;
use lesson10::frontier::{Added, Frontier, InMemory};
use lesson10::mock_site::options;
use lesson10::progress::Progress;
use lesson10::reporter::Report;
use lesson10::{CheckError, Job, LinkError, Options, SkipReason, check};
use mock_server::{Fault, MockWeb, Site, Watchdog};
use tokio_util::sync::CancellationToken;
use url::Url;
use wiremock::matchers::{basic_auth, header, header_exists, path};
use wiremock::{Mock, ResponseTemplate};

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(120);
/// Longer than a busy machine needs for a response.
const TIMEOUT: Duration = Duration::from_secs(5);
const HOME: &str = "home.example";

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

fn home(links: &[&str]) -> Site {
    Site::new(HOME).page(page(links))
}

async fn run(options: &Options) -> Report {
    run_with(options, InMemory::new(1_000, 4)).await.expect("it does its work")
}

async fn run_with(
    options: &Options,
    frontier: impl Frontier,
) -> Result<Report, CheckError> {
    let progress = Progress::hidden();
    let stop = CancellationToken::new();
    check(options, frontier, &progress, &stop).await
}

/// Sets the response of the home site at a path.
async fn respond(web: &MockWeb, at: &str, response: ResponseTemplate) {
    let request = Mock::given(header("host", HOME)).and(path(at));
    request.respond_with(response).mount(web.wiremock()).await;
}

/// Redirects a path of the home site.
async fn redirect(web: &MockWeb, from: &str, to: &str) {
    let moved = ResponseTemplate::new(302).insert_header("location", to);
    respond(web, from, moved).await;
}

fn html(page: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(page, "text/html")
}

fn broken(report: &Report) -> Vec<(&str, String)> {
    let broken = report.broken.iter();
    broken
        .map(|broken| (broken.link.as_str(), broken.error.to_string()))
        .collect()
}

/// A report in both of its forms.
fn printed(report: &Report) -> String {
    let mut printed = Vec::new();
    report.write_table(&mut printed).expect("there is room");
    report.write_json(&mut printed).expect("there is room");
    String::from_utf8(printed).expect("it is text")
}

/// The paths of the broken links to the home site.
fn paths(report: &Report) -> Vec<&str> {
    let paths = broken(report).into_iter();
    paths
        .filter_map(|(link, _)| link.strip_prefix("http://home.example"))
        .collect()
}

#[tokio::test]
async fn a_link_that_is_no_url_is_not_taken_for_the_url_that_its_text_shows() {
    // A link is shown without its login, so the text of the bad one is the URL
    // of the good one.
    let good = format!("http://{HOME}/ok");
    let bad = format!("http://[/@{good}");
    for links in [[bad.as_str(), "/ok"], ["/ok", bad.as_str()]] {
        let (web, options, _watchdog) = start(vec![home(&links)]);
        respond(&web, "/ok", ResponseTemplate::new(200)).await;

        let report = run(&options).await;

        let errors: Vec<_> =
            report.broken.iter().map(|broken| &broken.error).collect();
        assert!(
            matches!(errors[..], [LinkError::NotUrl(_)]),
            "{links:?}: {:?}",
            report.broken
        );
        // The start URL and the good link.
        assert_eq!(report.fine, 2, "{links:?}");
    }
}

#[tokio::test]
async fn a_hostile_page_costs_no_more_than_its_bytes_and_changes_nothing_else()
{
    // In a tree, each of the paragraphs would contain a thousand elements.
    let names = (0..1_000).map(|n| format!("<b a{n}>")).collect::<String>();
    let copied = "<p>x</p>".repeat(230_000);
    let copied = format!("<a href=/1></a><p>{names}</p>{copied}<a href=/2>");
    let names = (0..200_000).map(|n| format!(" a{n}")).collect::<String>();
    let many: String =
        (0..20_001).map(|n| format!("<a href=/{}>", n % 2)).collect();
    let hostile = [
        ("/copied", copied),
        ("/deep", "<a href=/3>".to_owned() + &"<div>".repeat(350_000)),
        ("/attributes", format!("<p{names}><a href=/4>")),
        ("/text", format!("<a href=/5>{}", "x".repeat(1_900_000))),
        ("/name", format!("<{} href=/6>", "x".repeat(1_900_000))),
        ("/many", many),
        ("/long", format!("<a href=/{}>", "x".repeat(4_000))),
    ];
    let mut site = home(&hostile.each_ref().map(|(path, _)| *path));
    for (path, page) in hostile {
        site = site.also(path, "text/html", page);
    }
    let (_web, options, _watchdog) = start(vec![site]);
    let options = Options { timeout: WATCHDOG, ..options };

    let report = run(&options).await;

    let mut found = paths(&report);
    found.sort();
    assert_eq!(found, ["/0", "/1", "/2", "/3", "/4", "/5", "/6"]);
    let incomplete: Vec<_> = report
        .incomplete
        .iter()
        .map(|(url, reason)| (url.path(), *reason))
        .collect();
    let reason = "parsing it takes too much memory";
    assert_eq!(incomplete, [("/deep", reason)]);
    // The first 10,000 links of a page count.
    assert_eq!((report.over_limit, report.non_http), (10_001 + 1, 0));
    let mut texts = report.broken.iter().flat_map(|broken| &broken.occurrences);
    assert!(texts.all(|occurrence| occurrence.text.chars().count() <= 63));
    let printed = printed(&report);
    let line = "Skipped: 10002 links too long, or beyond the first 10000 of a \
                page\n";
    assert!(printed.contains(line), "{printed}");
    assert!(printed.contains("\"beyond\":10002"), "{printed}");
    let part = format!(
        "\"in_part\":[{{\"page\":\"{}deep\",\"why\":\"{reason}\"}}",
        options.start
    );
    assert!(printed.contains(&part), "{printed}");
}

#[tokio::test]
async fn links_of_the_last_pages_do_not_count() {
    let long = format!("/{}", "x".repeat(4_000));
    let site = home(&["/last"]).also("/last", "text/html", page(&[&long]));
    let (_web, options, _watchdog) = start(vec![site]);
    for (depth, over_limit) in [(0, 0), (1, 1)] {
        let report = run(&Options { depth, ..options.clone() }).await;
        assert_eq!(report.over_limit, over_limit);
    }
}

#[tokio::test]
async fn a_header_decides_whether_a_page_is_html_and_how_it_is_decoded() {
    let worn = home(&["/bare", "/capitals", "/none", "/plain", "/latin1"])
        .also("/bare", "text/html; charset", page(&["/1"]))
        .also("/capitals", "TEXT/HTML ; x", page(&["/2"]))
        .also("/plain", "text/plain", page(&["/no"]))
        .also(
            "/latin1",
            "text/html",
            b"<meta charset=latin1>\
            <a href=/3>caf\xe9</a>"
                .as_slice(),
        );
    let (web, options, _watchdog) = start(vec![worn]);
    let body = page(&["/4"]);
    let none = ResponseTemplate::new(200).set_body_bytes(body);
    respond(&web, "/none", none).await;
    let report = run(&options).await;
    assert_eq!(paths(&report), ["/1", "/2", "/3", "/4"]);
    let occurrence =
        report.broken[2].occurrences.first().expect("it occurs somewhere");
    assert_eq!(occurrence.text, "caf\u{e9}");
}

#[tokio::test]
async fn identity_is_no_compression_and_a_compressed_page_is_reported() {
    let (web, options, _watchdog) = start(vec![home(&["/as-it-is", "/zip"])]);
    for (at, encoding) in [("/as-it-is", "Identity"), ("/zip", "gzip")] {
        let page = html(&page(&["/lost"]));
        let page = page.insert_header("content-encoding", encoding);
        respond(&web, at, page).await;
    }
    let report = run(&options).await;
    assert_eq!(paths(&report), ["/lost"]);
    let occurrence =
        report.broken[0].occurrences.first().expect("it occurs somewhere");
    let on = occurrence.page.as_ref().map(|page| page.path());
    assert_eq!((report.broken[0].count, on), (1, Some("/as-it-is")));
    let incomplete: Vec<_> = report.incomplete.keys().map(Url::path).collect();
    assert_eq!(incomplete, ["/zip"]);
}

#[tokio::test]
async fn a_robots_txt_that_cannot_be_fetched_is_reported_with_its_error() {
    let (web, options, _watchdog) = start(vec![home(&[])]);
    let gzip = ResponseTemplate::new(200)
        .insert_header("content-encoding", "gzip")
        .set_body_string("User-agent: *");
    respond(&web, "/robots.txt", gzip).await;
    let report = run(&options).await;
    let compressed =
        "robots.txt could not be fetched: the response is compressed";
    let expected = [("http://home.example/", compressed.to_owned())];
    assert_eq!(broken(&report), expected);

    let (web, options, _watchdog) = start(vec![home(&[])]);
    redirect(&web, "/robots.txt", "/robots.txt").await;
    let report = run(&options).await;
    let redirects = "robots.txt could not be fetched: too many redirects";
    let expected = [("http://home.example/", redirects.to_owned())];
    assert_eq!(broken(&report), expected);
    assert_eq!(web.record().exchanges().len(), 1 + 5, "there is no retry");
}

#[tokio::test]
async fn a_robots_txt_is_found_behind_five_redirects() {
    let rules = "User-agent: *\nDisallow: /private";
    let site = home(&["/private"]).also("/5", "text/plain", rules);
    let (web, options, _watchdog) = start(vec![site]);
    redirect(&web, "/robots.txt", "/1").await;
    for number in 1..5 {
        redirect(&web, &format!("/{number}"), &format!("/{}", number + 1))
            .await;
    }
    let report = run(&options).await;
    assert_eq!(report.skipped.get(&SkipReason::Robots), Some(&1));
}

#[cfg(not(feature = "live"))]
#[tokio::test]
async fn a_robots_txt_that_moved_to_https_is_reported_as_that() {
    let (web, options, _watchdog) = start(vec![home(&[])]);
    redirect(&web, "/robots.txt", "https://home.example/robots.txt").await;
    let report = run(&options).await;
    let https = "robots.txt could not be fetched: \
                 it redirects to https, which needs --features live";
    let expected = [("http://home.example/", https.to_owned())];
    assert_eq!(broken(&report), expected);
    assert_eq!(web.record().exchanges().len(), 1, "there is no retry");
}

#[tokio::test]
async fn a_robots_txt_counts_up_to_500_kib() {
    let robots = "#".repeat(511_900) + "\nUser-agent: *\nDisallow: /private\n";
    let site = home(&["/private"]).also("/robots.txt", "text/plain", robots);
    let (web, options, _watchdog) = start(vec![site]);
    let report = run(&options).await;
    assert_eq!((report.visited, report.skipped.len()), (1, 1));
    assert_eq!(web.record().exchanges().len(), 2, "and robots.txt");
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
    let long = format!("/{}", "x".repeat(4_000));
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
async fn the_pause_of_a_robots_txt_is_kept_before_retries_too() {
    let robots = "User-agent: *\nCrawl-delay: 1\n";
    let fault = |with: &str| {
        let with: Box<Fault> = Box::new(with.parse().expect("it is a fault"));
        Fault::FailFirst { n: 1, key: format!("{with:?}"), with }
    };
    let site = home(&["/busy", "/lost"])
        .also("/robots.txt", "text/plain", robots)
        .also_failing("/busy", "", fault("status?code=503"))
        .also_failing("/lost", "", fault("empty"));
    let (web, options, _watchdog) = start(vec![site]);
    let options = Options { timeout: Duration::from_secs(20), ..options };
    let report = run(&options).await;
    assert_eq!((report.visited, report.broken.len()), (3, 0));
    let record = web.record();
    assert_eq!(record.exchanges().len(), 1 + 1 + 2 + 2);
    let (first, last) = (record.exchanges().next(), record.exchanges().last());
    let robots = first.and_then(|robots| robots.ended).expect("it ended");
    let last = last.expect("there are six").request_head;
    // The first page doesn't have to wait, and nothing makes a pause shorter.
    assert!(last - robots >= Duration::from_secs(4));
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

/// A frontier that fails after this many jobs, and that cancels a token when
/// it's dropped.
struct Failing {
    whole: InMemory,
    jobs: usize,
    at_end: Option<CancellationToken>,
}

impl Frontier for Failing {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.whole.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        let next = self.whole.next().await?;
        if next.is_some() {
            let left = self.jobs.checked_sub(1);
            self.jobs = left.ok_or(io::ErrorKind::NotConnected)?;
        }
        Ok(next)
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        self.whole.done(job).await
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        if let Some(at_end) = &self.at_end {
            at_end.cancel();
        }
    }
}

#[tokio::test]
async fn a_frontier_that_fails_leaves_the_report_so_far() {
    let links = ["http://[", "/1", "/2"];
    let (_web, options, _watchdog) = start(vec![home(&links)]);
    let whole = InMemory::new(100, 1);
    let frontier = Failing { whole, jobs: 2, at_end: None };
    let error = run_with(&options, frontier).await;
    let error = error.expect_err("the frontier fails");
    let message = with_causes(&error);
    assert_eq!(message, "the frontier failed: not connected");
    let CheckError::Frontier { error, report } = error else {
        panic!("{message}")
    };
    assert_eq!(error.kind(), io::ErrorKind::NotConnected);
    let [not_url, ..] = report.broken.as_slice() else { panic!("{report:?}") };
    assert_eq!(not_url.link, "http://[");
    assert!(report.visited >= 1 && !report.skipped.is_empty());
}

#[tokio::test]
async fn a_check_that_is_stopped_after_its_last_visit_was_not_interrupted() {
    let (_web, options, _watchdog) = start(vec![home(&["/"])]);
    let progress = Progress::hidden();
    let stop = CancellationToken::new();
    let whole = InMemory::new(100, 1);
    let frontier = Failing { whole, jobs: 2, at_end: Some(stop.clone()) };
    let checked = check(&options, frontier, &progress, &stop).await;
    let report = checked.expect("the frontier does not fail");
    assert!(stop.is_cancelled() && !report.interrupted);
    assert_eq!((report.fine, report.status()), (1, 0));
}

#[tokio::test]
async fn a_panic_in_a_request_panics_the_whole_check() {
    let fault: Fault = "status?code=503".parse().expect("it is a fault");
    let worn = Site::new("worn.example").fault(fault);
    let (_web, options, _watchdog) =
        start(vec![home(&["http://worn.example/"]), worn]);
    // Twice as long is more than a `Duration` holds.
    let options = Options { timeout: Duration::MAX, ..options };
    let checking = tokio::spawn(async move { run(&options).await });
    let ended = checking.await.expect_err("the check panics");
    assert!(ended.is_panic(), "{ended}");
}

#[tokio::test]
async fn a_start_url_that_redirects_past_a_limit_is_no_clean_site() {
    let (web, options, _watchdog) = start(vec![home(&[])]);
    let moved = ResponseTemplate::new(301).insert_header("location", "/there");
    respond(&web, "/", moved).await;
    let report = run_with(&options, InMemory::new(1, 1)).await;
    let report = report.expect("the frontier does not fail");
    assert_eq!((report.fine, report.status()), (0, 3));
    respond(&web, "/there", html(&page(&[]))).await;
    let report = run(&options).await;
    assert_eq!((report.fine, report.status()), (1, 0));
}
