//! The Python twin and the lesson report the same when both use the same server.

use lesson06::{client, fetch_all};
use testkit::{check_asyncio_facts, quick_tutorial, run_twin, start};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

#[tokio::test]
async fn the_python_twin_reports_the_same_pages_and_the_same_simulated_error() {
    let (web, sites, _watchdog) = start(quick_tutorial());

    let Some(printed) = run_twin(FOLDER, "lesson06.py", &["aiohttp"], &web)
    else {
        return;
    };

    assert_eq!(web.record().requests("python.org"), 0, "it only pretends");
    let simulated = format!(
        "Error: cannot fetch {}: ValueError('simulated error')\n",
        sites[1].url
    );
    assert!(printed.contains(&simulated), "{printed}");
    let client = client().expect("a client");
    let pages = fetch_all(&client, &sites).await;
    for (site, page) in sites.iter().zip(pages).step_by(2) {
        let bytes = page.expect("it is fetched");
        let report = format!("{}: {bytes} bytes\n", site.url);
        assert!(printed.contains(&report), "{report}{printed}");
    }
}

#[test]
fn what_the_chapter_says_about_asyncio_is_so() {
    check_asyncio_facts(FOLDER);
}
