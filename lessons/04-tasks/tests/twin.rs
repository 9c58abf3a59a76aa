//! The Python twin reports what the lesson reports, of the same server.

use std::path::Path;
use std::time::Duration;

use lesson04::{SITES, client, schedule};
use mock_server::testing::run_python;
use mock_server::{MockWeb, Site};

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(120);

#[tokio::test]
async fn the_python_twin_reports_the_same_sizes_and_asks_all_at_once() {
    let sites = Site::tutorial()
        .into_iter()
        .filter(|site| SITES.contains(&site.name.as_str()));
    let web = MockWeb::builder().sites(sites).start().expect("the web starts");
    let _watchdog = web.watchdog(WATCHDOG);
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("lesson04.py");
    let urls: Vec<_> = web.sites().map(|(_, url)| url).collect();

    let Some(printed) = run_python(&program, &["aiohttp"], &urls) else {
        return;
    };

    assert_eq!(web.record().max_in_flight(), 2);
    let sites: Vec<_> = urls
        .iter()
        .map(|&url| lesson_kit::Site {
            name: url.to_owned(),
            url: url.to_owned(),
        })
        .collect();
    let tasks = schedule(&client().expect("a client"), &sites);
    for (site, task) in sites.iter().zip(tasks) {
        let page = task.await.expect("no panic").expect("a page");
        let report = format!("{}: {page} bytes\n", site.url);
        assert!(printed.contains(&report), "{report}{printed}");
    }
}

#[test]
fn what_the_chapter_says_of_asyncio_is_so() {
    let program =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asyncio_facts.py");
    let Some(printed) = run_python(&program, &[], &[]) else { return };
    assert!(printed.ends_with("all true\n"), "{printed}");
}
