//! The Python twin and the lesson report the same when both use the same server.

use std::path::Path;
use std::time::Duration;

use lesson05::{SITES, client, fetch_all};
use mock_server::{MockWeb, Site, presets};
use testkit::{
    PATIENT, check_asyncio_facts, quick_tutorial, run_python, run_twin, start,
};

use crate::support::Failure;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// Faults that lead to each kind of failure.
///
/// `bad-chunk` isn't among them: aiohttp reads ahead, and may find the bad
/// chunk before it has handed over the response.
const FAULTS: [&str; 12] = [
    "hang",
    "stall?after=100",
    "endless",
    "connect-hang",
    "refused",
    "status?code=503",
    "redirect-loop",
    "truncate?after=100",
    "empty",
    "reset",
    "garbage",
    "unstable?rate=1&with=garbage",
];

/// What the twin prints for a failure: one of these.
fn of_aiohttp(failure: &Failure) -> &'static [&'static str] {
    match failure {
        Failure::Timeout => &["TimeoutError: "],
        Failure::Connect => &["ClientConnectorError: "],
        Failure::Status(503) => {
            &["ClientResponseError: 503, message='Service Unavailable'"]
        }
        Failure::Status(other) => panic!("no fault here has status {other}"),
        Failure::Redirect => &["TooManyRedirects: "],
        Failure::BrokenOff => &["ClientPayloadError: "],
        Failure::NoResponse => &[
            "ServerDisconnectedError: ",
            "ClientOSError: ",
            r#"ClientResponseError: 400, message="Bad status line"#,
        ],
    }
}

#[tokio::test]
async fn the_python_twin_reports_the_same_failures_for_the_same_reasons() {
    let sites = [presets::tutorial(), presets::failing()].into_iter().flatten();
    let sites = sites
        .filter(|site| SITES.contains(&site.name.as_str()))
        // The pages have all of the timeout, so that none is late.
        .map(|site| site.delay(Duration::ZERO));
    the_twin_reports_the_same_of(sites).await;

    // Afterwards, and not in a test beside this one, for the same reason.
    let sites = FAULTS.iter().map(|fault| {
        Site::new(fault).fault(fault.parse().expect("it is a fault"))
    });
    the_twin_reports_the_same_of(sites).await;
}

async fn the_twin_reports_the_same_of(sites: impl Iterator<Item = Site>) {
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(sites));

    let Some(printed) = run_twin(FOLDER, "lesson05.py", &["aiohttp"], &web)
    else {
        return;
    };

    let results = fetch_all(&client().expect("a client"), &sites).await;
    for (site, result) in sites.iter().zip(results) {
        let (name, url) = (&site.name, &site.url);
        let line =
            |start: &str| printed.lines().any(|line| line.starts_with(start));
        let reported = match result.map_err(|error| Failure::of(&error)) {
            Ok(bytes) => line(&format!("{url}: {bytes} bytes")),
            Err(failure) => of_aiohttp(&failure)
                .iter()
                .any(|error| line(&format!("Failed to fetch {url}: {error}"))),
        };
        assert!(reported, "{name} at {url}:\n{printed}");
    }
}

#[tokio::test]
async fn the_python_workers_fetch_three_pages_at_a_time() {
    // Opens only if three requests are in flight.
    let gate = quick_tutorial().gate(3, PATIENT);
    let (web, sites, _watchdog) = start(gate);
    let urls: Vec<_> =
        sites.iter().cycle().take(9).map(|site| &*site.url).collect();
    let program = Path::new(FOLDER).join("workers.py");
    let Some(printed) = run_python(&program, &["aiohttp"], &urls) else {
        return;
    };
    assert_eq!(printed, "9 pages, 330963 bytes\n");
    assert_eq!(web.record().max_in_flight(), 3);
}

#[test]
fn what_the_chapter_says_of_asyncio_is_so() {
    check_asyncio_facts(FOLDER);
}
