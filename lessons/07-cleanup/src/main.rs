//! Read src/lib.rs first: that's the lesson, and this file only runs it.
//!
//! One page, fetched in a session: login, page, logout. There are four ways
//! out of the session. Is there a logout on each?
//!
//! ```sh
//! cargo run -p lesson07
//! ```
//!
//! Look at the last bar of each timeline, and at the number of sessions that
//! are still being closed when the work has ended. The program stands for
//! Python's `async with` and `asynccontextmanager`: see lesson07.py.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use lesson_kit::{Site, println, with_causes};
use lesson07::{SITES, SessionError, client, with_session};
use reqwest::Client;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// When the fourth way out cancels the fetch: before the page arrives.
const TIMEOUT: Duration = Duration::from_millis(500);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on("lesson07", "cleanup", &SITES);
    let [site] = lesson.exact_sites();
    for way in [Way::Success, Way::Error, Way::Panic, Way::Cancellation] {
        println!("--- {way:?} ---");
        run(site, way).await?;
        lesson.timeline(&format!("{way:?}")).await;
        println!();
    }
    Ok(())
}

/// A way out of the session.
#[derive(Clone, Copy, Debug)]
enum Way {
    Success,
    Error,
    Panic,
    Cancellation,
}

// ANCHOR: run
async fn run(site: &Site, way: Way) -> reqwest::Result<()> {
    let (client, closing) = (client()?, TaskTracker::new());
    let outcome = match way {
        Way::Success => describe(fetch_page(&client, site, &closing, "").await),
        Way::Error => {
            describe(fetch_page(&client, site, &closing, "missing").await)
        }
        Way::Panic => {
            let work = fetch_with_bug(&client, site, &closing);
            match AssertUnwindSafe(work).catch_unwind().await {
                Ok(page) => describe(page),
                Err(_panic) => "it panicked".to_owned(),
            }
        }
        Way::Cancellation => {
            let work = fetch_page(&client, site, &closing, "");
            match timeout(TIMEOUT, work).await {
                Ok(page) => describe(page),
                Err(_elapsed) => "cancelled".to_owned(),
            }
        }
    };
    println!("{}: {outcome}", site.name);
    println!("sessions still being closed: {}", closing.len());
    // Without this, `main` could return first and take the logout with it.
    closing.close();
    closing.wait().await;
    Ok(())
}
// ANCHOR_END: run

// ANCHOR: bodies
async fn fetch_page(
    client: &Client,
    site: &Site,
    closing: &TaskTracker,
    path: &str,
) -> Result<usize, SessionError> {
    with_session(client, site, closing, async |session| {
        session.fetch_page(path).await
    })
    .await
}

async fn fetch_with_bug(
    client: &Client,
    site: &Site,
    closing: &TaskTracker,
) -> Result<usize, SessionError> {
    with_session(client, site, closing, async |session| {
        let bytes = session.fetch_page("").await?;
        assert!(bytes > 1_000_000, "a bug");
        Ok(bytes)
    })
    .await
}
// ANCHOR_END: bodies

fn describe(page: Result<usize, SessionError>) -> String {
    match page {
        Ok(bytes) => format!("{bytes} bytes"),
        Err(error) => format!("failed: {}", with_causes(&error)),
    }
}
