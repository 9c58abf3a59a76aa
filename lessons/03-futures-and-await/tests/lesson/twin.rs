//! The Python twin and the lesson report the same when both use the same server.

use lesson03::{SITES, client, count_all};
use mock_server::{MockWeb, presets};
use testkit::{check_asyncio_facts, run_twin, start};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

#[tokio::test]
async fn the_python_twin_counts_the_same_words_and_asks_all_at_once() {
    let sites = presets::tutorial()
        .into_iter()
        .filter(|site| SITES.contains(&site.name.as_str()));
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(sites));

    let Some(printed) = run_twin(FOLDER, "lesson03.py", &["aiohttp"], &web)
    else {
        return;
    };

    assert_eq!(web.record().max_in_flight(), 2);
    let counted = count_all(&client().expect("a client"), &sites).await;
    for (site, words) in sites.iter().zip(counted) {
        let report =
            format!("{}: {} words\n", site.url, words.expect("a page"));
        assert!(printed.contains(&report), "{report}{printed}");
    }
}

#[test]
fn what_the_chapter_says_about_asyncio_is_true() {
    check_asyncio_facts(FOLDER);
}
