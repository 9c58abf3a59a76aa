//! What every exercise shares and none is about: a web, a limit of time, and
//! the picture of what the server saw. There is nothing to solve in here.

use std::time::Duration;

use mock_server::timeline::{self, Panel};
use mock_server::{Builder, MockWeb, Record, Site};
use reqwest::Client;

/// Whoever takes longer hangs, and is ended with a word on what was in flight.
const LIMIT: Duration = Duration::from_secs(60);

/// How long a test waits for what you are to bring about: a gate for so many
/// requests at once, or a client that leaves.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Runs a story on a web and draws what the server saw of it.
pub fn show(web: Builder, story: impl AsyncFnOnce(&MockWeb, &Client)) {
    on_web(web, async |web, client| {
        story(web, client).await;
        // A client that has just left is seen to leave a moment later.
        let idle = web.wait_until(|record| record.in_flight() == 0);
        let _ = tokio::time::timeout(Duration::from_millis(200), idle).await;
        let panel = Panel::new("what the server saw", web.record());
        let picture = timeline::text(&panel, timeline::WIDTH, panel.span());
        println!("\n{picture}");
    });
}

/// Runs a test on a web.
pub fn check(web: Builder, test: impl AsyncFnOnce(&MockWeb, &Client)) {
    on_web(web, test);
}

/// The runtime has one thread, like an event loop of asyncio.
#[tokio::main(flavor = "current_thread")]
async fn on_web(web: Builder, work: impl AsyncFnOnce(&MockWeb, &Client)) {
    let web = web.start().expect("the web starts");
    let _watchdog = web.watchdog(LIMIT);
    // The web is in this process: no proxy stands between.
    let client = Client::builder().no_proxy().build().expect("a client");
    work(&web, &client).await;
}

/// A web of these sites, small and without delays.
pub fn sites<const N: usize>(names: [&str; N]) -> Builder {
    MockWeb::builder().sites(names.map(Site::new))
}

/// The URLs of all sites of a web, in order.
pub fn urls(web: &MockWeb) -> Vec<&str> {
    web.sites().map(|(_, url)| url).collect()
}

/// Waits until the server has seen this, for [`PATIENCE`]. Whether it has.
pub async fn sees(web: &MockWeb, what: impl FnMut(&Record) -> bool) -> bool {
    tokio::time::timeout(PATIENCE, web.wait_until(what)).await.is_ok()
}
