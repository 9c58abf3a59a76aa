//! The Python twin and the lesson do the same on the same server.

use lesson07::{SITES, client, with_session};
use mock_server::{MockWeb, Outcome, presets};
use testkit::{check_asyncio_facts, run_twin, start};
use tokio_util::task::TaskTracker;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

#[tokio::test]
async fn the_python_twin_reports_the_same_page_and_logs_out_on_every_way_out() {
    let sites = presets::tutorial()
        .into_iter()
        .filter(|site| SITES.contains(&site.name.as_str()));
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(sites));

    let Some(printed) = run_twin(FOLDER, "lesson07.py", &["aiohttp"], &web)
    else {
        return;
    };

    let record = web.record();
    let paths: Vec<_> =
        record.exchanges().map(|exchange| exchange.path.as_str()).collect();
    let way = |page| ["/login", page, "/logout"];
    assert_eq!(paths, ["/", "/missing", "/", "/"].map(way).concat());
    let outcomes: Vec<_> =
        record.exchanges().map(|exchange| exchange.outcome).collect();
    let mut expected = [Outcome::Complete; 12];
    expected[10] = Outcome::ClientGone;
    assert_eq!(outcomes, expected);

    let (client, closing) = (client().expect("a client"), TaskTracker::new());
    let page = with_session(&client, &sites[0], &closing, async |session| {
        session.fetch_page("").await
    });
    let bytes = page.await.expect("a page");
    let expected =
        format!("success: {bytes} bytes\nerror: 404\nbug: a bug\ncancelled\n");
    assert_eq!(printed, expected);
}

#[test]
fn the_chapters_claims_about_asyncio_are_true() {
    check_asyncio_facts(FOLDER);
}
