//! Rule 2: do not block.
//!
//! [`broken`] calls the old driver in a future. While the driver waits, it keeps
//! the thread, so no other task of that thread gets a turn. [`kept`] hands the
//! call to a thread of the blocking pool and awaits its handle.

// ANCHOR: use
use std::time::{Duration, Instant};

use futures::future::join_all;
use lesson_kit::Site;
use reqwest::Client;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::fetch_page;
// ANCHOR_END: use

/// How long the heartbeat sleeps between two beats.
const BEAT: Duration = Duration::from_millis(10);
/// How long the old driver takes for a line.
pub const LINE: Duration = Duration::from_millis(200);

// ANCHOR: old_driver
/// Writes a line into a database. This driver isn't async,
/// so it blocks the thread that calls it.
#[expect(
    clippy::disallowed_methods,
    reason = "it stands for a call that blocks its thread"
)]
pub fn old_driver(_line: String) {
    std::thread::sleep(LINE);
}
// ANCHOR_END: old_driver

// ANCHOR: broken
/// Rule 2, broken.
pub async fn broken(
    client: &Client,
    sites: &[Site],
    driver: fn(String),
) -> Vec<reqwest::Result<usize>> {
    let fetches = sites.iter().map(async |site| {
        driver(format!("fetching {}", site.name));
        fetch_page(client, site).await
    });
    join_all(fetches).await
}
// ANCHOR_END: broken

// ANCHOR: kept
/// Rule 2, kept.
pub async fn kept(
    client: &Client,
    sites: &[Site],
    driver: fn(String),
) -> Vec<anyhow::Result<usize>> {
    let fetches = sites.iter().map(async |site| {
        let line = format!("fetching {}", site.name);
        spawn_blocking(move || driver(line)).await?;
        Ok(fetch_page(client, site).await?)
    });
    join_all(fetches).await
}
// ANCHOR_END: kept

// ANCHOR: heartbeat
/// Spawns a task that wants a turn every 10 ms. When it's stopped, it returns how
/// many turns it had and the longest time between two of them.
pub fn heartbeat(stop: CancellationToken) -> JoinHandle<(usize, Duration)> {
    let mut last = Instant::now();
    tokio::spawn(async move {
        let mut turns = 0;
        let mut longest_gap = Duration::ZERO;
        loop {
            longest_gap = longest_gap.max(last.elapsed());
            last = Instant::now();
            if stop.is_cancelled() {
                return (turns, longest_gap);
            }
            turns += 1;
            sleep(BEAT).await;
        }
    })
}
// ANCHOR_END: heartbeat
