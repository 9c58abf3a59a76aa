//! The Python twin reports what the lesson reports, of the same server.

use std::time::Duration;

use lesson_kit::sites_of;
use lesson09::{SITES, client, closing, errors};
use mock_server::testing::{check_asyncio_facts, run_twin};
use mock_server::{MockWeb, Site};

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(120);
const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// Each reason of the lesson, by faults that lead to it.
const FAULTS: [&str; 4] = ["hang", "refused", "status?code=503", "garbage"];

#[tokio::test]
async fn the_python_twin_reports_the_same_pages_failures_and_bytes_written() {
    let known = [Site::tutorial(), Site::failing()].into_iter().flatten();
    let sites = known.filter(|site| SITES.contains(&site.name.as_str()));
    // The pages have all of the time limit, so that none is late.
    let sites = sites.map(|site| site.delay(Duration::ZERO));
    let broken = FAULTS.iter().map(|fault| {
        Site::new(fault).fault(fault.parse().expect("it is a fault"))
    });
    let web = MockWeb::builder().sites(sites.chain(broken)).start();
    let web = web.expect("the web starts");
    let _watchdog = web.watchdog(WATCHDOG);

    let Some(printed) = run_twin(FOLDER, "lesson09.py", &["aiohttp"], &web)
    else {
        return;
    };

    let sites = sites_of(&web);
    let client = client().expect("a client");
    let results = errors::kept(&client, &sites).await;
    for (site, result) in sites.iter().zip(results) {
        let report = match result {
            Ok(bytes) => format!("{}: {bytes} bytes\n", site.url),
            Err(error) => {
                format!("{}: {}\n", site.url, errors::reason(&error))
            }
        };
        assert!(printed.contains(&report), "{report}{printed}");
    }

    let lines: Vec<_> =
        sites.iter().map(|site| format!("{}\n", site.url)).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.txt");
    closing::kept(&file, &lines).await.expect("it is written");
    let written = file.metadata().expect("it is there").len();
    let report = format!("the report has {written} bytes\n");
    assert!(printed.contains(&report), "{report}{printed}");
}

#[test]
fn what_the_chapter_says_of_asyncio_is_so() {
    check_asyncio_facts(FOLDER);
}
