//! How reqwest, curl and aiohttp react to each fault that concerns the request's body, and what the record says.
//!
//! Each uploads 1 MB with PUT. curl and aiohttp do it twice, the second time with `Expect: 100-continue`, for which reqwest doesn't
//! wait. Tried with reqwest 0.13.5, curl 7.88 and aiohttp 3.14.5 on Linux.

use std::path::Path;
use std::time::Duration;
use std::{fs, thread};

use futures::future::join_all;
use mock_server::{MockWeb, Outcome};

use crate::faults::{CLIENT_TIMEOUTS, Cause, Start, innermost, is_caused_by, kinds, plain};
use crate::support::{SITE, WATCHDOG, check_table_of, run_python, run_tool, start};

/// The size of the body. curl asks by itself whether to send a larger one.
const UPLOAD: usize = 1_000_000;

pub struct Row {
    fault: &'static str,
    /// curl's exit status without and with `Expect`. If there are several, it depends on what curl notices first.
    curl: [&'static [i32]; 2],
    /// aiohttp's status or exception without and with `Expect`.
    aiohttp: [&'static [&'static str]; 2],
    /// reqwest's status, or the kinds of its error and the innermost cause.
    reqwest: &'static [Result<u16, (&'static [&'static str], Cause)>],
    /// How reqwest's exchange ends, and how many bytes of the body the server has read by then.
    record: (Outcome, u64),
}

use Outcome::{ClientGone, Complete, Cut, Reset};

const RESET: Cause = Cause::System(std::io::ErrorKind::ConnectionReset);
const PIPE: Cause = Cause::System(std::io::ErrorKind::BrokenPipe);
const CLOSED: Cause = Cause::Words("connection closed before message completed");
const LATE: Cause = Cause::Words("operation timed out");
const ALL: u64 = UPLOAD as u64;

/// A client gets an early response although it hasn't sent the whole body. With `keep` and `close` that's certain. With `reset` the response
/// came through in every trial, but a reset may overtake it, or meet a client in the middle of writing. After a reset in the middle of the body,
/// curl fails while it writes (55) or while it reads (56).
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    Row { fault: "early?then=keep", curl: [&[0]; 2], aiohttp: [&["413"]; 2], reqwest: &[Ok(413)], record: (Complete, 0) },
    Row { fault: "early?then=close", curl: [&[0]; 2], aiohttp: [&["413"]; 2], reqwest: &[Ok(413)], record: (Complete, 0) },
    Row { fault: "early?then=reset", curl: [&[0, 55, 56]; 2], aiohttp: [&["413", "ClientOSError"]; 2], reqwest: &[Ok(413), Err((&["request"], RESET)), Err((&["request"], PIPE))], record: (Complete, 0) },
    Row { fault: "slow-read?rate=5000000", curl: [&[0]; 2], aiohttp: [&["200"]; 2], reqwest: &[Ok(200)], record: (Complete, ALL) },
    Row { fault: "slow-read?stop-after=1000", curl: [&[28]; 2], aiohttp: [&["TimeoutError"]; 2], reqwest: &[Err((&["request", "timeout"], LATE))], record: (ClientGone, 1_000) },
    // curl waits for a second and then sends the body, as RFC 9110 recommends. aiohttp waits for ever.
    Row { fault: "no-continue", curl: [&[0]; 2], aiohttp: [&["200"], &["TimeoutError"]], reqwest: &[Ok(200)], record: (Complete, ALL) },
    Row { fault: "no-continue?after=100", curl: [&[0]; 2], aiohttp: [&["200"]; 2], reqwest: &[Ok(200)], record: (Complete, ALL) },
    Row { fault: "reset-upload", curl: [&[55, 56]; 2], aiohttp: [&["ClientOSError"]; 2], reqwest: &[Err((&["request"], RESET)), Err((&["request"], PIPE))], record: (Reset, 100_000) },
    Row { fault: "lost-answer?with=reset", curl: [&[56]; 2], aiohttp: [&["ClientOSError"]; 2], reqwest: &[Err((&["request"], RESET))], record: (Reset, ALL) },
    Row { fault: "lost-answer?with=empty", curl: [&[52]; 2], aiohttp: [&["ServerDisconnectedError"]; 2], reqwest: &[Err((&["request"], CLOSED))], record: (Cut, ALL) },
    Row { fault: "lost-answer?with=hang", curl: [&[28]; 2], aiohttp: [&["TimeoutError"]; 2], reqwest: &[Err((&["request", "timeout"], LATE))], record: (ClientGone, ALL) },
    Row { fault: "fail-first?n=1&with=lost-answer", curl: [&[56], &[0]], aiohttp: [&["ClientOSError", "200"]; 2], reqwest: &[Err((&["request"], RESET))], record: (Reset, ALL) },
];

#[test]
fn the_table_has_every_fault_of_the_catalogue_that_concerns_the_requests_body() {
    let faults = TABLE.iter().map(|row| row.fault).filter(|fault| !fault.starts_with("fail-first"));
    check_table_of(file!(), faults, |kind| kind.concerns_request_body());
}

#[tokio::test]
async fn reqwest_and_the_record_see_each_fault_of_an_upload_as_what_it_is() {
    join_all(TABLE.iter().map(|row| check(row, plain))).await;
}

/// Uploads, and panics if reqwest or the record says something else than the row.
pub async fn check(row: &Row, start: Start) {
    let waits_for_ever =
        row.reqwest.iter().any(|seen| matches!(seen, Err((kinds, _)) if kinds.contains(&"timeout")));
    // A row with a response to wait for has no time limit that a busy machine could reach. For the others, it may reach one before the
    // fault begins.
    let limits = if waits_for_ever { &CLIENT_TIMEOUTS[..] } else { &[WATCHDOG] };
    let mut wrong = String::new();
    for limit in limits {
        match attempt(row, start, *limit).await {
            Ok(()) => return,
            Err(this_time) => wrong = this_time,
        }
    }
    panic!("{}: {wrong}", row.fault);
}

/// Uploads once; an error says what wasn't as expected.
async fn attempt(row: &Row, start: Start, limit: Duration) -> Result<(), String> {
    let (web, _watchdog, client) = start(row.fault);
    let client = client.timeout(limit).build().expect("a client with one certificate or none always builds");

    let seen = upload(&client, web.url(SITE)).await;

    let is_expected = row.reqwest.iter().any(|expected| match (&seen, expected) {
        (Ok(status), Ok(expected)) => status == expected,
        (Err(error), Err((expected, cause))) => {
            kinds(error) == expected.iter().copied().collect() && is_caused_by(error, *cause)
        }
        _ => false,
    });
    // Windows has other kinds for a reset that meets a client in the middle of writing.
    // A lost answer is a reset, too, unless its row says otherwise.
    let has_reset = row.fault.contains("reset") || row.fault.ends_with("lost-answer");
    let is_reset_on_windows = cfg!(windows) && seen.is_err() && has_reset;
    if !is_expected && !is_reset_on_windows {
        let seen = match seen {
            Ok(status) => status.to_string(),
            Err(error) => format!("{:?}, and the last cause is {:?}", kinds(&error), innermost(&error)),
        };
        return Err(format!("reqwest: {seen}, and `TABLE` has {:?}", row.reqwest));
    }
    web.wait_until(|record| record.in_flight() == 0).await;
    let record = web.record();
    let ends: Vec<_> = record.exchanges().map(|exchange| (exchange.outcome, exchange.received)).collect();
    if ends == [row.record] {
        Ok(())
    } else {
        Err(format!("the record: {ends:?}, and `TABLE` has {:?}", row.record))
    }
}

async fn upload(client: &reqwest::Client, url: &str) -> reqwest::Result<u16> {
    let response = client.put(url).body(vec![0; UPLOAD]).send().await?;
    let status = response.status().as_u16();
    response.bytes().await?;
    Ok(status)
}

/// A web with all faults, and the address of each.
fn web() -> (MockWeb, mock_server::Watchdog, Vec<String>) {
    let (web, watchdog) = start(MockWeb::builder().on_one_port(0));
    let address = web.one_port().expect("it is on one port");
    let urls = TABLE.iter().map(|row| format!("http://{address}/fault/{}", row.fault)).collect();
    (web, watchdog, urls)
}

#[test]
fn curl_exits_with_the_status_that_each_fault_of_an_upload_has_in_its_manual() {
    if run_tool("curl", &["--version"]).is_none() {
        return;
    }
    let (_web, _watchdog, urls) = web();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("upload");
    fs::write(&file, vec![0; UPLOAD]).expect("the folder is there");
    let file = file.to_str().expect("its name is UTF-8");
    thread::scope(|scope| {
        for (row, url) in TABLE.iter().zip(&urls) {
            scope.spawn(move || {
                for (header, expected) in ["Expect:", "Expect: 100-continue"].into_iter().zip(row.curl) {
                    // 28 is a time limit that is reached. A busy machine must not reach the other.
                    let limit = if expected == [28] { "3" } else { "100" };
                    let arguments = ["-s", "-m", limit, "-H", header, "-T", file, url];
                    let Some(output) = run_tool("curl", &arguments) else { return };
                    let status = output.status.code();
                    assert!(
                        status.is_some_and(|status| expected.contains(&status)),
                        "{} with `{header}`: curl's exit status is {status:?}, and `TABLE` has {expected:?}",
                        row.fault
                    );
                }
            });
        }
    });
}

#[test]
fn aiohttp_raises_the_exception_that_each_fault_of_an_upload_is() {
    let (_web, _watchdog, urls) = web();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/uploads.py");
    let size = UPLOAD.to_string();
    // Some faults last until the time limit. A busy machine must not reach it with the others.
    let arguments: Vec<_> =
        [size.as_str(), "20"].into_iter().chain(urls.iter().map(String::as_str)).collect();
    let Some(printed) = run_python(&program, &["aiohttp"], &arguments) else { return };
    // The exception's name, without its message.
    let mut results = printed.lines().map(|line| line.split(": ").next().unwrap_or(line));
    for row in TABLE {
        for (expected, with) in row.aiohttp.into_iter().zip(["without", "with"]) {
            let result = results.next().unwrap_or_default();
            assert!(
                expected.contains(&result),
                "{} {with} `Expect`: aiohttp has {result}, and `TABLE` in {} has {expected:?}",
                row.fault,
                file!()
            );
        }
    }
    assert_eq!(results.next(), None, "{printed}");
}
