//! The checker as people run it: its output and its exit status.

#[cfg(any(target_os = "linux", windows))]
use std::fs::File;
#[cfg(any(target_os = "linux", windows))]
use std::io::Write;
use std::io::{BufRead, BufReader, pipe};
use std::process::{Command, Output, Stdio};

use mock_server::{Fault, MockWeb, Site, Watchdog};
use serde_json::{Value, json};
use testkit::{WATCHDOG, watchdog};
use wiremock::matchers::path;
use wiremock::{Mock, Request, ResponseTemplate};

use crate::schema::Schema;
use crate::support::page;

pub fn checker(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson10"));
    command.args(arguments);
    // A proxy of the machine that runs the test must not get in the way.
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        command.env_remove(name);
    }
    command
}

/// Exit status, standard output and standard error.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let words = format!("{arguments:?}");
    let _watchdog = Watchdog::start(WATCHDOG, move || vec![words]);
    let output = checker(arguments).output().expect("it starts");
    let Output { status, stdout, stderr } = output;
    let text = |bytes| String::from_utf8(bytes).expect("it prints text");
    (status.code(), text(stdout), text(stderr))
}

/// A web of one site, with this page.
pub fn site(page: String, others: &[(&str, Fault)]) -> (MockWeb, String) {
    let mut site = Site::new("home.example").page(page);
    for (path, fault) in others {
        site = site.also_failing(path, "", fault.clone());
    }
    let web = MockWeb::builder().sites([site]).start().expect("it starts");
    let url = web.url("home.example").to_owned();
    (web, url)
}

#[test]
fn a_clean_site_is_status_0_and_one_line() {
    let (_web, url) = site(page(&["/", "#"]), &[]);
    let (status, printed, errors) = run(&[&url]);
    let line = "Checked 2 links on 1 page: no broken URLs\n";
    assert_eq!(
        (status, printed.as_str(), errors.as_str()),
        (Some(0), line, "")
    );
}

#[test]
fn a_broken_link_is_status_1_with_its_occurrences() {
    let (_web, url) = site(page(&["/lost", "/", "/lost"]), &[]);
    let (status, printed, _) = run(&[&url]);
    assert_eq!(status, Some(1));
    let expected = format!(
        "1 broken URL on this site:\n\
         {url}lost: the server returned 404 Not Found (2 links)\n    \
         on {url} \"/lost\"\n\n\
         Checked 3 links on 1 page: 1 broken URL\n"
    );
    assert_eq!(printed, expected);
}

#[test]
fn without_a_url_the_mock_site_is_checked() {
    let (status, printed, errors) = run(&["--timeout", "5", "--json"]);
    assert_eq!(status, Some(1));
    assert!(!errors.contains('\x1b'), "no bar where there is no terminal");
    let partial = "lesson10: not everything was checked; the report says why\n";
    assert!(errors.ends_with(partial), "{errors}");
    let lines = Schema::new().lines(&printed);
    let (summary, broken) = lines.split_last().expect("there are lines");
    assert_eq!(summary["broken"], broken.len());
    assert_eq!(
        (&summary["robots"], &summary["not_http"]),
        (&2.into(), &3.into())
    );
    assert_eq!(summary["interrupted"], false);
    assert_eq!(summary["limits"], json!(["page_size"]));
    let incomplete = summary["in_part"].as_array().expect("a list");
    assert_eq!(incomplete.len(), 1);
    let endless = "http://library.example/worn/19-endless";
    assert_eq!(incomplete[0]["page"], endless);
    assert_eq!(incomplete[0]["kind"], "page_size");
    assert!(incomplete[0]["why"].is_string());
    let newsletter = &broken[0];
    assert_eq!(newsletter["link"], "http://library.example/newsletter");
    assert_eq!(newsletter["why"], "the server returned 404 Not Found");
    assert_eq!(newsletter["kind"], "status");
    assert_eq!(newsletter["status"], 404);
    assert_eq!(newsletter["redirects_to"], Value::Null);
    assert_eq!(newsletter["count"], 150, "and the most frequent comes first");
    let occurrences = newsletter["occurrences"].as_array().expect("a list");
    assert_eq!(occurrences.len(), 150);
    assert_eq!(occurrences[0]["page"], "http://library.example/books/1");
    assert_eq!(occurrences[0]["text"], "/newsletter");
    let moved = broken
        .iter()
        .find(|line| line["link"] == "http://library.example/moved#nowhere");
    let moved = moved.expect("it is broken");
    assert_eq!(moved["redirects_to"], "http://library.example/faq");
    assert_eq!(moved["kind"], "missing_anchor");
}

#[test]
fn a_page_cannot_send_commands_to_the_terminal() {
    let evil = "<a href=\"/lost\">\x1b[2J\u{9b}31m\u{202e}\u{7}x</a>\
                <a href=\"http://[\x1b[2J\">y</a>";
    let (_web, url) = site(evil.to_owned(), &[]);
    for arguments in [vec![url.as_str()], vec![url.as_str(), "--json"]] {
        let (status, printed, _) = run(&arguments);
        assert_eq!(status, Some(1));
        let harmless = |letter: char| letter == '\n' || !letter.is_control();
        assert!(printed.chars().all(harmless), "{printed:?}");
        assert!(!printed.contains('\u{202e}'), "{printed:?}");
    }
}

#[test]
fn a_wrong_argument_is_status_2_and_the_error_says_what_is_right() {
    for (arguments, words) in [
        (vec!["site.example"], "such as http://site.example"),
        (vec!["ftp://site.example"], "only http and https can be checked"),
        (vec!["--pages", "0"], "'0'"),
        (vec!["--pages", "many"], "'many'"),
        (vec!["--at-once", "1001"], "1001 is not in 1..=1000"),
        (vec!["--timeout", "0"], "0 is not in 1..=600"),
        (vec!["--fast"], "'--fast'"),
        (vec!["--max-page-size", "0"], "0 is not in 1..=1000"),
        (vec!["--exclude", "a[b"], "'a[b'"),
        (vec!["--exclude", "a[b"], "unclosed character class"),
        (vec!["--include", "*"], "repetition operator missing expression"),
        (vec!["--exclude", "a{9999}{9999}"], "exceeds size limit"),
        (vec!["--header", "Cookie"], "'Cookie: session=1'"),
        (vec!["--header", "a b: c"], "invalid HTTP header name"),
        (vec!["--header", "a: \u{7f}"], "failed to parse header value"),
        (vec!["http://a.example", "http://b.example"], "'http://b.example'"),
    ] {
        let (status, printed, errors) = run(&arguments);
        assert_eq!((status, printed.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(errors.starts_with("lesson10: "), "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(errors.contains(words), "{arguments:?}: {errors}");
    }
    if !cfg!(feature = "live") {
        let (status, _, errors) = run(&["https://site.example"]);
        assert_eq!(status, Some(2));
        assert!(errors.contains("--features live"), "{errors}");
    }
    let (status, printed, errors) = run(&["--help"]);
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    assert!(printed.contains("Exit status: 0"), "{printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn a_wrong_argument_that_may_be_a_password_is_not_printed() {
    for arguments in [
        &["--header", "Authorization Bearer secret"][..],
        &["--header", "Cookie: secret\nX: y"],
        &["http://me:secret@["],
        &["ftp://me:secret@site.example"],
        #[cfg(not(feature = "live"))]
        &["https://me:secret@site.example"],
    ] {
        let (status, _, error) = run(arguments);
        assert_eq!(status, Some(2), "{error}");
        assert!(error.contains("invalid value for"), "{error}");
        assert!(!error.contains("secret"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn a_start_url_that_cannot_be_reached_is_in_the_report() {
    let refused = Site::new("refused.example").fault(Fault::Refused);
    let web = MockWeb::builder().sites([refused]).start().expect("a web");
    let url = web.url("refused.example");
    let (status, printed, errors) = run(&[url]);
    assert_eq!((status, errors.as_str()), (Some(1), ""));
    let expected = format!(
        "1 broken URL on this site:\n\
         {url}: robots.txt could not be fetched: the connection was refused\n    \
         the start URL\n\n\
         Checked 0 links on 0 pages: 1 broken URL\n"
    );
    assert_eq!(printed, expected);
}

/// A page with more broken links than a pipe can hold in a report.
pub fn long_report() -> (MockWeb, String) {
    let links: Vec<_> = (0..9_000).map(|n| format!("http://[{n}")).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    site(page(&links), &[])
}

#[test]
fn a_reader_that_leaves_is_no_error_and_the_status_stays_the_same() {
    let (_web, url) = long_report();
    let mut child = checker(&[&url])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let _watchdog = watchdog();
    let mut line = String::new();
    let stdout = child.stdout.take().expect("it is a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("it prints");
    assert_eq!(line, "9,000 broken URLs on this site:\n");
    // The reader was dropped, so the pipe is closed now.
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// A file that can't be written to. macOS has none that is as easy to get.
#[cfg(target_os = "linux")]
fn unwritable() -> File {
    File::create("/dev/full").expect("Linux has it")
}

#[cfg(windows)]
fn unwritable() -> File {
    File::open(env!("CARGO_BIN_EXE_lesson10")).expect("it can be read")
}

#[cfg(any(target_os = "linux", windows))]
#[test]
fn a_report_that_cannot_be_written_is_status_3() {
    let (_web, url) = site(page(&["/lost"]), &[]);
    let _watchdog = watchdog();
    let written = unwritable().write_all(b"a report");
    let error = written.expect_err("it can't be written to");
    let output = checker(&[&url]).stdout(unwritable()).output();
    let output = output.expect("it starts");
    assert_eq!(output.status.code(), Some(3));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(errors, format!("lesson10: {error}\n"));
}

#[tokio::test]
async fn a_start_url_that_redirects_past_a_limit_is_status_3() {
    let (web, url) = site(page(&[]), &[]);
    let moved = ResponseTemplate::new(301).insert_header("location", "/there");
    let redirect = Mock::given(path("/")).respond_with(moved);
    redirect.mount(web.wiremock()).await;
    let (status, printed, errors) = run(&[&url, "--pages", "1"]);
    let line = "lesson10: nothing was checked: \
                the start URL redirects to one that was skipped\n";
    assert_eq!((status, errors.as_str()), (Some(3), line), "{printed}");
}

#[tokio::test]
async fn the_arguments_reach_the_check() {
    let links = ["/old/1", "/old/new", "/lost#1", "/lost#2"].map(str::to_owned);
    let many = (0..9).map(|number| format!("/lost#{number}"));
    let links: Vec<_> = links.into_iter().chain(many).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let elsewhere = ["http://127.0.0.1:9/", "http://[x"];
    let (web, url) = site(page(&[&links, elsewhere.as_slice()].concat()), &[]);
    // A site that wants a header.
    let closed = Mock::given(|request: &Request| {
        request.headers.get("x-key").is_none_or(|value| value != "a: b")
    });
    let closed = closed.respond_with(ResponseTemplate::new(401));
    closed.with_priority(1).mount(web.wiremock()).await;
    let arguments = [
        &url,
        "--exclude=/old/",
        "--exclude=#8$",
        "--include=new$",
        "--no-external",
        "--header=X-Key: a: b",
        "--all",
    ];
    let (status, printed, errors) = run(&arguments);
    assert_eq!((status, errors.as_str()), (Some(1), ""), "{printed}");
    let urls: Vec<_> = printed
        .lines()
        .filter_map(|line| line.split_once(": the server returned 404"))
        .map(|(link, _)| link.trim_start_matches(&url))
        .collect();
    assert_eq!(urls, ["lost", "old/new"]);
    assert_eq!(printed.matches("    on ").count(), 8 + 1 + 1, "{printed}");
    assert!(printed.contains("Skipped 3 links: left out by "), "{printed}");
}

#[test]
fn a_closed_output_does_not_change_the_status() {
    let _watchdog = watchdog();
    let closed = || {
        let (reader, writer) = pipe().expect("there is one");
        drop(reader);
        writer
    };
    // It prints a line about a page that was read only in part.
    let mut library = checker(&["--timeout", "5"]);
    let output = library.stderr(closed()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("\nChecked "), "{printed}");

    let (_web, url) = site(page(&["/lost"]), &[]);
    let output = checker(&[&url]).stdout(closed()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");

    let mut wrong = checker(&["--fast"]);
    let status = wrong.stderr(closed()).status().expect("it starts");
    assert_eq!(status.code(), Some(2));
}
