//! Each fault of the catalogue, on one page of a site without other faults.

use std::collections::BTreeSet;

use mock_server::{Fault, Site};
use testkit::{check_fault_table, shown_by_get};
use tokio::task::JoinSet;

use crate::support::{broken_links, lost, page, run, start, url};

/// The error of a link to each fault of the catalogue, and whether the checker
/// searches the page with the fault.
pub const VERDICTS: [(&str, &str, bool); 33] = [
    ("delay", "", true),
    ("status", "the server returned 503 Service Unavailable", false),
    ("redirect", "", true),
    ("redirect-loop", "redirect loop", false),
    ("slow-head", "", true),
    ("random-delay", "", true),
    ("fail-first", "", true),
    ("unstable", "", true),
    ("refused", "the connection was refused", false),
    ("connect-hang", "the host cannot be reached", false),
    ("empty", "the connection was lost before a response", false),
    ("hang", "timed out", false),
    ("garbage", "the response is not HTTP", false),
    ("slow-close", "", true),
    ("idle-close", "", true),
    ("close-on-reuse", "", true),
    ("reset", "the response was cut off", false),
    ("truncate", "the response was cut off", false),
    ("dribble", "", true),
    ("stall", "", true),
    ("bad-chunk", "the response was cut off", false),
    ("endless", "timed out", false),
    ("gzip-bomb", "", false),
    ("charset", "", true),
    ("type", "", false),
    ("title", "", true),
    ("length", "the response is not HTTP", false),
    ("head", "the head of the response is too large", false),
    ("interim", "", true),
    ("trailers", "", true),
    ("in-turn", "", true),
    ("at-most", "", true),
    // The page comes before its checksum, which is wrong.
    ("encoding", "", true),
];

#[tokio::test]
async fn each_fault_on_one_page_is_reported_and_changes_nothing_else() {
    let mut checks = JoinSet::new();
    for kind in shown_by_get() {
        checks.spawn(check_fault(kind.name, kind.example));
    }
    while let Some(checked) = checks.join_next().await {
        checked.expect("it does as the table says");
    }
}

async fn check_fault(name: &str, example: &str) {
    let row = VERDICTS.iter().find(|row| row.0 == name);
    let (_, error, is_searched) =
        row.unwrap_or_else(|| panic!("`VERDICTS` in {} lacks {name}", file!()));
    let fault: Fault = example.parse().expect("it is a fault");
    // What cannot be connected to is a host of its own, and never searched.
    let worn = if fault.needs_own_port() {
        "http://worn.example/"
    } else {
        "http://home.example/worn"
    };
    let padding = " ".repeat(1_500);
    let page_of_worn = page(&["/lost-2"]) + &padding;
    let home = Site::new("home.example")
        .page(page(&[worn, "/lost", "/well"]))
        .also("/well", "text/html", page(&["/", "/lost"]));
    let sites = if fault.needs_own_port() {
        vec![home, Site::new("worn.example").fault(fault)]
    } else {
        vec![home.also_failing("/worn", page_of_worn, fault)]
    };
    let (_web, options, _watchdog) = start(sites);

    let report = run(&options).await;

    let mut expected =
        BTreeSet::from([lost("/", "/lost"), lost("/well", "/lost")]);
    if !error.is_empty() {
        expected.insert((url("/"), worn.to_owned(), (*error).to_owned()));
    }
    if *is_searched {
        let worn = if name == "redirect" { "/worn?hop=3" } else { "/worn" };
        expected.insert(lost(worn, "/lost-2"));
    }
    assert_eq!(broken_links(&report), expected, "{example}");
}

#[test]
fn the_table_of_verdicts_has_every_fault_of_the_catalogue() {
    check_fault_table("VERDICTS", file!(), VERDICTS.iter().map(|row| row.0));
}
