//! The Python twin reports what the lesson reports, of the same server.

use std::path::Path;
use std::time::Duration;

use lesson_kit::Site;
use lesson02::{client, fetch_all};
use mock_server::MockWeb;
use mock_server::testing::run_python;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(120);

#[tokio::test]
async fn the_python_twin_reports_the_same_sizes_and_asks_all_at_once() {
    let web = MockWeb::start().expect("the web starts");
    let _watchdog = web.watchdog(WATCHDOG);
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("lesson02.py");
    let urls: Vec<_> = web.sites().map(|(_, url)| url).collect();

    let Some(printed) = run_python(&program, &["aiohttp"], &urls) else {
        return;
    };

    assert_eq!(web.record().max_in_flight(), 3);
    let sites: Vec<_> = urls
        .iter()
        .map(|&url| Site { name: url.to_owned(), url: url.to_owned() })
        .collect();
    let pages = fetch_all(&client().expect("a client"), &sites).await;
    for (site, page) in sites.iter().zip(pages) {
        let report = format!("{}: {} bytes\n", site.url, page.expect("a page"));
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
