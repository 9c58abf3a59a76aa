//! The Python twin and the lesson report the same when both use the same server.

use lesson02::{client, fetch_all};
use mock_server::MockWeb;
use testkit::{check_asyncio_facts, run_twin, start};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

#[tokio::test]
async fn the_python_twin_reports_the_same_sizes_and_fetches_all_at_once() {
    let (web, sites, _watchdog) = start(MockWeb::builder());

    let Some(printed) = run_twin(FOLDER, "lesson02.py", &["aiohttp"], &web)
    else {
        return;
    };

    assert_eq!(web.record().max_in_flight(), 3);
    let pages = fetch_all(&client().expect("a client"), &sites).await;
    for (site, page) in sites.iter().zip(pages) {
        let report = format!("{}: {} bytes\n", site.url, page.expect("a page"));
        assert!(printed.contains(&report), "{report}{printed}");
    }
}

#[test]
fn what_the_chapter_says_about_asyncio_is_true() {
    check_asyncio_facts(FOLDER);
}
