//! Code that these modules share: webs of a few sites, and lookups in a report.

use std::collections::BTreeSet;
use std::time::Duration;

use lesson10::frontier::{Frontier, InMemory};
use lesson10::mock_site::{ExpectedLink, MockSite, options};
use lesson10::progress::Progress;
use lesson10::report::{Report, Style};
use lesson10::{CheckError, Options, check};
use mock_server::{MockWeb, Site, Watchdog};
use testkit::WATCHDOG;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{header, path, path_regex};
use wiremock::{Mock, Request, ResponseTemplate};

/// Longer than a busy machine needs for a response.
pub const TIMEOUT: Duration = Duration::from_secs(5);
/// The site that is checked.
pub const HOME: &str = "home.example";

/// A page with these links.
pub fn page(links: &[&str]) -> String {
    let links = links.iter().map(|to| format!("<a href=\"{to}\">{to}</a>\n"));
    format!("<!doctype html><title>A page</title>{}", links.collect::<String>())
}

/// The home site, whose start page has these links.
pub fn home(links: &[&str]) -> Site {
    Site::new(HOME).page(page(links))
}

/// Starts these sites. The first one is checked.
pub fn start(sites: Vec<Site>) -> (MockWeb, Options, Watchdog) {
    let host = sites[0].name.clone();
    let web = MockWeb::builder().sites(sites).start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let options = options(&web, &host, TIMEOUT).expect("it has addresses");
    (web, options, watchdog)
}

/// The mock site of the program.
pub async fn library() -> (MockSite, Options, Watchdog) {
    let site = MockSite::start().await.expect("it starts");
    let watchdog = site.web.watchdog(WATCHDOG);
    let options = site.options(TIMEOUT).expect("it has addresses");
    (site, Options { ..options }, watchdog)
}

/// A site on which each page has links to this many new ones.
pub async fn endless(links: usize) -> (MockWeb, Options, Watchdog) {
    let (web, options, watchdog) = start(vec![Site::new(HOME)]);
    Mock::given(header("host", HOME))
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

/// Sets the response of the home site at a path.
pub async fn respond(web: &MockWeb, at: &str, response: ResponseTemplate) {
    let request = Mock::given(header("host", HOME)).and(path(at));
    request.respond_with(response).mount(web.wiremock()).await;
}

/// Redirects a path of the home site with this status.
pub async fn redirect(web: &MockWeb, status: u16, from: &str, to: &str) {
    let moved = ResponseTemplate::new(status).insert_header("location", to);
    respond(web, from, moved).await;
}

pub fn html(page: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(page, "text/html")
}

pub async fn run(options: &Options) -> Report {
    run_with(options, InMemory::new(1_000, 4)).await
}

pub async fn run_with(options: &Options, frontier: impl Frontier) -> Report {
    let checked = try_run_with(options, frontier).await;
    checked.expect("the frontier does not fail")
}

pub async fn try_run_with(
    options: &Options,
    frontier: impl Frontier,
) -> Result<Report, CheckError> {
    let progress = Progress::hidden();
    let stop = CancellationToken::new();
    check(options, frontier, &progress, &stop).await
}

/// The broken links of a report, in the form of the expected ones.
pub fn broken_links(report: &Report) -> BTreeSet<ExpectedLink> {
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

/// The URL of a path of the home site.
pub fn url(path: &str) -> String {
    format!("http://{HOME}{path}")
}

/// A broken link of the home site: on which page, and to which path, which isn't
/// there.
pub fn lost(page: &str, path: &str) -> ExpectedLink {
    let not_found = "the server returned 404 Not Found";
    (url(page), url(path), not_found.to_owned())
}

pub fn broken(report: &Report) -> Vec<(&str, String)> {
    let broken = report.broken.iter();
    broken
        .map(|broken| (broken.link.as_str(), broken.error.to_string()))
        .collect()
}

/// A report in both of its forms.
pub fn printed(report: &Report) -> String {
    let mut printed = Vec::new();
    report.write_table(&mut printed, Style::default()).expect("there is room");
    report.write_json(&mut printed).expect("there is room");
    String::from_utf8(printed).expect("it is text")
}

/// The paths of the broken links to the home site.
pub fn paths(report: &Report) -> Vec<&str> {
    let paths = broken(report).into_iter();
    paths
        .filter_map(|(link, _)| link.strip_prefix("http://home.example"))
        .collect()
}
