//! The Python twin reports what the lesson reports, of the same server.

use std::time::Duration;

use lesson_kit::sites_of;
use lesson05::{SITES, client, fetch_all, reason};
use mock_server::testing::{check_asyncio_facts, run_twin};
use mock_server::{MockWeb, Site};

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(120);
const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// Each reason of the lesson, by faults that lead to it.
///
/// `bad-chunk` is not among them: aiohttp reads ahead, and may find the bad chunk
/// when it has not yet given the head to anybody.
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

#[tokio::test]
async fn the_python_twin_reports_the_same_failures_for_the_same_reasons() {
    let sites = [Site::tutorial(), Site::failing()].into_iter().flatten();
    let sites = sites
        .filter(|site| SITES.contains(&site.name.as_str()))
        // The pages have all of the time limit, so that none is late.
        .map(|site| site.delay(Duration::ZERO));
    the_twin_reports_the_same_of(sites).await;

    // Afterwards, and not in a test beside this one, for the same reason.
    let sites = FAULTS.iter().map(|fault| {
        Site::new(fault).fault(fault.parse().expect("it is a fault"))
    });
    the_twin_reports_the_same_of(sites).await;
}

async fn the_twin_reports_the_same_of(sites: impl Iterator<Item = Site>) {
    let web = MockWeb::builder().sites(sites).start().expect("the web starts");
    let _watchdog = web.watchdog(WATCHDOG);

    let Some(printed) = run_twin(FOLDER, "lesson05.py", &["aiohttp"], &web)
    else {
        return;
    };

    let sites = sites_of(&web);
    let results = fetch_all(&client().expect("a client"), &sites).await;
    for (site, result) in sites.iter().zip(results) {
        let (name, url) = (&site.name, &site.url);
        let report = match result {
            Ok(bytes) => format!("{url}: {bytes} bytes\n"),
            Err(error) => {
                format!("Failed to fetch {url}: {}\n", reason(&error))
            }
        };
        assert!(printed.contains(&report), "{name}: {report}{printed}");
    }
}

#[test]
fn what_the_chapter_says_of_asyncio_is_so() {
    check_asyncio_facts(FOLDER);
}
