//! What all exercises share: a mock web, a time limit, and the picture of what
//! the server saw. There's nothing to solve in here.

pub mod checker;
mod watching;

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use futures::FutureExt;
use mock_server::timeline::{self, Panel};
use mock_server::{Builder, MockWeb, Record, Site, presets};
use reqwest::Client;

/// A program that takes longer hangs. It's stopped, and prints which requests
/// were in flight.
const LIMIT: Duration = Duration::from_secs(60);

/// How long a test waits for what your change should bring about: for enough
/// concurrent requests to open a gate, or for a client to leave.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// Runs a program on a mock web and draws what the server saw.
pub fn show(web: Builder, story: impl AsyncFnOnce(&MockWeb, &Client)) {
    let story = async |web: &MockWeb, client: &Client| {
        story(web, client).await;
        // The server notices a moment later that a client has left.
        let idle = web.wait_until(|record| record.in_flight() == 0);
        let _ = tokio::time::timeout(Duration::from_millis(200), idle).await;
        let panel = Panel::new("what the server saw", web.record());
        let picture = timeline::text(&panel, timeline::WIDTH, panel.span());
        println!("\n{picture}");
    };
    run(web, story, Kind::Program);
}

/// Runs a test on a mock web.
pub fn check(web: Builder, test: impl AsyncFnOnce(&MockWeb, &Client)) {
    run(web, test, Kind::Test);
}

/// Runs `work` on a web, with a live page if it's asked for.
fn run(web: Builder, work: impl AsyncFnOnce(&MockWeb, &Client), kind: Kind) {
    match watching::page() {
        None => on_web(web, work),
        Some(mut page) => watched(web, &mut page, work, kind),
    }
}

/// The runtime has one thread, like asyncio's event loop.
#[tokio::main(flavor = "current_thread")]
async fn on_web(web: Builder, work: impl AsyncFnOnce(&MockWeb, &Client)) {
    let web = web.start().expect("the web starts");
    let _watchdog = web.watchdog(LIMIT);
    work(&web, &client()).await;
}

/// The client has no proxy, because the web is in this process.
fn client() -> Client {
    Client::builder().no_proxy().build().expect("a client")
}

/// What runs on a web. With a live page, they end differently.
enum Kind {
    Program,
    Test,
}

/// The same on a web with a live page.
#[tokio::main(flavor = "current_thread")]
async fn watched(
    web: Builder,
    page: &mut watching::Page,
    work: impl AsyncFnOnce(&MockWeb, &Client),
    kind: Kind,
) {
    let web = web.watch(page.watch(), &watching::title());
    let web = web.start().expect("the web starts");
    page.wait_for_start();
    let watchdog = web.watchdog(LIMIT);
    let result = AssertUnwindSafe(work(&web, &client())).catch_unwind().await;
    drop(watchdog);
    match kind {
        Kind::Program => page.wait_for_end(),
        Kind::Test => {
            let result = result.as_ref().copied().map_err(|panic| &**panic);
            page.report(&web, result);
        }
    }
    if let Err(panic) = result {
        resume_unwind(panic);
    }
}

/// A mock web with these sites, which are small and answer without delay.
pub fn sites<const N: usize>(names: [&str; N]) -> Builder {
    MockWeb::builder().sites(names.map(Site::new))
}

/// The URLs of all sites of a web, in their order.
pub fn urls(web: &MockWeb) -> Vec<&str> {
    web.sites().map(|(_, url)| url).collect()
}

/// Waits up to [`PATIENCE`] until the record is as asked, and returns whether it
/// was.
pub async fn sees(web: &MockWeb, what: impl FnMut(&Record) -> bool) -> bool {
    tokio::time::timeout(PATIENCE, web.wait_until(what)).await.is_ok()
}

/// The tutorial's three sites, without their delays.
pub fn quick_tutorial() -> Builder {
    let sites = presets::tutorial().into_iter();
    MockWeb::builder().sites(sites.map(|site| site.delay(Duration::ZERO)))
}
