//! The titles of all sites, and what every fault of the catalogue does to them.

use std::process::Command;
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::with_causes;
use lesson08::{CONCURRENCY, LARGEST, PageError, fetch_all};
use mock_server::{Fault, MockWeb, Site};
use testkit::{IMPATIENT, PATIENT, check_fault_table, quick_tutorial, start};

use crate::support::{client, client_with_timeout, is_harmless};

#[tokio::test]
async fn all_titles_are_fetched_concurrently_and_come_in_the_sites_order() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let titles = fetch_all(&client(), &sites).await;
    let titles: Vec<_> = titles.into_iter().flatten().flatten().collect();
    assert_eq!(
        titles,
        [
            "CodesWithPankaj - Learn Programming",
            "Welcome to Python.org",
            "W3Schools Online Web Tutorials",
        ]
    );
    assert_eq!(web.record().max_in_flight(), 3);
}

/// Fetches a few more sites than may be in flight, through a gate, and returns
/// how many titles arrived.
async fn titles_through_a_gate(size: usize, wait: Duration) -> usize {
    let site = |number| Site::new(&format!("{number}.example"));
    let web = MockWeb::builder().sites((0..CONCURRENCY + 3).map(site));
    let (web, sites, _watchdog) = start(web.gate(size, wait));
    let titles = fetch_all(&client(), &sites).await;
    assert_eq!(titles.len(), sites.len());
    assert!(web.record().max_in_flight() <= CONCURRENCY);
    titles.iter().filter(|title| title.is_ok()).count()
}

#[tokio::test]
async fn eight_pages_are_in_flight_and_never_a_ninth() {
    let all = CONCURRENCY + 3;
    assert_eq!(titles_through_a_gate(CONCURRENCY, PATIENT).await, all);
    assert_eq!(titles_through_a_gate(CONCURRENCY + 1, IMPATIENT).await, 0);
}

/// A fault and what becomes of a site that has it: a title, none, or an error.
type Row = (&'static str, fn(&Result<Option<String>, PageError>) -> bool);

fn is_python(title: &Result<Option<String>, PageError>) -> bool {
    matches!(title, Ok(Some(title)) if title == "Welcome to Python.org")
}

fn did_not_arrive(title: &Result<Option<String>, PageError>) -> bool {
    matches!(title, Err(PageError::Request(_)))
}

#[rustfmt::skip]
const TABLE: [Row; 38] = [
    ("delay?ms=10", is_python),
    ("random-delay?low=1&high=9", is_python),
    ("status?code=503", |title| matches!(title, Err(PageError::Status(status)) if *status == 503)),
    ("fail-first?n=1&with=truncate", did_not_arrive),
    ("unstable?rate=1&with=reset", did_not_arrive),
    ("redirect?hops=2", is_python),
    ("redirect-loop", did_not_arrive),
    ("slow-head?pause=1", is_python),
    ("refused", did_not_arrive),
    ("connect-hang", did_not_arrive),
    ("empty", did_not_arrive),
    ("hang", did_not_arrive),
    ("reset", did_not_arrive),
    ("truncate", did_not_arrive),
    ("dribble?chunk=20000&pause=5", is_python),
    ("stall", did_not_arrive),
    ("bad-chunk", did_not_arrive),
    ("garbage", did_not_arrive),
    ("slow-close?delay=5", is_python),
    ("idle-close", is_python),
    ("close-on-reuse", is_python),
    ("gzip-bomb?size=2", |title| matches!(title, Err(PageError::Compressed))),
    ("charset", |title| matches!(title, Ok(Some(title)) if title == "Café crème")),
    ("type?as=pdf", |title| matches!(title, Err(PageError::NotHtml(mime)) if *mime == "application/pdf")),
    ("type?as=none", is_python),
    ("title?as=none", |title| matches!(title, Ok(None))),
    ("endless", did_not_arrive),
    ("endless?chunk=1000000&pause=0", |title| matches!(title, Err(PageError::TooLarge(LARGEST)))),
    ("length?as=short", is_python),
    ("length?as=long", did_not_arrive),
    ("length?as=twice", did_not_arrive),
    ("head?as=folded", did_not_arrive),
    ("interim?of=103&n=2", is_python),
    ("trailers", is_python),
    ("in-turn?of=reset,ok", did_not_arrive),
    ("at-most?n=1&per=60000", is_python),
    ("encoding?as=mislabelled", |title| matches!(title, Err(PageError::Compressed))),
    ("encoding?as=unknown", |title| matches!(title, Err(PageError::Compressed))),
];

/// The faults in the table that only the client's timeout ends.
const WITHOUT_END: [&str; 5] =
    ["connect-hang", "hang", "stall", "endless", "length?as=long"];

#[tokio::test]
async fn a_fault_has_its_own_error_and_does_no_harm_to_the_other_sites() {
    // A web is started on this thread, and a timeout that runs in the meantime
    // may expire. So they are all there before the first request.
    let webs = TABLE.map(|row| {
        let fault: Fault = row.0.parse().expect("it is a fault");
        (row, start(quick_tutorial().fault("python.org", fault)))
    });
    // All at the same time, because some wait for a timeout.
    join_all(webs.iter().map(|(row, (_web, sites, _))| check(row, sites)))
        .await;
}

async fn check((fault, is_right): &Row, sites: &[lesson_kit::Site]) {
    let ends = !WITHOUT_END.contains(fault);
    let (patient, hurried) = (client(), client_with_timeout());
    let client = if ends { &patient } else { &hurried };
    let mut titles = fetch_all(client, sites).await;
    if !ends && [&titles[0], &titles[2]].iter().any(|other| other.is_err()) {
        // The machine is too busy for the short timeout.
        titles = fetch_all(&patient, sites).await;
    }

    assert!(is_right(&titles[1]), "{fault}: {:?}", titles[1]);
    for other in [&titles[0], &titles[2]] {
        assert!(matches!(other, Ok(Some(_))), "{fault}: {other:?}");
    }
    if let Err(error) = &titles[1] {
        if let PageError::Request(error) = error {
            assert_eq!(error.is_timeout(), !ends, "{fault}: {error:?}");
        }
        let words = with_causes(error);
        assert!(!words.contains("127.0.0.1"), "{words}");
    }
}

#[test]
fn the_table_has_every_fault_in_the_catalogue() {
    check_fault_table("TABLE", file!(), TABLE.iter().map(|row| row.0));
}

#[test]
fn the_program_prints_only_harmless_titles() {
    for title in ["escape", "control", "huge"] {
        let fault = format!("python.org=title?as={title}");
        let output = Command::new(env!("CARGO_BIN_EXE_lesson08"))
            .args(["--fault", &fault])
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{output:?}");
        let printed = String::from_utf8(output.stdout).expect("it is UTF-8");
        assert!(printed.lines().all(is_harmless), "{title}: {printed:?}");
        assert!(printed.contains("\npython.org: "), "{printed}");
    }
}
