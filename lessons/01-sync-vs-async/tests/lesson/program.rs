//! What the lesson's program prints about its sites.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use mock_server::{MockWeb, Site};
use testkit::WATCHDOG;

use crate::support::{lesson, picture, run};

#[test]
fn it_tells_its_story_in_three_parts_and_draws_each() {
    let file = picture("story.svg");
    let (status, printed, errors) =
        run(&mut lesson(&["--timeline", &file.to_string_lossy()]));

    let drawn = file.display();
    assert_eq!(status, Some(0));
    assert_eq!(
        errors,
        format!("lesson01: also drawing the timelines to {drawn}\n")
    );
    assert!(!printed.contains('\x1b'), "no colour into a pipe");
    assert!(
        printed.lines().all(|line| line.chars().count() <= 110),
        "{printed}"
    );
    let parts: Vec<_> = printed.split("--- ").collect();
    assert!(
        parts[1].starts_with(
            "one after another ---\n\
             Fetching codeswithpankaj.com\nFetched codeswithpankaj.com\n\
             Fetching python.org\nFetched python.org\n\
             Fetching w3schools.com\nFetched w3schools.com\n\
             codeswithpankaj.com: 15000 bytes\npython.org: 50321 bytes\nw3schools.com: 45000 bytes\nTotal time: "
        ),
        "{printed}"
    );
    assert!(parts[1].contains(
        "one after another: 3 requests on 3 connections, at most 1 in flight\n"
    ));
    assert!(parts[2].contains("a thread for each site: 3 requests on 3 connections, at most 3 in flight\n"));
    assert!(
        parts[3].starts_with(
            "async: all at once on one thread ---\n\
             Fetching codeswithpankaj.com\nFetching python.org\nFetching w3schools.com\n"
        ),
        "{printed}"
    );
    assert!(parts[3].contains(
        "async, all at once: 3 requests on 3 connections, at most 3 in flight\n"
    ));
    let svg = fs::read_to_string(file).expect("the picture is written");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert_eq!(svg.matches("class=\"title\"").count(), 3);
}

/// The error of this system when nothing listens on a port.
fn connection_refused() -> io::Error {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = listener.local_addr().expect("it has an address");
    drop(listener);
    TcpStream::connect(address).expect_err("nothing listens there")
}

#[test]
fn a_broken_site_is_named_with_its_cause_and_the_status_is_0() {
    let faults = [
        "--fault",
        "python.org=refused",
        "--fault",
        "w3schools.com=truncate?after=9",
    ];
    let (status, printed, _) = run(&mut lesson(&faults));
    assert_eq!(status, Some(0));
    let refused = format!(
        "python.org: failed: error sending request: client error (Connect): \
         tcp connect error: {}\n",
        connection_refused()
    );
    for line in ["codeswithpankaj.com: 15000 bytes\n", &refused] {
        assert_eq!(printed.matches(line).count(), 3, "{line}{printed}");
    }
    // Between these words the blocking client has one cause less than the async
    // one.
    let cut = |line: &&str| {
        line.starts_with(
            "w3schools.com: failed: error decoding response body: ",
        ) && line.ends_with(": end of file before message length reached")
    };
    assert_eq!(printed.lines().filter(cut).count(), 3, "{printed}");
    assert!(printed.contains("cut at 9 B\n"));
    assert_eq!(
        printed.matches("\npython.org: no request arrived\n").count(),
        3,
        "{printed}"
    );
    assert_eq!(printed.matches("x  (2 failed)\n").count(), 3, "{printed}");
}

#[test]
fn a_strategy_whose_sites_all_failed_has_no_speed_up() {
    let (_, printed, _) = run(&mut lesson(&["http://nowhere.invalid/"]));
    assert_eq!(printed.matches("  -  (1 failed)\n").count(), 3, "{printed}");
}

#[test]
fn a_site_that_is_not_there_is_a_line_and_not_a_failure_of_the_lesson() {
    let (status, printed, _) = run(&mut lesson(&["http://nowhere.invalid/"]));
    assert_eq!(status, Some(0));
    assert_eq!(
        printed
            .matches("http://nowhere.invalid/: failed: error sending request: ")
            .count(),
        3,
        "{printed}"
    );
}

#[test]
fn urls_of_ones_own_are_fetched_in_place_of_the_mock_web() {
    let web = MockWeb::builder()
        .sites([Site::new("a.example"), Site::new("b.example")])
        .start()
        .expect("it starts");
    let (a, b) = (web.url("a.example"), web.url("b.example"));
    let (status, printed, errors) = run(&mut lesson(&[a, b]));
    assert_eq!((status, errors.as_str()), (Some(0), ""));
    assert_eq!(
        printed.matches(&format!("{a}: 1000 bytes\n{b}: 1000 bytes\n")).count(),
        3,
        "{printed}"
    );
    assert!(!printed.contains("in flight"), "a real site draws no timeline");
    assert_eq!(web.record().requests("a.example"), 3);
}

#[test]
fn random_faults_print_the_seed_they_draw_on() {
    let (status, printed, _) =
        run(&mut lesson(&["--fault", "python.org=garbage", "--seed", "42"]));
    assert_eq!(status, Some(0));
    assert!(
        printed.starts_with("(random faults use --seed 42)\n"),
        "{printed}"
    );
}

#[test]
fn a_proxy_in_the_environment_is_told_and_the_mock_web_is_reached_without_it() {
    let web = MockWeb::builder()
        .sites([Site::new("a.example")])
        .start()
        .expect("it starts");
    let url = web.url("a.example");
    for name in ["HTTP_PROXY", "all_proxy"] {
        // Nothing listens there: a request to it would fail.
        let (status, printed, errors) =
            run(lesson(&[url]).env(name, "http://127.0.0.1:9"));
        assert_eq!(status, Some(0));
        // On Windows a variable has any of its names, and the lesson tries the
        // capital one first.
        let named =
            if cfg!(windows) { name.to_uppercase() } else { name.to_owned() };
        assert_eq!(
            errors,
            format!(
                "lesson01: {named} is set; bypassing the proxy for sites on this machine\n"
            )
        );
        assert_eq!(
            printed.matches(&format!("{url}: 1000 bytes\n")).count(),
            3,
            "{printed}"
        );
    }
    let (_, _, errors) = run(lesson(&[url])
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("NO_PROXY", "example.com, 127.0.0.1"));
    assert_eq!(errors, "", "what needs no help gets none");
}

#[test]
fn a_reader_that_leaves_early_ends_it_quietly() {
    let web = MockWeb::builder()
        .sites([Site::new("a.example")])
        .start()
        .expect("it starts");
    let _watchdog = web.watchdog(WATCHDOG);
    let mut child = lesson(&[web.url("a.example")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the lesson starts");
    let mut first = String::new();
    let stdout = child.stdout.take().expect("it is a pipe");
    BufReader::new(stdout).read_line(&mut first).expect("it prints");
    // The pipe is closed now, as `| head -1` closes it.
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(first, "--- one after another ---\n");
    assert!(web.record().requests("a.example") <= 1, "it went on for nobody");
    assert_eq!(
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).as_ref()
        ),
        (Some(0), "")
    );
}
