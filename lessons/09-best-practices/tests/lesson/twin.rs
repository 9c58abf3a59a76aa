//! The Python twin and the lesson print the same pages and failures for the
//! same server.

use lesson09::{client, errors, flushing};
use mock_server::Site;
use testkit::{check_asyncio_facts, run_twin, start, watchdog};

use crate::support::five_sites_and;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// Faults that fail in different ways.
const FAULTS: [&str; 4] = ["hang", "refused", "status?code=503", "garbage"];

/// What the twin prints about this failure.
fn name_in_python(error: &reqwest::Error) -> String {
    match error.status() {
        Some(status) => format!("ClientResponseError: {}", status.as_u16()),
        None if error.is_timeout() => "TimeoutError".to_owned(),
        None if error.is_connect() => "ClientConnectorError".to_owned(),
        // For aiohttp, an answer that isn't HTTP is a "400 Bad Request".
        None => "ClientResponseError: 400".to_owned(),
    }
}

#[tokio::test]
async fn the_python_twin_reports_the_same_pages_failures_and_bytes_written() {
    let broken = FAULTS.iter().map(|fault| {
        Site::new(fault).fault(fault.parse().expect("it is a fault"))
    });
    // Without their delays no page takes as long as the timeout.
    let (web, sites, _watchdog) = start(five_sites_and(broken));

    let Some(printed) = run_twin(FOLDER, "lesson09.py", &["aiohttp"], &web)
    else {
        return;
    };

    let client = client().expect("a client");
    let results = errors::kept(&client, &sites).await;
    for (site, result) in sites.iter().zip(results) {
        let line = printed.lines().find(|line| line.starts_with(&site.url));
        let line = line.unwrap_or_default();
        match result {
            Ok(bytes) => assert!(line.ends_with(&format!(": {bytes} bytes"))),
            Err(error) => {
                assert!(line.contains(": failed: "), "{printed}");
                let name = name_in_python(&error);
                assert!(line.contains(&name), "{name}: {line}");
            }
        }
    }

    let lines: Vec<_> =
        sites.iter().map(|site| format!("{}\n", site.url)).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.txt");
    flushing::kept(&file, &lines).await.expect("it is written");
    let written = file.metadata().expect("it is there").len();
    let report = format!("the report has {written} bytes\n");
    assert!(printed.contains(&report), "{report}{printed}");
}

#[test]
fn what_the_chapter_says_about_asyncio_is_true() {
    let _watchdog = watchdog();
    check_asyncio_facts(FOLDER);
}
