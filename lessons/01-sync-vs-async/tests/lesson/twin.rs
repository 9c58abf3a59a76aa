//! The Python twin and the lesson report the same when both use the same server.

use std::path::Path;
use std::time::Duration;

use lesson_kit::{Site, sites_of};
use lesson01::one_after_another;
use mock_server::{Fault, MockWeb, Outcome, StatusCode, presets};
use testkit::{check_asyncio_facts, run_python, run_twin, start};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

fn twin(web: &MockWeb) -> Option<String> {
    run_twin(FOLDER, "lesson01.py", &["aiohttp", "requests"], web)
}

/// What the twin and the lesson print of a page: its size, or that it failed.
fn reports(printed: &str) -> Vec<&str> {
    let report =
        |line: &'_ str| line.ends_with(" bytes") || line.contains(": failed: ");
    printed
        .lines()
        .filter(|line| report(line))
        .map(|line| line.split(": failed: ").next().unwrap_or(line))
        .collect()
}

fn lesson(web: &MockWeb) -> Vec<String> {
    let sites = sites_of(web);
    let client = reqwest::blocking::Client::new();
    let report = |(page, site): (reqwest::Result<usize>, &Site)| match page {
        Ok(bytes) => format!("{}: {bytes} bytes", site.url),
        Err(_) => site.url.clone(),
    };
    one_after_another(&client, &sites)
        .into_iter()
        .zip(&sites)
        .map(report)
        .collect()
}

#[test]
fn the_python_twin_reports_the_same_sizes_and_is_seen_first_in_turn_and_then_at_once()
 {
    // With the tutorial's delays, requests that are sent at the same time are all
    // in flight long before the first response.
    let (web, _, _watchdog) = start(MockWeb::builder());

    let Some(printed) = twin(&web) else { return };

    let record = web.record();
    let exchanges: Vec<_> = record.exchanges().collect();
    assert_eq!(exchanges.len(), 6, "three sites, twice");
    for pair in exchanges[..4].windows(2) {
        assert!(
            pair[0].ended <= Some(pair[1].request_head),
            "requests asks one after another"
        );
    }
    let last_asked =
        exchanges[3..].iter().map(|exchange| exchange.request_head).max();
    let first_ended =
        exchanges[3..].iter().filter_map(|exchange| exchange.ended).min();
    assert!(last_asked < first_ended, "aiohttp asks all at once");
    let lesson = lesson(&web);
    assert_eq!(reports(&printed), [&lesson[..], &lesson[..]].concat());
}

#[test]
fn what_the_chapter_says_about_asyncio_is_true() {
    check_asyncio_facts(FOLDER);
}

#[test]
fn what_the_chapter_says_about_the_default_timeouts_of_pythons_clients_is_true()
{
    let facts = Path::new(FOLDER).join("tests/client_facts.py");
    if let Some(printed) = run_python(&facts, &["aiohttp", "requests"], &[]) {
        assert_eq!(printed, "all true\n");
    }
}

#[test]
fn the_python_twin_reports_the_same_failures() {
    let unavailable = Fault::Status {
        code: StatusCode::SERVICE_UNAVAILABLE,
        retry_after: None,
    };
    let (web, _, _watchdog) = start(
        MockWeb::builder()
            .fault("python.org", Fault::Refused)
            .fault("w3schools.com", unavailable),
    );

    let Some(printed) = twin(&web) else { return };

    let lesson = lesson(&web);
    assert_eq!(reports(&printed), [&lesson[..], &lesson[..]].concat());
    let refused = ["NewConnectionError", "ConnectionRefusedError"];
    let unavailable = ["503 Server Error", "status=503"];
    for error in refused.iter().chain(&unavailable) {
        assert_eq!(printed.matches(error).count(), 1, "{error}: {printed}");
    }
}

#[test]
fn the_twins_timeout_is_for_each_wait_in_requests_and_for_all_of_a_page_in_aiohttp()
 {
    // Four pieces take six seconds, and there are never more than two without
    // one. The limit is five.
    let site = presets::tutorial().remove(0).delay(Duration::ZERO);
    let slow = "dribble?chunk=3750&pause=2000".parse().expect("it is a fault");
    let (web, _, _watchdog) =
        start(MockWeb::builder().sites([site.fault(slow)]));

    let Some(printed) = twin(&web) else { return };

    let url = web.url("codeswithpankaj.com");
    assert_eq!(
        reports(&printed),
        [format!("{url}: 15000 bytes"), url.to_owned()]
    );
    assert!(printed.contains("TimeoutError"), "{printed}");
    let record = web.record();
    let outcomes: Vec<_> =
        record.exchanges().map(|exchange| exchange.outcome).collect();
    assert_eq!(outcomes, [Outcome::Complete, Outcome::ClientGone]);
}
