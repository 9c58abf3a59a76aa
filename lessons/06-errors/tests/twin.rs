//! The Python twin reports what the lesson reports, of the same server.

use std::time::Duration;

use lesson_kit::sites_of;
use lesson06::{client, fetch_all};
use mock_server::testing::{check_asyncio_facts, quick_tutorial, run_twin};

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(120);
const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

#[tokio::test]
async fn the_python_twin_reports_the_same_pages_and_the_same_simulated_error() {
    let web = quick_tutorial().start().expect("the web starts");
    let _watchdog = web.watchdog(WATCHDOG);

    let Some(printed) = run_twin(FOLDER, "lesson06.py", &["aiohttp"], &web)
    else {
        return;
    };

    let mut sites = sites_of(&web);
    for site in &mut sites {
        site.name.clone_from(&site.url);
    }
    let fail = sites[1].name.clone();
    let client = client().expect("a client");
    for (site, page) in
        sites.iter().zip(fetch_all(&client, &sites, &fail).await)
    {
        let report = match page {
            Ok(bytes) => format!("{}: {bytes} bytes\n", site.name),
            Err(error) => format!("Error: {error}: ValueError("),
        };
        assert!(printed.contains(&report), "{report}{printed}");
    }
}

#[test]
fn what_the_chapter_says_of_asyncio_is_so() {
    check_asyncio_facts(FOLDER);
}
