//! Sites that are ready to use.

use std::time::Duration;

use hyper::StatusCode;

use super::Site;
use super::filler::page;
use crate::fault::{Fault, RetryAfter};
use crate::response::HTML;

/// Three sites named after real ones: `codeswithpankaj.com`, `python.org` and `w3schools.com`. Their delays are 0.8, 0.6 and 0.7 s, and
/// their pages have 15,000, 50,321 and 45,000 bytes. Fetched one after another they take 2.1 s, and concurrently 0.8 s. A
/// [`Builder`](crate::Builder) has these sites unless you set others.
pub fn tutorial() -> Vec<Site> {
    [
        ("codeswithpankaj.com", "CodesWithPankaj - Learn Programming", 15_000, 2_000, 800),
        ("python.org", "Welcome to Python.org", 50_321, 6_000, 600),
        ("w3schools.com", "W3Schools Online Web Tutorials", 45_000, 5_000, 700),
    ]
    .into_iter()
    .map(|(name, title, bytes, words, milliseconds)| {
        Site::new(name).page(page(title, bytes, words)).delay(Duration::from_millis(milliseconds))
    })
    .collect()
}

/// Sites that fail, each in its own way.
///
/// | name | behaviour |
/// |---|---|
/// | `invalid-site.example` | refuses the connection |
/// | `unreachable-site.example` | never completes a connection |
/// | `silent-site.example` | never responds |
/// | `dribbling-site.example` | takes three seconds to send its page, in thirty pieces |
/// | `hasty-site.example` | closes a connection instead of responding to its second request |
/// | `unlucky-site.example` | responds to the first request after three seconds, and to later ones without delay |
/// | `missing-site.example` | responds with 404 |
/// | `down-site.example` | responds with 503 |
/// | `busy-site.example` | responds to the first request with 503 and `Retry-After: 1` |
/// | `limited-site.example` | responds to the first request with 429 and a `Retry-After` date, two seconds later |
/// | `flaky-site.example` | resets the connection for the first two requests |
///
/// Their pages have 15,000 bytes. `missing-site`, `busy-site`, `limited-site` and `flaky-site` have a delay of 0.1 s, so a drawing shows
/// them in flight at the same time.
pub fn failing() -> Vec<Site> {
    let status = |code, retry_after| Fault::Status { code, retry_after };
    [
        ("invalid-site.example", 0, Fault::Refused),
        ("unreachable-site.example", 0, Fault::ConnectHang),
        ("silent-site.example", 0, Fault::Hang),
        ("dribbling-site.example", 0, parsed("dribble?chunks=30&over=3000")),
        ("hasty-site.example", 0, Fault::CloseOnReuse),
        ("unlucky-site.example", 0, first(1, Fault::Delay { time: Duration::from_secs(3) })),
        ("missing-site.example", 100, status(StatusCode::NOT_FOUND, None)),
        ("down-site.example", 0, status(StatusCode::SERVICE_UNAVAILABLE, None)),
        (
            "busy-site.example",
            100,
            first(1, status(StatusCode::SERVICE_UNAVAILABLE, Some(RetryAfter::Seconds(1)))),
        ),
        (
            "limited-site.example",
            100,
            first(1, status(StatusCode::TOO_MANY_REQUESTS, Some(RetryAfter::DateIn(2)))),
        ),
        ("flaky-site.example", 100, first(2, Fault::Reset { after: None })),
    ]
    .into_iter()
    .map(|(name, milliseconds, fault)| {
        let delay = Duration::from_millis(milliseconds);
        Site::new(name).page(page(name, 15_000, 2_000)).delay(delay).fault(fault)
    })
    .collect()
}

/// Sites with pages that surprise a scraper, each in its own way: with their title, their encoding or their type. Two send too much:
/// `endless.example` sends a megabyte every 10 ms, without end, and `bomb.example` sends 100 KB that inflate to
/// 100 MB. `large.example` has a page of 2 MB that takes long to parse, with 20,000 links to `/next`.
pub fn hostile() -> Vec<Site> {
    let surprising = [
        ("no-title.example", "title?as=none"),
        ("empty-title.example", "title?as=empty"),
        ("nested-title.example", "title?as=nested"),
        ("comment-title.example", "title?as=comment"),
        ("script-title.example", "title?as=script"),
        ("entities.example", "title?as=entities"),
        ("huge-title.example", "title?as=huge"),
        ("control.example", "title?as=control"),
        ("escape.example", "title?as=escape"),
        ("latin1.example", "charset?as=latin1"),
        ("latin1-meta.example", "charset?as=latin1-meta"),
        ("invalid-utf8.example", "charset?as=invalid-utf8"),
        ("unknown.example", "charset?as=unknown"),
        ("pdf.example", "type?as=pdf"),
        ("no-type.example", "type?as=none"),
        ("wrong-type.example", "type?as=wrong"),
        ("bomb.example", "gzip-bomb?size=100"),
    ]
    .into_iter()
    .map(|(name, fault)| Site::new(name).fault(parsed(fault)));
    let endless = Site::new("endless.example")
        .page(page("A page without end", 10_000, 1_500).repeat(100))
        .fault(parsed("endless?chunk=1000000&pause=10"));
    let large = Site::new("large.example").delay(Duration::from_millis(100)).page(large()).also(
        "/next",
        HTML,
        page("Next", 1_000, 100),
    );
    surprising.chain([endless, large]).collect()
}

/// Two sites for a crawler. `library.example` has six pages that link to each other, links that lead elsewhere or nowhere, and a
/// robots.txt that disallows `/staff/` and asks for a delay of 0.2 s. `busy.example` is the same, except that its first
/// response is a 429 with `Retry-After: 1`.
pub fn libraries() -> Vec<Site> {
    let too_many =
        Fault::Status { code: StatusCode::TOO_MANY_REQUESTS, retry_after: Some(RetryAfter::Seconds(1)) };
    let busy = first(1, too_many);
    vec![library("library.example"), library("busy.example").fault(busy)]
}

/// 2 MB in 20,000 paragraphs, each with a link.
fn large() -> String {
    let paragraph =
        "<p class=\"line\"><b>A page</b> may be <i>as long as it likes</i>. <a href=\"next\">Next</a></p>\n";
    page("A large page", 100_000, 15_000).replace("<p>\n", &format!("{}<p>\n", paragraph.repeat(20_000)))
}

fn library(name: &str) -> Site {
    let front = [
        "fiction",
        "science",
        "history",
        "fiction#new",
        "#top",
        "missing",
        "http://elsewhere.example/",
        "mailto:desk@library.example",
    ];
    let robots = "User-agent: *\nDisallow: /staff/\nCrawl-delay: 0.2\n";
    Site::new(name)
        .delay(Duration::from_millis(100))
        .page(linked("The library", 300, &front))
        .also("/fiction", HTML, linked("Fiction", 500, &["novels", "poems", "."]))
        .also("/science", HTML, linked("Science &amp; nature", 700, &["history", "."]))
        .also("/history", HTML, linked("History, \"the past\"", 200, &["science", "."]))
        .also("/novels", HTML, linked("Novels", 900, &["fiction", "poems"]))
        .also("/poems", HTML, linked("Poems", 150, &["fiction", "novels"]))
        .also("/staff/pay", HTML, linked("Who earns what", 100, &["/"]))
        .also("/robots.txt", "text/plain", robots)
}

/// A page of about this many words, with links.
fn linked(title: &str, words: usize, links: &[&str]) -> String {
    let links: String = links.iter().map(|link| format!("<a href=\"{link}\">{link}</a>\n")).collect();
    page(title, words * 8, words).replace("</p>", &format!("{links}</p>"))
}

/// The first requests fail, and later ones succeed.
fn first(count: u64, with: Fault) -> Fault {
    Fault::FailFirst { count, with: Box::new(with), key: String::new() }
}

fn parsed(fault: &str) -> Fault {
    fault.parse().expect("the catalogue has the faults of the presets")
}
