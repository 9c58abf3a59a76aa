//! The checker as a person runs it: what it prints, its exit status, and what
//! Ctrl-C does.

#[cfg(target_os = "linux")]
use std::fs::File;
use std::io::{BufRead, BufReader, Read, pipe};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use mock_server::{Fault, MockWeb, Site, Watchdog};
use serde_json::Value;
use tokio::time::sleep;
use wiremock::matchers::path;
use wiremock::{Mock, ResponseTemplate};

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(120);

fn checker(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson10"));
    command.args(arguments);
    // What the machine of the test has set is not what is tested.
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

fn page(links: &[&str]) -> String {
    let links = links.iter().map(|to| format!("<a href=\"{to}\">{to}</a>\n"));
    format!("<!doctype html><title>A page</title>{}", links.collect::<String>())
}

/// A web of one site, with this page.
fn site(page: String, others: &[(&str, Fault)]) -> (MockWeb, String) {
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
    let line = "Checked: 2 links to 1 URL, 0 broken\n";
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
        "{url}lost: the site answered 404 Not Found\n    \
         on {url} \"/lost\"\n    and 1 more\n\n\
         Checked: 2 links to 2 URLs, 1 broken\n"
    );
    assert_eq!(printed, expected);
}

#[test]
fn the_mock_site_is_checked_where_there_is_no_url_and_lines_tell_how_far_it_is()
{
    let (status, printed, errors) = run(&["--timeout", "5", "--json"]);
    assert_eq!(status, Some(1));
    assert!(errors.contains("lesson10: 100 of "), "{errors}");
    assert!(!errors.contains('\x1b'), "no bar where there is no terminal");
    let lines: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("it is JSON"))
        .collect();
    let (whole, broken) = lines.split_last().expect("there are lines");
    assert_eq!(whole["broken"], broken.len());
    assert_eq!(whole["robots"], 2);
    assert_eq!(whole["interrupted"], false);
    let newsletter = broken
        .iter()
        .find(|line| line["link"] == "http://library.example/newsletter");
    let newsletter = newsletter.expect("every book has it");
    assert_eq!(newsletter["why"], "the site answered 404 Not Found");
    assert_eq!(newsletter["count"], 150);
    let occurrences = newsletter["occurrences"].as_array().expect("a list");
    assert_eq!(occurrences.len(), 5);
    assert_eq!(occurrences[0]["page"], "http://library.example/books/1");
    let moved = broken
        .iter()
        .find(|line| line["link"] == "http://library.example/moved#nowhere");
    let by_way_of = &moved.expect("it is broken")["by_way_of"];
    assert_eq!(by_way_of, "http://library.example/faq");
}

#[test]
fn what_a_page_says_reaches_no_terminal_as_a_command() {
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
fn a_wrong_argument_is_status_2_and_told_with_what_would_be_right() {
    for (arguments, words) in [
        (vec!["site.example"], "for example http://site.example"),
        (vec!["ftp://site.example"], "it is not of the web"),
        (vec!["--pages", "0"], "'0'"),
        (vec!["--pages", "many"], "'many'"),
        (vec!["--at-once", "1001"], "1001 is not in 1..=1000"),
        (vec!["--timeout", "0"], "0 is not in 1..=600"),
        (vec!["--fast"], "'--fast'"),
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
    assert!(printed.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn a_start_that_cannot_be_reached_is_told_in_a_line() {
    let refused = Site::new("refused.example").fault(Fault::Refused);
    let web = MockWeb::builder().sites([refused]).start().expect("a web");
    let url = web.url("refused.example");
    let (status, printed, errors) = run(&[url]);
    assert_eq!((status, errors.as_str()), (Some(1), ""));
    let why = "its robots.txt cannot be read: the connection was refused";
    assert!(printed.starts_with(&format!("{url}: {why}\n")), "{printed}");
}

/// A page with so many links that a pipe cannot hold the report.
fn long_report() -> (MockWeb, String) {
    let links: Vec<_> = (0..9_000).map(|n| format!("http://[{n}")).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    site(page(&links), &[])
}

#[test]
fn a_reader_that_leaves_is_no_error_and_the_status_stays() {
    let (_web, url) = long_report();
    let mut child = checker(&[&url])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let _watchdog = Watchdog::start(WATCHDOG, || vec!["a reader".to_owned()]);
    let mut line = String::new();
    let stdout = child.stdout.take().expect("it is a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("it prints");
    assert!(line.starts_with("http://["), "{line}");
    // The pipe is closed by now.
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status();
    assert!(sent.expect("there is a kill").success());
}

/// Checks a site one request at a time, and interrupts it once the page that
/// hangs was asked for.
#[cfg(unix)]
async fn interrupted(links: &[&str]) -> (Option<i32>, String) {
    let (web, url) = site(page(links), &[("/hang", Fault::Hang)]);
    let _watchdog = web.watchdog(WATCHDOG);
    let one = ["--at-once", "1", "--per-host", "1", "--timeout", "600"];
    let child = checker(&[&[url.as_str()], one.as_slice()].concat())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    web.wait_until(|record| {
        record.exchanges().any(|exchange| exchange.path == "/hang")
    })
    .await;
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    web.wait_until(|record| record.client_gone() == 1).await;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), printed.replace(&url, "/"))
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_prints_what_is_known_and_the_status_tells_what_was_found() {
    // What is as near is asked in the order of the alphabet.
    let (status, printed) = interrupted(&["/away", "/hang", "/later"]).await;
    assert_eq!(status, Some(1));
    let expected = "/away: the site answered 404 Not Found\n    \
                    on / \"/away\"\n\n\
                    Not checked: 2 links (beyond the limits, or its turn did \
                    not come)\n\
                    Interrupted: this is what was known by then.\n\
                    Checked: 2 links to 2 URLs, 1 broken\n";
    assert_eq!(printed, expected);

    let (status, printed) = interrupted(&["/hang"]).await;
    assert_eq!(status, Some(130));
    assert!(printed.contains("Interrupted: "), "{printed}");
}

#[cfg(unix)]
#[test]
fn a_second_ctrl_c_ends_it_even_where_nobody_reads_the_report() {
    let (_web, url) = long_report();
    let mut child =
        checker(&[&url]).stdout(Stdio::piped()).spawn().expect("it starts");
    let _watchdog = Watchdog::start(WATCHDOG, || vec!["Ctrl-C".to_owned()]);
    let mut stdout = child.stdout.take().expect("it is a pipe");
    stdout.read_exact(&mut [0]).expect("it prints");
    // It is printing now, and the pipe is soon full. Two signals that come
    // close to each other are one, so there is one after the other.
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is a child") {
            break status;
        }
        interrupt(&child);
        thread::yield_now();
    };
    assert_eq!(status.code(), Some(130));
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_is_heard_while_a_page_is_read() {
    // A tree takes twelve seconds for a sixteenth of this, and four times as
    // long for twice as much.
    let hostile = page(&["/hang"]) + &"<div>".repeat(350_000);
    let (web, url) = site(hostile, &[("/hang", Fault::Hang)]);
    let _watchdog = web.watchdog(WATCHDOG);
    let child = checker(&[&url, "--timeout", "600"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    web.wait_until(|record| {
        let mut pages = record.exchanges().filter(|page| page.path == "/");
        pages.any(|page| page.ended.is_some())
    })
    .await;
    // That it is being read, nobody outside can see. If it has been by then,
    // the other page hangs.
    sleep(Duration::from_millis(300)).await;
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(130), "{printed}");
    assert!(printed.contains("Interrupted: "), "{printed}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_status_3() {
    let (_web, url) = site(page(&["/lost"]), &[]);
    let _watchdog = Watchdog::start(WATCHDOG, || vec!["full".to_owned()]);
    let full = File::create("/dev/full").expect("Linux has it");
    let output = checker(&[&url]).stdout(full).output().expect("it starts");
    assert_eq!(output.status.code(), Some(3));
    let errors = String::from_utf8_lossy(&output.stderr);
    let line = "lesson10: No space left on device (os error 28)\n";
    assert_eq!(errors, line);
}

#[tokio::test]
async fn a_start_that_leads_beyond_the_limits_is_status_3() {
    let (web, url) = site(page(&[]), &[]);
    let moved = ResponseTemplate::new(301).insert_header("location", "/there");
    let asked = Mock::given(path("/")).respond_with(moved);
    asked.mount(web.wiremock()).await;
    let (status, printed, errors) = run(&[&url, "--pages", "1"]);
    let line = "lesson10: nothing was checked: \
                the start leads beyond the limits\n";
    assert_eq!((status, errors.as_str()), (Some(3), line), "{printed}");
}

#[test]
fn whoever_does_not_listen_makes_no_difference_to_the_status() {
    let _watchdog = Watchdog::start(WATCHDOG, || vec!["deaf".to_owned()]);
    let deaf = || {
        let (reader, writer) = pipe().expect("there is one");
        drop(reader);
        writer
    };
    // There are lines of how far it is.
    let mut library = checker(&["--timeout", "5"]);
    let output = library.stderr(deaf()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("\nChecked: "), "{printed}");

    let (_web, url) = site(page(&["/lost"]), &[]);
    let output = checker(&[&url]).stdout(deaf()).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");

    let mut wrong = checker(&["--fast"]);
    let status = wrong.stderr(deaf()).status().expect("it starts");
    assert_eq!(status.code(), Some(2));
}
