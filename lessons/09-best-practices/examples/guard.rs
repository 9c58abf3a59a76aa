//! A lock is held across an `.await`, where the compiler does not mind. What
//! can go wrong?
//!
//! ```sh
//! cargo run -p lesson09 --example guard
//! ```
//!
//! Three pages, and their bytes are added up behind a lock. In the wrong run
//! whoever fetches has the lock meanwhile: the next one who asks for it blocks
//! the thread, and with it the one who has it. Look at the server: not even the
//! first request arrives. A watchdog ends the wait. Tokio's lock does not hang,
//! and lets one fetch at a time; the last run takes the lock when it needs it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson09::errors::reason;
use lesson09::watched::{Ended, Tell, watch};
use lesson09::{client, fetch};
use reqwest::Client;
use tokio::runtime::Builder;

/// How long nothing may happen. A page takes less than a second.
const PATIENCE: Duration = Duration::from_secs(3);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson09 --example guard",
        "a lock that is held across an await",
    );
    println!("--- wrong: std's lock, held across an await ---");
    println!("{}", run(lesson.sites(), PATIENCE, held)?);
    lesson.blocking_timeline("std's lock, held");

    println!("\n--- no better: Tokio's lock, held across an await ---");
    println!("{}", run(lesson.sites(), PATIENCE, held_async)?);
    lesson.blocking_timeline("Tokio's lock, held");

    println!("\n--- right: std's lock, for one statement ---");
    println!("{}", run(lesson.sites(), PATIENCE, brief)?);
    lesson.blocking_timeline("std's lock, for one statement");
    Ok(())
}

/// Runs it on a runtime with one thread, which can be left behind.
pub fn run(
    sites: &[Site],
    patience: Duration,
    work: impl AsyncFnOnce(&Client, &[Site], &Tell) + Send + 'static,
) -> anyhow::Result<Ended> {
    let (client, sites) = (client()?, sites.to_vec());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    Ok(watch(patience, move |tell| {
        runtime.block_on(work(&client, &sites, &tell));
    }))
}

// ANCHOR: held
/// Wrong: the second to ask for the lock blocks the thread, and the one who has
/// it needs that thread to go on.
#[expect(clippy::await_holding_lock, reason = "it is the mistake")]
pub async fn held(client: &Client, sites: &[Site], tell: &Tell) {
    let total = Mutex::new(0);
    let fetches = sites.iter().map(async |site| {
        tell.tell(format!("{} asks for the lock", site.name));
        let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
        tell.tell(format!("{} has the lock", site.name));
        match fetch(client, site).await {
            Ok(bytes) => *total += bytes,
            Err(error) => tell.tell(reason(&error)),
        }
    });
    join_all(fetches).await;
    tell.tell(format!("{} bytes", total.lock().map_or(0, |total| *total)));
}
// ANCHOR_END: held

// ANCHOR: held_async
/// No better: who waits for this lock gives the thread to others. But they wait
/// all the same, and one page is fetched at a time.
pub async fn held_async(client: &Client, sites: &[Site], tell: &Tell) {
    let total = tokio::sync::Mutex::new(0);
    let fetches = sites.iter().map(async |site| {
        tell.tell(format!("{} asks for the lock", site.name));
        let mut total = total.lock().await;
        tell.tell(format!("{} has the lock", site.name));
        match fetch(client, site).await {
            Ok(bytes) => *total += bytes,
            Err(error) => tell.tell(reason(&error)),
        }
    });
    join_all(fetches).await;
    tell.tell(format!("{} bytes", total.lock().await));
}
// ANCHOR_END: held_async

// ANCHOR: brief
/// Right: the lock is there for the sum, and held for as long as that takes.
pub async fn brief(client: &Client, sites: &[Site], tell: &Tell) {
    let total = Mutex::new(0);
    let add = |bytes: usize| {
        *total.lock().unwrap_or_else(PoisonError::into_inner) += bytes;
    };
    let fetches =
        sites.iter().map(async |site| match fetch(client, site).await {
            Ok(bytes) => add(bytes),
            Err(error) => tell.tell(reason(&error)),
        });
    join_all(fetches).await;
    tell.tell(format!("{} bytes", total.lock().map_or(0, |total| *total)));
}
// ANCHOR_END: brief
