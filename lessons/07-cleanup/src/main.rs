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

// ANCHOR: use
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use lesson07::{SITES, client, with_session};
use reqwest::Client;
use tokio::task::JoinError;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;
// ANCHOR_END: use

/// When the fourth way out aborts the task: before the page arrives.
const PAUSE: Duration = Duration::from_millis(500);

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
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Success,
    Error,
    Panic,
    Cancellation,
}

// ANCHOR: visit
async fn visit(
    client: Client,
    site: Site,
    closing: TaskTracker,
    way: Way,
) -> reqwest::Result<usize> {
    with_session(&client, &site, &closing, async |session| {
        let path = if way == Way::Error { "missing" } else { "" };
        let bytes = session.fetch_page(path).await?;
        assert!(way != Way::Panic, "a bug");
        Ok(bytes)
    })
    .await
}
// ANCHOR_END: visit

// ANCHOR: run
async fn run(site: &Site, way: Way) -> reqwest::Result<()> {
    let (client, closing) = (client()?, TaskTracker::new());
    let task = tokio::spawn(visit(client, site.clone(), closing.clone(), way));
    if way == Way::Cancellation {
        sleep(PAUSE).await;
        task.abort();
    }
    println!("{}: {}", site.name, describe(task.await));
    println!("sessions still being closed: {}", closing.len());
    closing.close();
    closing.wait().await;
    Ok(())
}
// ANCHOR_END: run

fn describe(ended: Result<reqwest::Result<usize>, JoinError>) -> String {
    match ended {
        Ok(Ok(bytes)) => format!("{bytes} bytes"),
        Ok(Err(error)) => format!("failed: {}", with_causes(&error)),
        Err(error) if error.is_panic() => "it panicked".to_owned(),
        Err(_cancelled) => "cancelled".to_owned(),
    }
}
