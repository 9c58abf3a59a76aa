//! Each fault: what reqwest says of it, and what the record says happened.
//!
//! The words of the innermost causes are those of Linux, reqwest 0.13.5 and hyper 1.12.

use std::collections::BTreeSet;
use std::error::Error;
use std::time::{Duration, SystemTime};

use futures::future::join_all;
use mock_server::{Fault, FaultError, MockWeb, Outcome, RetryAfter, Site, Spread, Watchdog, catalogue, page};

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
        ("redirect", error.is_redirect()),
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
    /// What reqwest says: how many bytes come, or the kinds of the error and its innermost cause.
    reqwest: Result<usize, (&'static [&'static str], &'static str)>,
    /// How the exchanges end and with how many bytes of the body each.
    record: &'static [(Outcome, u64)],
}

use Outcome::{ClientGone, Complete, Cut, Reset};

const WHOLE: &[(Outcome, u64)] = &[(Complete, BYTES as u64)];
const RESET: &str = "Connection reset by peer (os error 104)";
const SHORT: &str = "end of file before message length reached";
const CLOSED: &str = "connection closed before message completed";
const LATE: &str = "operation timed out";
/// An answer that redirects has 14 bytes: `see elsewhere`.
const HOP: (Outcome, u64) = (Complete, 14);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    Row { fault: "delay?ms=10", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "random-delay?low=1&high=9", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "status", reqwest: Err((&["status"], "HTTP status server error (503 Service Unavailable)")), record: &[(Complete, 31)] },
    Row { fault: "status?code=204", reqwest: Ok(0), record: &[(Complete, 0)] },
    Row { fault: "fail-first?n=1&with=truncate", reqwest: Err((&["decode"], SHORT)), record: &[(Cut, 1000)] },
    Row { fault: "unstable?rate=1&with=reset", reqwest: Err((&["request"], RESET)), record: &[(Reset, 0)] },
    Row { fault: "unstable?rate=0&with=reset", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "redirect?hops=2", reqwest: Ok(BYTES), record: &[HOP, HOP, (Complete, BYTES as u64)] },
    Row { fault: "redirect?hops=11", reqwest: Err((&["redirect"], "too many redirects")), record: &[HOP; 11] },
    Row { fault: "redirect-loop", reqwest: Err((&["redirect"], "too many redirects")), record: &[HOP; 11] },
    Row { fault: "slow-head?pause=1", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "refused", reqwest: Err((&["connect", "request"], "Connection refused (os error 111)")), record: &[] },
    Row { fault: "connect-hang", reqwest: Err((&["request", "timeout"], LATE)), record: &[] },
    Row { fault: "empty", reqwest: Err((&["request"], CLOSED)), record: &[(Cut, 0)] },
    Row { fault: "reset", reqwest: Err((&["request"], RESET)), record: &[(Reset, 0)] },
    Row { fault: "reset?after=0", reqwest: Err((&["decode"], RESET)), record: &[(Reset, 0)] },
    Row { fault: "reset?after=1000", reqwest: Err((&["decode"], RESET)), record: &[(Reset, 1000)] },
    Row { fault: "reset?after=15000", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "truncate", reqwest: Err((&["decode"], SHORT)), record: &[(Cut, 1000)] },
    Row { fault: "truncate?after=0", reqwest: Err((&["decode"], SHORT)), record: &[(Cut, 0)] },
    Row { fault: "truncate?after=15000", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "dribble?chunk=4000&pause=5", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "dribble?chunks=7&over=20", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "stall", reqwest: Err((&["decode", "timeout"], LATE)), record: &[(ClientGone, 1000)] },
    Row { fault: "stall?after=0", reqwest: Err((&["decode", "timeout"], LATE)), record: &[(ClientGone, 0)] },
    Row { fault: "stall?after=1000&for=5", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "hang", reqwest: Err((&["request", "timeout"], LATE)), record: &[(ClientGone, 0)] },
    Row { fault: "bad-chunk", reqwest: Err((&["decode"], "Invalid chunk size line: missing size digit")), record: &[(Cut, 1022)] },
    Row { fault: "garbage", reqwest: Err((&["request"], "invalid HTTP version parsed")), record: &[(Cut, 512)] },
    Row { fault: "garbage?bytes=7&seed=3", reqwest: Err((&["request"], "invalid HTTP version parsed")), record: &[(Cut, 7)] },
    Row { fault: "slow-close?delay=5", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "idle-close", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "close-on-reuse", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "gzip-bomb?size=2", reqwest: Ok(1998), record: &[(Complete, 1998)] },
    Row { fault: "charset", reqwest: Ok(BYTES + 9), record: &[(Complete, BYTES as u64 + 9)] },
    Row { fault: "type?as=none", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "title?as=empty", reqwest: Ok(BYTES - 6), record: &[(Complete, BYTES as u64 - 6)] },
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
        (Ok(bytes), Ok(expected)) => assert_eq!(bytes, expected, "{}", row.fault),
        (Err(error), Err((expected, cause))) => {
            assert_eq!(kinds(&error), expected.iter().copied().collect(), "{}: {error:?}", row.fault);
            assert_eq!(innermost(&error.without_url()), cause, "{}", row.fault);
        }
        (fetched, expected) => panic!("{}: {fetched:?} where {expected:?} was expected", row.fault),
    }
    web.wait_until(|record| record.in_flight() == 0).await;
    let record = web.record();
    let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.outcome, exchange.bytes)).collect();
    assert_eq!(seen, row.record, "{}", row.fault);
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    let table = TABLE.iter().map(|row| row.fault.split('?').next().unwrap_or_default());
    // A body without end is not for a table of whole bodies: it has a test of its own.
    let tried: BTreeSet<_> = table.chain(["endless"]).collect();
    assert_eq!(tried, catalogue().map(|kind| kind.name).collect());
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

    let (web, _watchdog) = site("status?retry-after=date-in-100");
    let before = SystemTime::now();
    let response = reqwest::Client::new().get(web.url(SITE)).send().await.expect("an answer is no error");
    let date =
        response.headers()["retry-after"].to_str().ok().and_then(|date| httpdate::parse_http_date(date).ok());
    let date = date.expect("a date");
    // A date of HTTP has whole seconds; the fraction is left out.
    assert!(date > before + Duration::from_secs(98), "{date:?}");
    assert!(date <= SystemTime::now() + Duration::from_secs(100), "{date:?}");

    let (web, _watchdog) = site("status?retry-after=Sun,+06+Nov+1994+08:49:37+GMT");
    let response = reqwest::Client::new().get(web.url(SITE)).send().await.expect("an answer is no error");
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "Sun, 06 Nov 1994 08:49:37 GMT");
    let (web, _watchdog) = site("status");
    let response = reqwest::Client::new().get(web.url(SITE)).send().await.expect("an answer is no error");
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
    let names: Vec<_> = catalogue().map(|kind| kind.name).collect();
    assert_eq!(told("stal"), format!("no fault is called `stal`; there are: {}", names.join(", ")));
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
    assert_eq!(
        told("title?as=big"),
        "`as` of `title` is one of none, empty, nested, comment, script, entities, huge, control, escape, not `big`, \
         for example `title?as=escape`"
    );
    assert_eq!(
        told("unstable?rate=2"),
        "`rate` of `unstable` is a number from 0 to 1, not `2`, for example `unstable?rate=0.5&with=reset`"
    );
    for with in ["nonsense", "600", "refused", "fail-first", "unstable?rate=1"] {
        let expected = format!(
            "`with` of `fail-first` is a status code, or a fault that needs no port of its own and does not itself \
             choose when to fail, not `{with}`, for example `fail-first?n=2&with=503`"
        );
        assert_eq!(told(&format!("fail-first?with={with}")), expected);
    }
    assert!(told("status?retry-after=date-in-86401").contains("`date-in-` and seconds, not `date-in-86401`"));
    assert_eq!(
        told("status?retry-after=soon"),
        "`retry-after` of `status` is seconds up to 86400, a date as HTTP writes it, or `date-in-` and seconds, not `soon`, \
         for example `status?code=503&retry-after=2`"
    );
    assert_eq!(
        told("random-delay?low=9&high=1"),
        "`random-delay`: low is not to be above high, for example `random-delay?low=100&high=1000`"
    );
    assert_eq!(
        told("random-delay?low=9&sigma=1"),
        "`random-delay`: low and high make one distribution, median and sigma another, \
         for example `random-delay?low=100&high=1000`"
    );
    assert_eq!(
        told("dribble?chunk=9&chunks=1"),
        "`dribble`: chunk and pause are one way to say it, chunks and over another, \
         for example `dribble?chunk=100&pause=20`"
    );
}

#[test]
fn parameters_that_are_not_given_have_their_defaults() {
    assert_eq!("stall".parse::<Fault>().ok(), Some(Fault::Stall { after: 1000, pause: None }));
    assert_eq!("dribble?pause=0".parse::<Fault>().ok(), Some(Fault::Dribble { chunk: 100, pause: 0 }));
    assert_eq!("reset".parse::<Fault>().ok(), Some(Fault::Reset { after: None }));
    let with = Box::new(Fault::Status { code: 503, retry_after: None });
    assert_eq!("fail-first".parse::<Fault>().ok(), Some(Fault::FailFirst { n: 2, with, key: String::new() }));
    let with = Box::new(Fault::Status { code: 429, retry_after: Some(RetryAfter::Seconds(1)) });
    let nested = "unstable?seed=7&with=status?code%3D429%26retry-after%3D1";
    assert_eq!(nested.parse::<Fault>().ok(), Some(Fault::Unstable { rate: 0.5, with, seed: Some(7) }));
    let spread = Spread::LogNormal { median: 50, sigma: 0.5 };
    assert_eq!(
        "random-delay?median=50".parse::<Fault>().ok(),
        Some(Fault::RandomDelay { spread, seed: None })
    );
}
