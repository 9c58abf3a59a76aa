//! A lock is held across an `.await`, where the compiler doesn't mind. What can go
//! wrong?
//!
//! ```sh
//! cargo run -p lesson09 --example guard
//! ```
//!
//! Three futures on one thread fetch pages and add up their bytes behind a lock.
//! In the wrong run the first future holds the lock while it waits for its page.
//! The second one calls `lock()`, which blocks the thread, and the first needs
//! that thread to continue: a deadlock. Look at the server: not even the first
//! request arrives. A watchdog ends the wait. Tokio's lock doesn't hang, but it
//! lets only one fetch run at a time. The last run takes the lock only to add.
//!
//! It's an example of a lock. To get a sum, return the bytes from each future and
//! add them up: no lock is needed.

#![expect(clippy::await_holding_lock, reason = "it is the mistake")]

// ANCHOR: use
use std::sync::Mutex;
use std::time::Duration;

use futures::future::join_all;
use lesson_kit::{Site, println, with_causes};
use lesson09::watchdog::{Log, Watched, watch};
use lesson09::{client, fetch_page};
use reqwest::Client;
use tokio::runtime::Builder;
// ANCHOR_END: use

/// How long nothing may happen. A page takes less than a second.
const PATIENCE: Duration = Duration::from_secs(3);

// Each run has a runtime on a thread of its own, which is left behind if it hangs.
// So there's none in `main`.
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
    work: impl AsyncFnOnce(&Client, &[Site], &Log) + Send + 'static,
) -> anyhow::Result<Watched> {
    let (client, sites) = (client()?, sites.to_vec());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    Ok(watch(patience, move |log| {
        runtime.block_on(work(&client, &sites, &log));
    }))
}

// ANCHOR: held
/// Wrong.
pub async fn held(client: &Client, sites: &[Site], log: &Log) {
    let total = Mutex::new(0);
    let fetches = sites.iter().map(async |site| {
        log.print(format!("{} wants the lock", site.name));
        let mut total = total.lock().expect("nothing panics while it's locked");
        match fetch_page(client, site).await {
            Ok(bytes) => *total += bytes,
            Err(error) => log.print(with_causes(&error.without_url())),
        }
    });
    join_all(fetches).await;
    let total = total.into_inner().expect("nothing panics while it's locked");
    log.print(format!("{total} bytes"));
}
// ANCHOR_END: held

// ANCHOR: held_async
/// Version A.
pub async fn held_async(client: &Client, sites: &[Site], log: &Log) {
    let total = tokio::sync::Mutex::new(0);
    let fetches = sites.iter().map(async |site| {
        log.print(format!("{} wants the lock", site.name));
        let mut total = total.lock().await;
        match fetch_page(client, site).await {
            Ok(bytes) => *total += bytes,
            Err(error) => log.print(with_causes(&error.without_url())),
        }
    });
    join_all(fetches).await;
    log.print(format!("{} bytes", total.into_inner()));
}
// ANCHOR_END: held_async

// ANCHOR: brief
/// Version B.
pub async fn brief(client: &Client, sites: &[Site], log: &Log) {
    let total = Mutex::new(0);
    let add = |bytes: usize| {
        *total.lock().expect("nothing panics while it's locked") += bytes;
    };
    let fetches =
        sites.iter().map(async |site| match fetch_page(client, site).await {
            Ok(bytes) => add(bytes),
            Err(error) => log.print(with_causes(&error.without_url())),
        });
    join_all(fetches).await;
    let total = total.into_inner().expect("nothing panics while it's locked");
    log.print(format!("{total} bytes"));
}
// ANCHOR_END: brief
