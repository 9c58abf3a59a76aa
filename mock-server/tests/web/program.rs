//! The program as a person runs it.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Output;

use reqwest::blocking::Client;

use crate::support::{Serving, program};

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().expect("the program starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn sites_faults_delays_and_gates_are_paths_and_the_timeline_tells_of_them() {
    let serving = Serving::start();

    let (status, page) = serving.get("/site/python.org");
    assert_eq!((status, page.len()), (200, 50_321));
    assert!(page.contains("<title>Welcome to Python.org</title>"));
    assert_eq!(serving.get("/site/python.org/nothing-here").0, 404);
    assert_eq!(serving.get("/fault/status?code=418").0, 418);
    let (status, page) = serving.get("/fault/dribble?chunk=9000&pause=1&site=w3schools.com");
    assert_eq!((status, page.len()), (200, 45_000));
    let (status, page) = serving.get("/fault/redirect?hops=2&site=python.org");
    assert_eq!((status, page.len()), (200, 50_321));
    let broken =
        Client::new().get(format!("{}/fault/empty", serving.url)).send().expect_err("it has no answer");
    assert!(broken.is_request());
    assert_eq!(serving.get("/delay/5"), (200, "after 5 ms\n".to_owned()));
    assert_eq!(serving.get("/gate/1"), (200, "1 at once\n".to_owned()));
    assert_eq!(serving.get("/gate/2?wait=10"), (425, "never 2 at once within 10 ms\n".to_owned()));

    let (_, timeline) = serving.get("/timeline");
    let summary = timeline.lines().next().unwrap_or_default();
    let ends = summary.starts_with("so far: 11 requests on ") && summary.ends_with(", at most 1 in flight");
    assert!(ends, "{timeline}");
    for row in ["python.org ", "python.org/nothing-here ", "/fault/empty ", "/delay/5 ", "/gate/1 "] {
        assert!(timeline.contains(&format!("\n{row}")), "{row} is not in\n{timeline}");
    }
    assert!(timeline.contains("cut at 0 B"));
    assert!(serving.get("/timeline.svg").1.starts_with("<svg "));
}

#[test]
fn for_measuring_there_is_one_more_site() {
    let serving = Serving::start_with(&["--load"]);
    let (status, page) = serving.get("/site/page.example");
    assert_eq!((status, page.len()), (200, 15_000));
    assert_eq!(serving.get("/site/python.org").1.len(), 50_321);
    assert_eq!(Serving::start().get("/site/page.example").0, 404);
}

#[test]
fn a_reset_record_is_empty_gates_are_new_and_counts_begin_again() {
    let serving = Serving::start();
    // A gate that has failed stays so, for who would have opened it too.
    let alone = "/gate/1?wait=10";
    let pair = "/gate/2?wait=10";
    assert_eq!((serving.get(alone).0, serving.get(pair).0, serving.get(pair).0), (200, 425, 425));
    let counted = "/fault/fail-first?n=1";
    assert_eq!((serving.get(counted).0, serving.get(counted).0), (503, 200));
    let other_key = "/fault/fail-first?n=1&key=other";
    assert_eq!((serving.get(other_key).0, serving.get(counted).0), (503, 200));
    assert_eq!(serving.get("/reset-record").0, 405);

    let reset = Client::new().post(format!("{}/reset-record", serving.url)).send().expect("it answers");

    assert_eq!(reset.status(), 200);
    assert_eq!(serving.get("/timeline").1, "so far: the server saw no request\n");
    assert_eq!((serving.get(counted).0, serving.get(counted).0), (503, 200));
    let pair_at_once = "/gate/2?wait=30000";
    let both = std::thread::scope(|scope| {
        let one = scope.spawn(|| serving.get(pair_at_once).0);
        (serving.get(pair_at_once).0, one.join().expect("it does not panic"))
    });
    assert_eq!(both, (200, 200));
    assert_eq!(serving.get(pair_at_once).0, 200, "a gate that stands open stays open");
    Client::new().post(format!("{}/reset-record", serving.url)).send().expect("it answers");
    let held = std::thread::scope(|scope| {
        let one = scope.spawn(|| serving.get(pair_at_once).0);
        while !serving.get("/timeline").1.contains("/gate/2") {
            std::thread::yield_now();
        }
        let open = serving.get("/timeline").1.contains("in flight, 0 B");
        (open, serving.get(pair_at_once).0, one.join().expect("it does not panic"))
    });
    assert_eq!(held, (true, 200, 200), "a reset shuts the gate again");
}

#[test]
fn what_is_wrong_with_an_address_is_told_with_what_would_be_right() {
    let serving = Serving::start();
    let wrong = [
        (
            "/site/nope",
            404,
            "no site is called `nope`; there are: codeswithpankaj.com, python.org, w3schools.com\n",
        ),
        (
            "/fault/stall?site=nope",
            404,
            "no site is called `nope`; there are: codeswithpankaj.com, python.org, w3schools.com\n",
        ),
        (
            "/fault/stall?after=-1",
            400,
            "`after` of `stall` is a whole number from 0 to 1000000000 (bytes), not `-1`, \
             for example `stall?after=1000&for=2000`\n",
        ),
        (
            "/delay/soon",
            400,
            "a delay is a whole number from 0 to 600000 (ms), not `soon`, for example /delay/500\n",
        ),
        ("/delay/5?x=1", 400, "a delay has no parameter `x`; it takes none, for example /delay/500\n"),
        (
            "/gate/0",
            400,
            "a gate is a whole number from 1 to 100000 (requests), not `0`, for example /gate/4?wait=2000\n",
        ),
        (
            "/gate/2?waif=1",
            400,
            "a gate has no parameter `waif`; it takes wait, for example /gate/4?wait=2000\n",
        ),
    ];
    for (path, status, words) in wrong {
        assert_eq!(serving.get(path), (status, words.to_owned()), "{path}");
    }
    let (status, words) = serving.get("/nothing");
    assert_eq!(status, 404);
    assert_eq!(words, format!("nothing is at `/nothing`; {}/ lists what there is\n", serving.url));
    assert_eq!(serving.get("/timeline").1, "so far: the server saw no request\n");
}

#[test]
fn the_index_links_every_site_and_fault_with_a_curl_line_and_the_links_work() {
    let serving = Serving::start();
    let (_, index) = serving.get("/");
    let links: Vec<_> = index.split("<a href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for link in &links {
        // A port has a URL of its own.
        let origin = if link.starts_with('/') { &serving.url } else { "" };
        assert!(index.contains(&format!("'{origin}{link}'</pre>")), "{link} has no curl line");
    }
    let links: Vec<_> = links.into_iter().map(|link| link.replace("&amp;", "&")).collect();
    for kind in mock_server::catalogue().filter(|kind| !matches!(kind.name, "refused" | "connect-hang")) {
        assert!(links.contains(&format!("/fault/{}", kind.example)), "{index}");
        assert!(
            kind.parameters.iter().all(|parameter| index.contains(&format!("<small>{}: ", parameter.name)))
        );
    }
    // Those that answer, and soon.
    for link in links.iter().filter(|link| link.starts_with("/site/") || link.starts_with("/timeline")) {
        assert_eq!(serving.get(link).0, 200, "{link}");
    }
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_program_without_https_says_on_its_index_page_how_to_get_it() {
    let serving = Serving::start();
    let (_, index) = serving.get("/");
    assert!(index.contains("<pre>cargo install --path mock-server --features tls</pre>"), "{index}");
    assert_eq!(serving.get("/ca.pem").0, 404);
}

#[test]
fn the_timeline_as_data_has_what_the_record_has() {
    let serving = Serving::start();
    serving.get("/delay/1");
    let (_, json) = serving.get("/timeline.json");
    let record: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!((&record["max_in_flight"], &record["in_flight"]), (&1.into(), &0.into()));
    let exchange = &record["exchanges"][0];
    assert_eq!((&exchange["path"], &exchange["outcome"]), (&"/delay/1".into(), &"complete".into()));
    assert_eq!((&exchange["status"], &exchange["bytes"]), (&200.into(), &11.into()));
    assert_eq!(exchange["connection"], 1);
    assert!(exchange["accepted"].as_f64() <= exchange["request_head"].as_f64());
    assert!(exchange["first_byte"].as_f64() <= exchange["ended"].as_f64());
}

#[test]
fn each_request_that_is_over_is_a_line() {
    let mut serving = Serving::start();
    serving.get("/delay/1");
    serving.get("/fault/truncate?after=7");
    serving.get("/fault/status");
    // It has no response.
    let _ = Client::new().get(format!("{}/fault/empty", serving.url)).send();
    serving.get("/timeline");
    for start in [
        "GET /delay/1: status 200, 11 bytes in ",
        "GET /fault/truncate?after=7: status 200, cut at 7 B in ",
        "GET /fault/status: status 503, 31 bytes in ",
        "GET /fault/empty: cut at 0 B in ",
    ] {
        let line = serving.line();
        assert!(line.starts_with(start) && line.ends_with(" ms\n"), "{line}");
    }
}

#[test]
fn a_busy_port_is_one_clear_line_and_status_1() {
    let busy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let port = busy.local_addr().expect("it is bound").port();
    let output = run(&["--port", &port.to_string()]);
    assert_eq!(output.status.code(), Some(1));
    let reason = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect_err("it is busy");
    let expected = format!(
        "mock-server: cannot listen on 127.0.0.1:{port}: {reason}; --port N takes a different port, --port 0 a free one\n"
    );
    assert_eq!((output.stdout.as_slice(), stderr(&output)), (&[][..], expected));
}

#[test]
fn a_wrong_argument_is_one_clear_line_and_status_2() {
    for (arguments, words) in [
        (&["--prot"][..], "mock-server: invalid option '--prot'; see --help\n"),
        (
            &["--port", "many"],
            "mock-server: cannot parse argument \"many\": invalid digit found in string; see --help\n",
        ),
        (&["site"], "mock-server: unexpected argument \"site\"; see --help\n"),
    ] {
        let output = run(arguments);
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(2), words));
    }
    let help = run(&["--help"]);
    assert!(help.status.success() && help.stdout.starts_with(b"A web that misbehaves"));
}

#[test]
fn its_version_is_that_of_the_package() {
    let output = run(&["--version"]);
    assert!(output.status.success());
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(printed, format!("mock-server {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_exit_status_is_the_same_if_nothing_reads_standard_error() {
    let busy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("there is a free port");
    let port = busy.local_addr().expect("it is bound").port().to_string();
    for (arguments, expected) in [(["--port", &port], 1), (["--prot", "8080"], 2)] {
        let (reader, writer) = std::io::pipe().expect("there's a pipe");
        drop(reader);
        let status = program(&arguments).stderr(writer).status().expect("the program starts");
        assert_eq!(status.code(), Some(expected), "{arguments:?}");
    }
}
