//! Rule 2: do not block.

use std::time::{Duration, Instant};

use futures::future::join_all;
use lesson_kit::Site;
use reqwest::Client;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::fetch;

/// How long a heart waits for its next beat.
const BEAT: Duration = Duration::from_millis(10);
/// How long the old driver takes for a line.
pub const LINE: Duration = Duration::from_millis(200);

// ANCHOR: old_driver
/// Writes a line into a database, by a driver that has no async: whoever calls
/// it waits, with the thread.
#[expect(
    clippy::disallowed_methods,
    reason = "it stands for a call that blocks its thread"
)]
pub fn old_driver(_line: String) {
    std::thread::sleep(LINE);
}
// ANCHOR_END: old_driver

// ANCHOR: broken
/// Rule 2, broken: the driver has the thread, and nobody else.
pub async fn broken(
    client: &Client,
    sites: &[Site],
    driver: fn(String),
) -> Vec<reqwest::Result<usize>> {
    let fetches = sites.iter().map(async |site| {
        driver(format!("fetching {}", site.name));
        fetch(client, site).await
    });
    join_all(fetches).await
}
// ANCHOR_END: broken

// ANCHOR: kept
/// Rule 2, kept: the driver has a thread of its own,
/// from a pool that is there for it.
pub async fn kept(
    client: &Client,
    sites: &[Site],
    driver: fn(String),
) -> Vec<anyhow::Result<usize>> {
    let fetches = sites.iter().map(async |site| {
        let line = format!("fetching {}", site.name);
        spawn_blocking(move || driver(line)).await?;
        Ok(fetch(client, site).await?)
    });
    join_all(fetches).await
}
// ANCHOR_END: kept

// ANCHOR: heart
/// A task that wants a turn every 10 ms. When it is stopped it says how many it
/// had, and how long it waited for one at the worst.
pub fn heart(stop: CancellationToken) -> JoinHandle<(usize, Duration)> {
    let mut last = Instant::now();
    tokio::spawn(async move {
        let (mut turns, mut worst) = (0, Duration::ZERO);
        loop {
            worst = worst.max(last.elapsed());
            last = Instant::now();
            if stop.is_cancelled() {
                return (turns, worst);
            }
            turns += 1;
            sleep(BEAT).await;
        }
    })
}
// ANCHOR_END: heart
