//! Whatever the fault, a page that fails is an entry in the list, and the other
//! pages arrive.

use std::time::Duration;

use futures::future::join_all;
use lesson_kit::Site;
use lesson05::fetch_all;
use mock_server::{Fault, MockWeb, Watchdog};
use testkit::{PATIENT, check_fault_table, quick_tutorial, start};

use crate::support::{BYTES, Failure};

/// A fault, and the result for a site that has it.
type Row = (&'static str, Result<usize, Failure>);

#[rustfmt::skip]
const TABLE: [Row; 36] = [
    ("delay?ms=10", Ok(BYTES)),
    ("random-delay?low=1&high=9", Ok(BYTES)),
    ("status?code=503", Err(Failure::Status(503))),
    ("fail-first?n=1&with=truncate", Err(Failure::BrokenOff)),
    ("unstable?rate=1&with=reset", Err(Failure::NoResponse)),
    ("redirect?hops=2", Ok(BYTES)),
    ("redirect-loop", Err(Failure::Redirect)),
    ("slow-head?pause=1", Ok(BYTES)),
    ("refused", Err(Failure::Connect)),
    ("connect-hang", Err(Failure::Timeout)),
    ("empty", Err(Failure::NoResponse)),
    ("hang", Err(Failure::Timeout)),
    ("reset", Err(Failure::NoResponse)),
    ("truncate", Err(Failure::BrokenOff)),
    ("dribble?chunk=20000&pause=5", Ok(BYTES)),
    ("stall", Err(Failure::Timeout)),
    ("bad-chunk", Err(Failure::BrokenOff)),
    ("garbage", Err(Failure::NoResponse)),
    ("slow-close?delay=5", Ok(BYTES)),
    ("idle-close", Ok(BYTES)),
    ("close-on-reuse", Ok(BYTES)),
    // Nothing here inflates, and what is left is not UTF-8.
    ("gzip-bomb?size=2", Ok(2_042)),
    ("charset", Ok(50_319)),
    ("type?as=none", Ok(BYTES)),
    ("title?as=empty", Ok(BYTES - "Welcome to Python.org".len())),
    ("endless", Err(Failure::Timeout)),
    ("reset?after=1000", Err(Failure::BrokenOff)),
    ("length?as=short", Ok(BYTES / 2)),
    ("length?as=long", Err(Failure::Timeout)),
    ("length?as=twice", Err(Failure::NoResponse)),
    ("head?as=many", Err(Failure::NoResponse)),
    ("interim?of=103&n=2", Ok(BYTES)),
    ("trailers", Ok(BYTES)),
    ("in-turn?of=truncate,ok", Err(Failure::BrokenOff)),
    ("at-most?n=1&per=60000", Ok(BYTES)),
    // Nothing here looks at Content-Encoding.
    ("encoding?as=mislabelled", Ok(BYTES)),
];

/// A row, and a web of its own whose python.org has the row's fault.
type Case = (&'static Row, MockWeb, Vec<Site>, Watchdog);

#[tokio::test]
async fn each_failure_is_in_its_place_in_the_list_and_the_other_pages_come() {
    // All webs are running before the first request. Starting one blocks this
    // thread, and the timeouts of requests sent earlier keep counting.
    let cases: Vec<_> = TABLE.iter().map(case).collect();
    let (slow, quick): (Vec<_>, Vec<_>) = cases
        .iter()
        .partition(|case| matches!(case.0, (_, Err(Failure::Timeout))));
    // No page is late on a busy machine.
    join_all(quick.into_iter().map(|case| check(case, PATIENT))).await;
    // These wait for their timeout, so it can't be as long. The pages above
    // would use up part of it on a busy machine.
    let timeout = Duration::from_secs(5);
    join_all(slow.into_iter().map(|case| check(case, timeout))).await;
}

fn case(row: &'static Row) -> Case {
    let fault: Fault = row.0.parse().expect("it is a fault");
    let (web, sites, watchdog) =
        start(quick_tutorial().fault("python.org", fault));
    (row, web, sites, watchdog)
}

async fn check(((fault, expected), _, sites, _): &Case, timeout: Duration) {
    // Another package's feature may have turned gzip on.
    let client = reqwest::Client::builder().no_gzip().timeout(timeout);
    let client = client.build().expect("a client");

    let results = fetch_all(&client, sites).await;

    let [first, second, third] = &results[..] else { panic!("{results:?}") };
    assert_eq!(first.as_ref().ok(), Some(&15_000), "{fault}: {first:?}");
    assert_eq!(third.as_ref().ok(), Some(&45_000), "{fault}: {third:?}");
    let second = second.as_ref().copied().map_err(Failure::of);
    assert_eq!(second, *expected, "{fault}");
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    check_fault_table("TABLE", file!(), TABLE.iter().map(|row| row.0));
}
