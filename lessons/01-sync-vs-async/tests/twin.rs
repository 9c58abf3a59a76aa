//! The Python twin reports what the lesson reports, of the same server.

use std::path::Path;
use std::time::Duration;

use lesson_kit::Site;
use lesson_kit::testing::run_twin;
use lesson01::one_after_another;
use mock_server::MockWeb;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(120);

#[test]
fn the_python_twin_reports_the_same_sizes_and_is_seen_first_in_turn_and_then_at_once() {
    // With the tutorial's delays: what asks all at once has all in flight long before the first answers.
    let web = MockWeb::start().expect("the web starts");
    let _watchdog = web.watchdog(WATCHDOG);
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("lesson01.py");
    let urls: Vec<_> = web.sites().map(|(_, url)| url).collect();

    let Some(printed) = run_twin(&program, &["aiohttp", "requests"], &urls) else { return };

    let record = web.record();
    let exchanges: Vec<_> = record.exchanges().collect();
    assert_eq!(exchanges.len(), 6, "three sites, twice");
    for pair in exchanges[..4].windows(2) {
        assert!(pair[0].ended <= Some(pair[1].request_head), "requests asks one after another");
    }
    let last_asked = exchanges[3..].iter().map(|exchange| exchange.request_head).max();
    let first_ended = exchanges[3..].iter().filter_map(|exchange| exchange.ended).min();
    assert!(last_asked < first_ended, "aiohttp asks all at once");

    let sites: Vec<_> =
        web.sites().map(|(name, url)| Site { name: name.to_owned(), url: url.to_owned() }).collect();
    let client = reqwest::blocking::Client::new();
    let lesson = one_after_another(&client, &sites).into_iter().zip(&sites);
    let lesson: Vec<_> =
        lesson.map(|(page, site)| format!("{}: {} bytes", site.url, page.expect("the page comes"))).collect();
    let sizes: Vec<_> = printed.lines().filter(|line| line.ends_with(" bytes")).collect();
    assert_eq!(sizes, [&lesson[..], &lesson[..]].concat());
}
