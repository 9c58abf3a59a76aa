//! The Python twin and the lesson report the same when both use the same server.

use lesson04::{SITES, client, schedule};
use mock_server::{MockWeb, presets};
use testkit::{check_asyncio_facts, run_twin, start};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

#[tokio::test]
async fn the_python_twin_reports_the_same_sizes_and_fetches_concurrently() {
    let sites = presets::tutorial()
        .into_iter()
        .filter(|site| SITES.contains(&site.name.as_str()));
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(sites));

    let Some(printed) = run_twin(FOLDER, "lesson04.py", &["aiohttp"], &web)
    else {
        return;
    };

    assert_eq!(web.record().max_in_flight(), 2);
    let tasks = schedule(&client().expect("a client"), &sites);
    for (site, task) in sites.iter().zip(tasks) {
        let page = task.await.expect("no panic").expect("a page");
        let report = format!("{}: {page} bytes\n", site.url);
        assert!(printed.contains(&report), "{report}{printed}");
    }
}

#[test]
fn what_the_chapter_says_of_asyncio_is_so() {
    check_asyncio_facts(FOLDER);
}
