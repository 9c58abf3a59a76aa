//! Heads of responses that break the rules, or take them to their limits.

use lesson10::http::client::MAX_HEADERS;
use mock_server::Site;
use wiremock::matchers::{header, header_regex, path};
use wiremock::{Mock, ResponseTemplate};

use crate::raw::{RawServer, ok};
use crate::support::{broken, home, html, page, run, start};

/// A page with one lost link, in a response with these lines.
fn with_lines(lines: &str) -> Vec<u8> {
    let page = "<a href=/lost>x</a>";
    let length = page.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
    let head = format!("{head}{lines}Content-Length: {length}\r\n\r\n");
    (head + page).into_bytes()
}

fn many_lines(count: usize) -> String {
    let line = |n| format!("Link: </{n}.css>; rel=preload\r\n");
    (0..count).map(line).collect()
}

/// The broken links of a site whose start page has these lines in its head.
async fn broken_with(lines: String) -> Vec<String> {
    let server = RawServer::start(move |request, _| match request {
        "GET /" => Some(with_lines(&lines)),
        _ => {
            Some(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".into())
        }
    });
    let server = server.await;
    let report = run(&server.options()).await;
    let start = server.url.as_str();
    let broken = broken(&report).into_iter();
    let broken = broken.map(|(link, error)| format!("{link}: {error}"));
    broken.map(|line| line.replace(start, "/")).collect()
}

#[tokio::test]
async fn a_page_with_many_header_lines_is_read() {
    // Two lines come with the page.
    for count in [150, MAX_HEADERS - 2] {
        let broken = broken_with(many_lines(count)).await;
        assert_eq!(broken, ["/lost: the server returned 404 Not Found"]);
    }
    let too_many = many_lines(MAX_HEADERS - 1);
    let too_long = format!("X-Long: {}\r\n", "x".repeat(1_000_000));
    for lines in [too_many, too_long] {
        let broken = broken_with(lines).await;
        assert_eq!(broken, ["/: the head of the response is too large"]);
    }
}

#[tokio::test]
async fn faulty_header_lines_that_a_browser_puts_up_with_are_no_error() {
    for lines in [
        "Set-Cookie: a=b; domain=\u{7f}x.example\r\n",
        "X-Folded: one\r\n two\r\n",
        "X-Space : one\r\n",
        "not a header line\r\n",
        ": no name\r\n",
    ] {
        let broken = broken_with(lines.to_owned()).await;
        let lost = "/lost: the server returned 404 Not Found";
        assert_eq!(broken, [lost], "{lines:?}");
    }
}

#[tokio::test]
async fn a_folded_header_line_counts_as_one() {
    let server = RawServer::start(move |request, _| match request {
        "GET /" => Some(
            b"HTTP/1.1 301 Moved Permanently\r\nLocation:\r\n /there\r\n\
              Content-Length: 0\r\n\r\n"
                .into(),
        ),
        _ => Some(ok("")),
    });
    let server = server.await;
    let report = run(&server.options()).await;
    assert_eq!(broken(&report), vec![]);
    assert_eq!(server.requests(), ["GET /", "GET /there"]);
}

#[tokio::test]
async fn a_request_names_html_and_accepts_everything() {
    let outside = Site::new("other.example");
    let links = ["http://other.example/", "/page"];
    let (web, options, _watchdog) = start(vec![home(&links), outside]);
    let accepts = "^text/html.*[*]/[*]";
    for (host, at) in [("other.example", "/"), ("home.example", "/page")] {
        let request = Mock::given(header("host", host)).and(path(at));
        let good = request.and(header_regex("accept", accepts));
        good.respond_with(html(&page(&[])))
            .with_priority(1)
            .mount(web.wiremock())
            .await;
        let request = Mock::given(header("host", host)).and(path(at));
        let lost = request.respond_with(ResponseTemplate::new(404));
        lost.with_priority(2).mount(web.wiremock()).await;
    }
    let report = run(&options).await;
    assert_eq!((report.fine, broken(&report)), (3, vec![]));
}

#[tokio::test]
async fn a_page_of_choices_is_a_page_and_a_redirect_to_nowhere_is_broken() {
    let links = ["/choices", "/nowhere", "/not-modified"];
    let server = RawServer::start(move |request, _| {
        let head = match request {
            "GET /" => return Some(ok(&page(&links))),
            "GET /choices" => "300 Multiple Choices\r\nContent-Type: text/html",
            "GET /nowhere" => "301 Moved Permanently",
            "GET /not-modified" => "304 Not Modified",
            _ => "404 Not Found",
        };
        let page = "<a href=/lost>x</a>";
        let length = page.len();
        let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}");
        // A 304 ends with its head, whatever its length says.
        let page = if request.ends_with("modified") { "" } else { page };
        Some(format!("{head}\r\n\r\n{page}").into_bytes())
    });
    let server = server.await;
    let report = run(&server.options()).await;
    let mut broken = broken(&report);
    broken.sort();
    let url = |path| server.url.join(path).expect("it is a URL").to_string();
    let expected = [
        ("lost", "the server returned 404 Not Found"),
        ("not-modified", "the server returned 304 Not Modified"),
        ("nowhere", "the server returned 301 Moved Permanently"),
    ];
    let expected = expected.map(|(path, error)| (url(path), error.to_owned()));
    let broken: Vec<_> = broken
        .into_iter()
        .map(|(link, error)| (link.to_owned(), error))
        .collect();
    assert_eq!(broken, expected);
}
