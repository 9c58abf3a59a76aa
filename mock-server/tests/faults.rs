//! Each fault: what reqwest says of it, and what the record says happened.
//!
//! The words of the innermost causes are those of Linux, reqwest 0.13.5 and hyper 1.12.

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use futures::future::join_all;
use mock_server::{Fault, FaultError, MockWeb, Outcome, Site, Watchdog, catalogue, page};

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
/// Ends the faults that never end by themselves, long after a busy machine has brought what comes before.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(2);
const SITE: &str = "site.example";
const BYTES: usize = 15_000;

fn site(fault: &str) -> (MockWeb, Watchdog) {
    let fault: Fault = fault.parse().expect("the test's fault is one");
    let site = Site::new(SITE).page(page("A page", BYTES, 2_000)).fault(fault);
    let web = MockWeb::builder().sites([site]).start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    (web, watchdog)
}

/// What `reqwest::Error` says of itself: the names of its methods that are true.
fn kinds(error: &reqwest::Error) -> BTreeSet<&'static str> {
    let all = [
        ("connect", error.is_connect()),
        ("timeout", error.is_timeout()),
        ("request", error.is_request()),
        ("body", error.is_body()),
        ("decode", error.is_decode()),
        ("status", error.is_status()),
    ];
    all.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
}

fn innermost(error: &dyn Error) -> String {
    error.source().map_or_else(|| error.to_string(), innermost)
}

async fn fetch(client: &reqwest::Client, url: &str) -> reqwest::Result<usize> {
    Ok(client.get(url).send().await?.error_for_status()?.bytes().await?.len())
}

/// A fault and what is to be seen of it at both ends.
struct Row {
    fault: &'static str,
    /// What reqwest says: kinds and innermost cause. `Ok`: all of the page comes.
    reqwest: Result<(), (&'static [&'static str], &'static str)>,
    /// How the exchange ends and with how many bytes of the body; `None`: the server sees no request.
    record: Option<(Outcome, u64)>,
}

const WHOLE: Option<(Outcome, u64)> = Some((Outcome::Complete, BYTES as u64));
const RESET: &str = "Connection reset by peer (os error 104)";
const SHORT: &str = "end of file before message length reached";

#[rustfmt::skip]
const TABLE: &[Row] = &[
    Row { fault: "delay?ms=10", reqwest: Ok(()), record: WHOLE },
    Row { fault: "refused", reqwest: Err((&["connect", "request"], "Connection refused (os error 111)")), record: None },
    Row { fault: "empty", reqwest: Err((&["request"], "connection closed before message completed")), record: Some((Outcome::Cut, 0)) },
    Row { fault: "reset", reqwest: Err((&["request"], RESET)), record: Some((Outcome::Reset, 0)) },
    Row { fault: "reset?after=0", reqwest: Err((&["decode"], RESET)), record: Some((Outcome::Reset, 0)) },
    Row { fault: "reset?after=1000", reqwest: Err((&["decode"], RESET)), record: Some((Outcome::Reset, 1000)) },
    Row { fault: "truncate", reqwest: Err((&["decode"], SHORT)), record: Some((Outcome::Cut, 1000)) },
    Row { fault: "truncate?after=0", reqwest: Err((&["decode"], SHORT)), record: Some((Outcome::Cut, 0)) },
    Row { fault: "truncate?after=1000000", reqwest: Ok(()), record: WHOLE },
    Row { fault: "dribble?chunk=4000&pause=5", reqwest: Ok(()), record: WHOLE },
    Row { fault: "stall", reqwest: Err((&["decode", "timeout"], "operation timed out")), record: Some((Outcome::ClientGone, 1000)) },
    Row { fault: "stall?after=0", reqwest: Err((&["decode", "timeout"], "operation timed out")), record: Some((Outcome::ClientGone, 0)) },
    Row { fault: "stall?after=1000&for=5", reqwest: Ok(()), record: WHOLE },
    Row { fault: "hang", reqwest: Err((&["request", "timeout"], "operation timed out")), record: Some((Outcome::ClientGone, 0)) },
    Row { fault: "garbage", reqwest: Err((&["request"], "invalid HTTP version parsed")), record: Some((Outcome::Cut, 512)) },
    Row { fault: "garbage?bytes=7&seed=3", reqwest: Err((&["request"], "invalid HTTP version parsed")), record: Some((Outcome::Cut, 7)) },
];

#[tokio::test]
async fn each_fault_is_seen_by_reqwest_and_by_the_record_as_what_it_is() {
    // All at once, because some wait for a time limit.
    join_all(TABLE.iter().map(check)).await;
}

async fn check(row: &Row) {
    let (web, _watchdog) = site(row.fault);
    // A row with an answer to wait for has no time limit that a busy machine could reach.
    let waits_for_ever = matches!(row.reqwest, Err((kinds, _)) if kinds.contains(&"timeout"));
    let client = reqwest::Client::builder();
    let client = if waits_for_ever { client.timeout(CLIENT_TIMEOUT) } else { client };
    let client = client.build().expect("a client without TLS always builds");

    let fetched = fetch(&client, web.url(SITE)).await;

    match (fetched, row.reqwest) {
        (Ok(bytes), Ok(())) => assert_eq!(bytes, BYTES, "{}", row.fault),
        (Err(error), Err((expected, cause))) => {
            assert_eq!(kinds(&error), expected.iter().copied().collect(), "{}: {error:?}", row.fault);
            assert_eq!(innermost(&error), cause, "{}", row.fault);
        }
        (fetched, expected) => panic!("{}: {fetched:?} where {expected:?} was expected", row.fault),
    }
    web.wait_until(|record| record.in_flight() == 0).await;
    let record = web.record();
    let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.outcome, exchange.bytes)).collect();
    assert_eq!(seen, row.record.into_iter().collect::<Vec<_>>(), "{}", row.fault);
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    // `status` has a test of its own.
    let tried: BTreeSet<_> =
        TABLE.iter().map(|row| row.fault.split('?').next().unwrap_or_default()).collect();
    let all = catalogue().map(|kind| kind.name).filter(|name| *name != "status").collect();
    assert_eq!(tried, all);
}

#[tokio::test]
async fn a_status_comes_with_its_code_and_its_retry_after() {
    let (web, _watchdog) = site("status?code=429&retry-after=2");

    let response = reqwest::Client::new().get(web.url(SITE)).send().await.expect("an answer is no error");

    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "2");
    let error = response.error_for_status().expect_err("429 is an error of the client");
    assert_eq!(kinds(&error), BTreeSet::from(["status"]));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(429));
    let (web, _watchdog) = site("status");
    let response = reqwest::Client::new().get(web.url(SITE)).send().await.expect("an answer is no error");
    assert_eq!(response.status(), 503);
    assert!(!response.headers().contains_key("retry-after"));
}

#[test]
fn every_example_of_the_catalogue_is_a_fault() {
    for kind in catalogue() {
        kind.example.parse::<Fault>().unwrap_or_else(|error| panic!("{}: {error}", kind.example));
        kind.name.parse::<Fault>().unwrap_or_else(|error| panic!("{}: {error}", kind.name));
    }
}

#[test]
fn what_is_no_fault_is_told_with_what_would_be_right() {
    let told = |text: &str| text.parse::<Fault>().map_err(|error: FaultError| error.to_string()).unwrap_err();
    assert_eq!(
        told("stal"),
        "no fault is called `stal`; there are: delay, status, refused, empty, hang, garbage, reset, truncate, \
         dribble, stall"
    );
    assert_eq!(
        told("reset?aftr=1"),
        "`reset` has no parameter `aftr`; it takes after, for example `reset?after=1000`"
    );
    assert_eq!(told("hang?after=1"), "`hang` has no parameter `after`; it takes none, for example `hang`");
    assert_eq!(
        told("dribble?chunk=0"),
        "`chunk` of `dribble` is a whole number from 1 to 1000000 (bytes), not `0`, \
         for example `dribble?chunk=100&pause=20`"
    );
    assert_eq!(
        told("status?code=600"),
        "`code` of `status` is a whole number from 200 to 599, not `600`, for example `status?code=503&retry-after=2`"
    );
    assert_eq!(
        told("stall?after=1&after=2"),
        "`after` of `stall` is given twice; give it once, for example `stall?after=1000&for=2000`"
    );
}

#[test]
fn parameters_that_are_not_given_have_their_defaults() {
    assert_eq!("stall".parse::<Fault>().ok(), Some(Fault::Stall { after: 1000, pause: None }));
    assert_eq!("dribble?pause=0".parse::<Fault>().ok(), Some(Fault::Dribble { chunk: 100, pause: 0 }));
    assert_eq!("reset".parse::<Fault>().ok(), Some(Fault::Reset { after: None }));
}
