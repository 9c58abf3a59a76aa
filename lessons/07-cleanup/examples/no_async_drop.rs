//! What can a guard do when it's dropped? Anything except wait.
//!
//! ```sh
//! cargo run -p lesson07 --example no_async_drop
//! ```
//!
//! A login, a page that takes too long, and a logout that has to happen. There
//! are four ways to write it, and each is cancelled in the middle of the page.
//! Look at which of them logs out (`--way 1` runs only the first). In Python,
//! a `finally` that awaits would be enough.
//!
//! 1. `logout_after` is dropped at an `.await`, and no line after that runs.
//! 2. `Calling` creates a future in `drop`, and a future that is never polled
//!    sends nothing.
//! 3. `Spawning` spawns a task in `drop`. The runtime is dropped right after
//!    that, and its tasks with it, finished or not.
//! 4. `Tracked` spawns the same task, and the program waits for it.

#![expect(
    clippy::let_underscore_future,
    reason = "`Calling` shows this mistake"
)]

// ANCHOR: use
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use lesson07::{SITES, client, log_out, post, url};
use reqwest::Client;
use tokio::runtime::Builder;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
// ANCHOR_END: use

/// Too short for the page.
const TIMEOUT: Duration = Duration::from_millis(500);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_in_parts(
        "lesson07 --example no_async_drop",
        "what a guard can do when it's dropped",
        &SITES,
        "way",
        4,
    );
    let [site] = lesson.exact_sites();

    if lesson.runs(1) {
        println!("--- wrong: a logout after the work ---");
        run(async |client| with_timeout(logout_after(client, site)).await)?;
        lesson.blocking_timeline("a logout after the work");
    }
    if lesson.runs(2) {
        println!("\n--- wrong: a guard that creates a future ---");
        run(async |client| with_timeout(calling(client, site)).await)?;
        lesson.blocking_timeline("a guard that creates a future");
    }
    if lesson.runs(3) {
        println!("\n--- wrong: a guard that spawns a task ---");
        run(async |client| with_timeout(spawning(client, site)).await)?;
        lesson.blocking_timeline("a guard that spawns a task");
    }
    if lesson.runs(4) {
        println!("\n--- right: a guard that spawns, and a tracker ---");
        run(async |client| {
            let closing = TaskTracker::new();
            with_timeout(tracked(client, site, &closing)).await;
            closing.close();
            closing.wait().await;
        })?;
        lesson.blocking_timeline("a guard that spawns, and a tracker");
    }
    Ok(())
}

/// Runs `work` on a runtime with one thread, then drops the runtime. Each of
/// the four needs a runtime of its own, because a program ends with that drop,
/// and the drop decides whether a task gets to log out.
fn run(work: impl AsyncFnOnce(&Client)) -> anyhow::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let client = client()?;
    runtime.block_on(work(&client));
    Ok(())
}

async fn fetch_page(client: &Client, site: &Site) -> reqwest::Result<()> {
    let response = client.get(url(site, "")).send().await?;
    response.error_for_status()?.bytes().await?;
    Ok(())
}

// ANCHOR: after
/// Logs in, fetches the page, and logs out.
pub async fn logout_after(client: &Client, site: &Site) -> reqwest::Result<()> {
    post(client, site, "login").await?;
    let page = fetch_page(client, site).await;
    post(client, site, "logout").await?;
    page
}

async fn with_timeout(work: impl Future<Output = reqwest::Result<()>>) {
    match timeout(TIMEOUT, work).await {
        Ok(Ok(())) => println!("done"),
        Ok(Err(error)) => println!("failed: {}", with_causes(&error)),
        Err(_elapsed) => println!("gave up"),
    }
}
// ANCHOR_END: after

// ANCHOR: guards
struct Calling(Client, Site);

impl Drop for Calling {
    fn drop(&mut self) {
        let _ = log_out(self.0.clone(), self.1.clone());
    }
}

struct Spawning(Client, Site);

impl Drop for Spawning {
    fn drop(&mut self) {
        tokio::spawn(log_out(self.0.clone(), self.1.clone()));
    }
}
// ANCHOR_END: guards

/// Wrong: logs in and fetches the page, and holds a `Calling`.
pub async fn calling(client: &Client, site: &Site) -> reqwest::Result<()> {
    post(client, site, "login").await?;
    let _guard = Calling(client.clone(), site.clone());
    fetch_page(client, site).await
}

/// Wrong: logs in and fetches the page, and holds a `Spawning`.
pub async fn spawning(client: &Client, site: &Site) -> reqwest::Result<()> {
    post(client, site, "login").await?;
    let _guard = Spawning(client.clone(), site.clone());
    fetch_page(client, site).await
}

struct Tracked(Client, Site, TaskTracker);

impl Drop for Tracked {
    fn drop(&mut self) {
        self.2.spawn(log_out(self.0.clone(), self.1.clone()));
    }
}

/// Right: logs in and fetches the page, and holds a `Tracked`. The caller waits
/// for the tracker.
pub async fn tracked(
    client: &Client,
    site: &Site,
    closing: &TaskTracker,
) -> reqwest::Result<()> {
    post(client, site, "login").await?;
    let _guard = Tracked(client.clone(), site.clone(), closing.clone());
    fetch_page(client, site).await
}
