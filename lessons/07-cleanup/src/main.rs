//! Read src/lib.rs first: it is the lesson; this only runs it.
//!
//! One page, fetched in a session: login, page, logout. There are four ways out
//! of it. Is there a logout on each?
//!
//! ```sh
//! cargo run -p lesson07
//! ```
//!
//! Look at the last bar of each timeline, and at the number of sessions that
//! are still being closed when the work is over.

use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use futures::FutureExt;
use lesson_kit::{Site, println};
use lesson07::{SITES, SessionError, client, with_session};
use reqwest::Client;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// When the fourth is cancelled: before the page is there.
const LIMIT: Duration = Duration::from_millis(500);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on("lesson07", "cleanup", &SITES);
    let Some(site) = lesson.sites().first() else {
        anyhow::bail!("it takes a site");
    };
    // The default hook prints a panic where it happens; here it is told below.
    panic::set_hook(Box::new(|_| {}));
    for way in [Way::Success, Way::Error, Way::Panic, Way::Cancellation] {
        println!("--- {way:?} ---");
        run(site, way)?;
        lesson.blocking_timeline(&format!("{way:?}"));
        println!();
    }
    Ok(())
}

/// A way out.
#[derive(Clone, Copy, Debug)]
enum Way {
    Success,
    Error,
    Panic,
    Cancellation,
}

// ANCHOR: run
#[tokio::main]
async fn run(site: &Site, way: Way) -> reqwest::Result<()> {
    let (client, closing) = (client()?, TaskTracker::new());
    let ended = match way {
        Way::Success => tell(fetch(&client, site, &closing, "").await),
        Way::Error => tell(fetch(&client, site, &closing, "missing").await),
        Way::Panic => {
            let work = broken(&client, site, &closing);
            match AssertUnwindSafe(work).catch_unwind().await {
                Ok(page) => tell(page),
                Err(_) => "it panicked".to_owned(),
            }
        }
        Way::Cancellation => {
            let work = fetch(&client, site, &closing, "");
            match timeout(LIMIT, work).await {
                Ok(page) => tell(page),
                Err(_) => "cancelled".to_owned(),
            }
        }
    };
    println!("{}: {ended}", site.name);
    println!("sessions still being closed: {}", closing.len());
    // Without this they would end with the runtime.
    closing.close();
    closing.wait().await;
    Ok(())
}
// ANCHOR_END: run

// ANCHOR: bodies
async fn fetch(
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

async fn broken(
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

fn tell(page: Result<usize, SessionError>) -> String {
    match page {
        Ok(bytes) => format!("{bytes} bytes"),
        Err(error) => format!("failed: {:#}", anyhow::Error::from(error)),
    }
}
