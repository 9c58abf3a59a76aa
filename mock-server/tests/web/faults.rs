//! Each fault: the error that reqwest reports, and what the record says happened.
//!
//! The messages of the innermost causes are those of reqwest 0.13.5 and hyper 1.12. The system's errors are compared by kind.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::{Duration, SystemTime};

use futures::future::join_all;
use mock_server::{MockWeb, Outcome, Watchdog};
use reqwest::ClientBuilder;

use crate::support::{BYTES, SITE, check_table, large, start};

/// These end the faults that never end by themselves.
pub const CLIENT_TIMEOUTS: [Duration; 3] =
    [Duration::from_secs(2), Duration::from_secs(8), Duration::from_secs(32)];

/// What `reqwest::Error` says of itself: the names of its methods that are true.
pub fn kinds(error: &reqwest::Error) -> BTreeSet<&'static str> {
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

async fn fetch(client: &reqwest::Client, url: &str) -> reqwest::Result<usize> {
    Ok(client.get(url).send().await?.error_for_status()?.bytes().await?.len())
}

/// The innermost cause of an error: an error of the system, or words of a crate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cause {
    System(ErrorKind),
    Words(&'static str),
}

/// Where an error began.
pub fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    error.source().map_or(error, innermost)
}

pub fn is_caused_by(error: &(dyn Error + 'static), cause: Cause) -> bool {
    let error = innermost(error);
    match cause {
        Cause::System(kind) => error.downcast_ref().is_some_and(|error: &io::Error| error.kind() == kind),
        Cause::Words(words) => {
            // Over https, a response that's cut off is recognized sooner.
            let is_cut = matches!(cause, SHORT | CLOSED) && error.to_string().starts_with(NO_GOODBYE);
            is_cut || error.to_string() == words
        }
    }
}

/// What came, in a row's terms, for the message of a test that fails.
fn in_words(fetched: &reqwest::Result<usize>) -> String {
    match fetched {
        Ok(bytes) => format!("{bytes} bytes"),
        Err(error) => {
            let cause = innermost(error);
            format!("{:?}, and the last cause is \"{cause}\" ({cause:?})", kinds(error))
        }
    }
}

/// Whether a row's exact kinds of error depend on what Windows does: a reset discards what the client hasn't read yet, so
/// the head may be lost too, and a full queue may refuse a connection.
fn depends_on_windows(row: &Row) -> bool {
    cfg!(windows) && (row.fault.contains("reset") || row.fault == "connect-hang")
}

/// Whether the client may refuse the head before the kernel has taken the whole response, so that the record has either end.
fn refuses_early(row: &Row) -> bool {
    matches!(row.fault, "head?as=huge" | "head?as=many")
}

/// A fault and what is to be seen of it at both ends.
pub struct Row {
    fault: &'static str,
    /// What reqwest says: how many bytes come, or the kinds of the error and its innermost cause.
    reqwest: Result<usize, (&'static [&'static str], Cause)>,
    /// How the exchanges end and with how many bytes of the body each.
    record: &'static [(Outcome, u64)],
}

use Outcome::{ClientGone, Complete, Cut, Reset};

const WHOLE: &[(Outcome, u64)] = &[(Complete, BYTES as u64)];
const RESET: Cause = Cause::System(ErrorKind::ConnectionReset);
const SHORT: Cause = Cause::Words("end of file before message length reached");
const CLOSED: Cause = Cause::Words("connection closed before message completed");
/// What rustls says of a connection that's closed in order, but without TLS's own goodbye.
const NO_GOODBYE: &str = "peer closed connection without sending TLS close_notify";
const LATE: Cause = Cause::Words("operation timed out");
const REDIRECTS: Cause = Cause::Words("too many redirects");
const NOT_HTTP: Cause = Cause::Words("invalid HTTP version parsed");
const BAD_LENGTH: Cause = Cause::Words("invalid content-length parsed");
const TOO_LARGE: Cause = Cause::Words("message head is too large");
const BAD_FIELD: Cause = Cause::Words("invalid HTTP header parsed");
/// An answer that redirects has 14 bytes: `see elsewhere`.
const HOP: (Outcome, u64) = (Complete, 14);

#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    Row { fault: "delay?ms=10", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "random-delay?low=1&high=9", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "status", reqwest: Err((&["status"], Cause::Words("HTTP status server error (503 Service Unavailable)"))), record: &[(Complete, 31)] },
    Row { fault: "status?code=204", reqwest: Ok(0), record: &[(Complete, 0)] },
    Row { fault: "fail-first?n=1&with=truncate", reqwest: Err((&["decode"], SHORT)), record: &[(Cut, 1000)] },
    Row { fault: "unstable?rate=1&with=reset", reqwest: Err((&["request"], RESET)), record: &[(Reset, 0)] },
    Row { fault: "unstable?rate=0&with=reset", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "redirect?hops=2", reqwest: Ok(BYTES), record: &[HOP, HOP, (Complete, BYTES as u64)] },
    Row { fault: "redirect?hops=11", reqwest: Err((&["redirect"], REDIRECTS)), record: &[HOP; 11] },
    Row { fault: "redirect-loop", reqwest: Err((&["redirect"], REDIRECTS)), record: &[HOP; 11] },
    Row { fault: "slow-head?pause=1", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "refused", reqwest: Err((&["connect", "request"], Cause::System(ErrorKind::ConnectionRefused))), record: &[] },
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
    Row { fault: "bad-chunk", reqwest: Err((&["decode"], Cause::Words("Invalid chunk size line: missing size digit"))), record: &[(Cut, 1022)] },
    Row { fault: "garbage", reqwest: Err((&["request"], NOT_HTTP)), record: &[(Cut, 512)] },
    Row { fault: "garbage?bytes=7&seed=3", reqwest: Err((&["request"], NOT_HTTP)), record: &[(Cut, 7)] },
    Row { fault: "slow-close?delay=5", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "idle-close", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "close-on-reuse", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "gzip-bomb?size=2", reqwest: Ok(1998), record: &[(Complete, 1998)] },
    Row { fault: "charset", reqwest: Ok(BYTES + 9), record: &[(Complete, BYTES as u64 + 9)] },
    Row { fault: "type?as=none", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "title?as=empty", reqwest: Ok(BYTES - 6), record: &[(Complete, BYTES as u64 - 6)] },
    Row { fault: "in-turn?of=status?code=418,ok", reqwest: Err((&["status"], Cause::Words("HTTP status client error (418 I'm a teapot)"))), record: &[(Complete, 24)] },
    Row { fault: "in-turn?of=ok,reset", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "at-most?n=1", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "encoding?as=gzip-truncated", reqwest: Ok(246), record: &[(Complete, 246)] },
    Row { fault: "encoding?as=gzip-corrupt", reqwest: Ok(492), record: &[(Complete, 492)] },
    Row { fault: "encoding?as=mislabelled", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "encoding?as=twice", reqwest: Ok(482), record: &[(Complete, 482)] },
    Row { fault: "encoding?as=unknown", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "length?as=short", reqwest: Ok(BYTES / 2), record: WHOLE },
    Row { fault: "length?as=long", reqwest: Err((&["decode", "timeout"], LATE)), record: &[(ClientGone, BYTES as u64)] },
    Row { fault: "length?as=twice", reqwest: Err((&["request"], BAD_LENGTH)), record: WHOLE },
    Row { fault: "length?as=none", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "length?as=with-chunked", reqwest: Ok(BYTES), record: &[(Complete, BYTES as u64 + 13)] },
    Row { fault: "length?as=negative", reqwest: Err((&["request"], BAD_LENGTH)), record: WHOLE },
    Row { fault: "head?as=huge", reqwest: Err((&["request"], TOO_LARGE)), record: WHOLE },
    Row { fault: "head?as=many", reqwest: Err((&["request"], TOO_LARGE)), record: WHOLE },
    Row { fault: "head?as=folded", reqwest: Err((&["request"], BAD_FIELD)), record: WHOLE },
    Row { fault: "head?as=bad-name", reqwest: Err((&["request"], BAD_FIELD)), record: WHOLE },
    Row { fault: "head?as=no-status-line", reqwest: Err((&["request"], NOT_HTTP)), record: &[(Cut, 63)] },
    Row { fault: "interim?of=103&n=2", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "interim?of=100", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "interim?of=102", reqwest: Ok(BYTES), record: WHOLE },
    Row { fault: "trailers", reqwest: Ok(BYTES), record: &[(Complete, BYTES as u64 + 35)] },
];

#[tokio::test]
async fn each_fault_is_seen_by_reqwest_and_by_the_record_as_what_it_is() {
    // All at once, because some wait for a time limit.
    join_all(TABLE.iter().map(|row| check(row, plain))).await;
}

/// Starts a web for a fault, and makes a client for it.
pub type Start = fn(&str) -> (MockWeb, Watchdog, ClientBuilder);

pub fn plain(fault: &str) -> (MockWeb, Watchdog, ClientBuilder) {
    let (web, watchdog) = start(large(Some(fault)));
    (web, watchdog, reqwest::Client::builder())
}

/// Fetches the page of a row, and panics if reqwest or the record says something else than the row.
pub async fn check(row: &Row, start: Start) {
    // A row with an answer to wait for has no time limit that a busy machine could reach.
    let waits_for_ever = matches!(row.reqwest, Err((kinds, _)) if kinds.contains(&"timeout"));
    if !waits_for_ever {
        return attempt(row, start, None).await.unwrap_or_else(|wrong| panic!("{}: {wrong}", row.fault));
    }
    // The others end by a time limit, which a busy machine may reach before the fault begins.
    let mut wrong = String::new();
    for limit in CLIENT_TIMEOUTS {
        match attempt(row, start, Some(limit)).await {
            Ok(()) => return,
            Err(this_time) => wrong = this_time,
        }
    }
    panic!("{}: {wrong}", row.fault);
}

/// Fetches the page once; an error says what was not as expected.
async fn attempt(row: &Row, start: Start, limit: Option<Duration>) -> Result<(), String> {
    let (web, _watchdog, client) = start(row.fault);
    // Another package's feature may have turned gzip on.
    let client = client.no_gzip();
    let client = if let Some(limit) = limit { client.timeout(limit) } else { client };
    let client = client.build().expect("a client with one certificate or none always builds");

    let fetched = fetch(&client, web.url(SITE)).await.map_err(reqwest::Error::without_url);

    let as_expected = match (&fetched, row.reqwest) {
        (Ok(bytes), Ok(expected)) => *bytes == expected,
        (Err(error), Err(_)) if depends_on_windows(row) => {
            ["connect", "request", "decode"].iter().any(|kind| kinds(error).contains(kind))
        }
        (Err(error), Err((expected, cause))) => {
            kinds(error) == expected.iter().copied().collect() && is_caused_by(error, cause)
        }
        _ => false,
    };
    if !as_expected {
        return Err(format!("reqwest: {}, and `TABLE` has {:?}", in_words(&fetched), row.reqwest));
    }
    web.wait_until(|record| record.in_flight() == 0).await;
    let record = web.record();
    let seen: Vec<_> = record.exchanges().map(|exchange| (exchange.outcome, exchange.bytes)).collect();
    if seen == row.record || (seen.len() == 1 && refuses_early(row)) {
        Ok(())
    } else {
        Err(format!("the record: {seen:?}, and `TABLE` has {:?}", row.record))
    }
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    // A body without end is not for a table of whole bodies: it has a test of its own.
    check_table(file!(), TABLE.iter().map(|row| row.fault).chain(["endless"]));
}

#[tokio::test]
async fn a_status_comes_with_its_code_and_its_retry_after() {
    let (web, _watchdog) = start(large(Some("status?code=429&retry-after=2")));

    let response = reqwest::Client::new().get(web.url(SITE)).send().await.expect("an answer is no error");

    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "2");
    let error = response.error_for_status().expect_err("429 is an error of the client");
    assert_eq!(kinds(&error), BTreeSet::from(["status"]));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(429));

    let (web, _watchdog) = start(large(Some("status?retry-after=date-in-100")));
    let before = SystemTime::now();
    let response = reqwest::Client::new().get(web.url(SITE)).send().await.expect("an answer is no error");
    let date =
        response.headers()["retry-after"].to_str().ok().and_then(|date| httpdate::parse_http_date(date).ok());
    let date = date.expect("a date");
    // A date of HTTP has whole seconds; the fraction is left out.
    assert!(date > before + Duration::from_secs(98), "{date:?}");
    assert!(date <= SystemTime::now() + Duration::from_secs(100), "{date:?}");

    let (web, _watchdog) = start(large(Some("status?retry-after=Sun,+06+Nov+1994+08:49:37+GMT")));
    let response = reqwest::Client::new().get(web.url(SITE)).send().await.expect("an answer is no error");
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "Sun, 06 Nov 1994 08:49:37 GMT");
    let (web, _watchdog) = start(large(Some("status")));
    let response = reqwest::Client::new().get(web.url(SITE)).send().await.expect("an answer is no error");
    assert!(!response.headers().contains_key("retry-after"));
}
