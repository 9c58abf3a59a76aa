//! The lesson as a person runs it: what it prints, and what it says to a wrong argument.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use mock_server::{MockWeb, Site, Watchdog};

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(120);

fn lesson(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lesson01"));
    command.args(arguments);
    // What the machine of the test has set is not what is tested.
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
    ] {
        command.env_remove(name);
    }
    command
}

fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let words = format!("{command:?}");
    let _watchdog = Watchdog::start(WATCHDOG, move || vec![words]);
    let Output { status, stdout, stderr } =
        command.output().expect("the lesson starts");
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes).expect("the lesson prints text")
    };
    (status.code(), text(stdout), text(stderr))
}

/// A picture's name that no other test uses.
fn picture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

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

/// The threads that the closing table has for a strategy.
#[cfg(target_os = "linux")]
fn threads(printed: &str, strategy: &str) -> String {
    let row = printed
        .lines()
        .rev()
        .find(|line| line.starts_with(strategy))
        .expect("the table has it");
    let row = row.split("  (").next().unwrap_or(row);
    row.split_whitespace()
        .rev()
        .nth(1)
        .expect("threads are before the speed-up")
        .to_owned()
}

#[cfg(target_os = "linux")]
#[test]
fn the_table_counts_the_thread_that_the_blocking_client_hides_and_the_readme_shows_it()
 {
    let (_, printed, _) = run(&mut lesson(&[]));
    assert_eq!(threads(&printed, "one after another"), "2");
    assert_eq!(threads(&printed, "a thread for each site"), "5");
    assert_eq!(threads(&printed, "async, all at once"), "1");
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
    let refused = "python.org: failed: error sending request: client error (Connect): tcp connect error: \
                   Connection refused (os error 111)\n";
    for line in ["codeswithpankaj.com: 15000 bytes\n", refused] {
        assert_eq!(printed.matches(line).count(), 3, "{line}{printed}");
    }
    // Between the first words and the last the blocking client has one cause less than the async one.
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

#[cfg(target_os = "linux")]
#[test]
fn looking_up_a_name_takes_a_thread_and_an_address_does_not() {
    let names = ["a.example", "b.example", "c.example"];
    let slow = |name| Site::new(name).delay(Duration::from_millis(500));
    let web =
        MockWeb::builder().sites(names.map(slow)).start().expect("it starts");
    let urls = names.map(|name| web.url(name));
    let (_, printed, _) = run(&mut lesson(&urls));
    assert_eq!(threads(&printed, "async, all at once"), "1", "{printed}");
    let named = urls.map(|url| url.replace("127.0.0.1", "localhost"));
    let (_, printed, _) = run(&mut lesson(&[&named[0]]));
    assert_eq!(threads(&printed, "async, all at once"), "2", "{printed}");
    // Each lookup has a thread, unless an earlier one's has become idle.
    let (_, printed, _) = run(&mut lesson(&[&named[0], &named[1], &named[2]]));
    let most = threads(&printed, "async, all at once");
    assert!(["2", "3", "4"].contains(&most.as_str()), "{printed}");
}

#[test]
fn the_faults_are_listed() {
    let (status, printed, _) = run(&mut lesson(&["--fault", "list"]));
    assert_eq!(status, Some(0));
    for kind in mock_server::catalogue() {
        assert!(
            printed.contains(&format!(
                "{}\n    {}\n",
                kind.example, kind.behaviour
            )),
            "{printed}"
        );
        assert!(
            kind.parameters.iter().all(
                |parameter| printed.contains(&format!("    {parameter}\n"))
            )
        );
    }
}

#[test]
fn a_picture_that_was_there_is_left_as_it_is_when_the_lesson_does_not_run() {
    let (file, other) =
        (picture("was-there.svg"), picture("was-not-there.svg"));
    fs::write(&file, "a picture").expect("it can be written");
    for file in [&file, &other] {
        let fault = "nowhere.example=hang";
        let (status, _, _) = run(&mut lesson(&[
            "--timeline",
            &file.to_string_lossy(),
            "--fault",
            fault,
        ]));
        assert_eq!(status, Some(2));
    }
    assert_eq!(fs::read_to_string(&file).expect("it is there"), "a picture");
    assert!(!other.exists());
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
fn a_proxy_in_the_environment_is_told_and_the_mock_web_is_reached_without_it() {
    let web = MockWeb::builder()
        .sites([Site::new("a.example")])
        .start()
        .expect("it starts");
    let url = web.url("a.example");
    for name in ["HTTP_PROXY", "all_proxy"] {
        // Nothing listens there: a lesson that asked it would fail.
        let (status, printed, errors) =
            run(lesson(&[url]).env(name, "http://127.0.0.1:9"));
        assert_eq!(status, Some(0));
        assert_eq!(
            errors,
            format!(
                "lesson01: {name} is set; bypassing the proxy for sites on this machine\n"
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

#[test]
fn help_fits_a_screen_and_a_wrong_argument_is_one_line_and_status_2() {
    let (status, help, _) = run(&mut lesson(&["--help"]));
    assert_eq!(status, Some(0));
    assert!(
        help.starts_with("lesson01: ") && help.lines().count() <= 15,
        "{help}"
    );

    let folder = env!("CARGO_TARGET_TMPDIR");
    let unwritable = format!("{folder}/there/is/none.svg");
    let wrong: &[(&[&str], &str)] = &[
        (&["--flaut"], "invalid option '--flaut'; see --help"),
        (
            &["--seed", "x"],
            "cannot parse argument \"x\": invalid digit found in string; see --help",
        ),
        (
            &["example.com"],
            "`example.com` is not a URL; write the whole address, for example http://example.com",
        ),
        (
            &["ftp://example.com"],
            "`ftp://example.com` cannot be fetched; a URL starts with http:// or https://, \
             for example http://example.com",
        ),
        (
            &["--fault", "pyhton.org=stall"],
            "--fault: no site is called `pyhton.org`; there are: codeswithpankaj.com, python.org, w3schools.com",
        ),
        (
            &["--fault", "python.org"],
            "`--fault python.org` does not name a fault; write --fault SITE=FAULT, for example --fault python.org=hang",
        ),
        (
            &["--fault", "python.org=reset?after=x"],
            "--fault python.org=reset?after=x: `after` of `reset` is a whole number from 0 to 1000000000 (bytes), \
             not `x`, for example `reset?after=1000`",
        ),
        (
            &["--fault", "python.org=stall", "--fault", "python.org=hang"],
            "--fault was given twice for python.org; a site can have one fault",
        ),
        (
            &["--live", "http://example.com"],
            "--live cannot be combined with URLs, because it brings its own",
        ),
        (
            &["--fault", "python.org=stall", "http://example.com"],
            "--fault works only with the mock web; leave out the URLs or --fault",
        ),
        (
            &["--timeline", "x.svg", "http://example.com"],
            "--timeline works only with the mock web; leave out the URLs or --timeline",
        ),
        (
            &["--timeline", "x.png"],
            "--timeline takes the name of an SVG file, for example timeline.svg, not `x.png`",
        ),
        (
            &["--timeline", &unwritable],
            &format!(
                "--timeline cannot write {unwritable}: No such file or directory (os error 2)"
            ),
        ),
    ];
    for (arguments, words) in wrong {
        let (status, printed, errors) = run(&mut lesson(arguments));
        assert_eq!(
            (status, errors),
            (Some(2), format!("lesson01: {words}\n")),
            "{arguments:?}"
        );
        assert_eq!(printed, "", "{arguments:?}");
    }
}

#[cfg(not(feature = "live"))]
#[test]
fn https_without_tls_is_told_with_the_command_that_has_it() {
    let (status, _, errors) =
        run(&mut lesson(&["https://example.com", "http://example.com"]));
    let words = "lesson01: `https://example.com` needs TLS, and this build has none; \
                 try cargo run -p lesson01 --features live -- https://example.com http://example.com\n";
    assert_eq!((status, errors.as_str()), (Some(2), words));
    let (status, _, errors) = run(&mut lesson(&["--live"]));
    assert_eq!(status, Some(2));
    assert!(
        errors
            .ends_with("try cargo run -p lesson01 --features live -- --live\n"),
        "{errors}"
    );
}
