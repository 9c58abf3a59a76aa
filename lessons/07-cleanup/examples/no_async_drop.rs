//! What can a guard do when it's dropped? Anything except wait.
//!
//! ```sh
//! cargo run -p lesson07 --example no_async_drop
//! ```
//!
//! A login, a page that takes too long, and a logout that has to happen. There
//! are four ways to write it, and each is cancelled in the middle of the page.
//! Look at which of them logs out. In Python, a `finally` that awaits would be
//! enough.
//!
//! - `logout_after` is dropped at an `.await`, and no line after that runs.
//! - `calling_guard` creates a future in `drop`, and a future that is never
//!   polled sends nothing.
//! - `spawning_guard` spawns a task in `drop`. The runtime is dropped right
//!   after that, and its tasks with it, finished or not.
//! - `tracked` spawns the same task and waits for it.

#![expect(
    clippy::let_underscore_future,
    reason = "`calling_guard` shows this mistake"
)]

use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use lesson07::{SITES, client, post, url, with_session};
use reqwest::Client;
use tokio::runtime::Builder;
use tokio::time;
use tokio_util::task::TaskTracker;

/// Too short for the page.
const TIMEOUT: Duration = Duration::from_millis(500);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example no_async_drop",
        "what a guard can do when it's dropped",
        &SITES,
    );
    let [site] = lesson.exact_sites();

    println!("--- wrong: a logout after the work ---");
    run(async |client| with_timeout(logout_after(client, site)).await)?;
    lesson.blocking_timeline("a logout after the work");

    println!("\n--- wrong: a guard that creates a future ---");
    run(async |client| with_timeout(calling_guard(client, site)).await)?;
    lesson.blocking_timeline("a guard that creates a future");

    println!("\n--- wrong: a guard that spawns a task ---");
    run(async |client| with_timeout(spawning_guard(client, site)).await)?;
    lesson.blocking_timeline("a guard that spawns a task");

    println!("\n--- right: a guard that spawns, and a tracker ---");
    run(async |client| tracked(client, site, TIMEOUT).await)?;
    lesson.blocking_timeline("a guard that spawns, and a tracker");
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

// ANCHOR: with_timeout
async fn with_timeout(work: impl Future<Output = reqwest::Result<()>>) {
    match time::timeout(TIMEOUT, work).await {
        Ok(Ok(())) => println!("done"),
        Ok(Err(error)) => println!("failed: {}", with_causes(&error)),
        Err(_elapsed) => println!("gave up"),
    }
}
// ANCHOR_END: with_timeout

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
// ANCHOR_END: after

// ANCHOR: calling
struct Calling<'a>(&'a Client, &'a Site);

impl Drop for Calling<'_> {
    fn drop(&mut self) {
        let _ = post(self.0, self.1, "logout");
    }
}

/// Version A.
pub async fn calling_guard(
    client: &Client,
    site: &Site,
) -> reqwest::Result<()> {
    post(client, site, "login").await?;
    let _guard = Calling(client, site);
    fetch_page(client, site).await
}
// ANCHOR_END: calling

// ANCHOR: spawning
struct Spawning(Client, Site);

impl Drop for Spawning {
    fn drop(&mut self) {
        let (client, site) = (self.0.clone(), self.1.clone());
        tokio::spawn(async move { post(&client, &site, "logout").await });
    }
}

/// Version B.
pub async fn spawning_guard(
    client: &Client,
    site: &Site,
) -> reqwest::Result<()> {
    post(client, site, "login").await?;
    let _guard = Spawning(client.clone(), site.clone());
    fetch_page(client, site).await
}
// ANCHOR_END: spawning

// ANCHOR: tracked
/// Right: the tracker counts the session and its task, and this waits for it.
pub async fn tracked(client: &Client, site: &Site, timeout: Duration) {
    let closing = TaskTracker::new();
    let work = with_session(client, site, &closing, async |session| {
        session.fetch_page("").await
    });
    match time::timeout(timeout, work).await {
        Ok(Ok(bytes)) => println!("{bytes} bytes"),
        Ok(Err(error)) => println!("failed: {}", with_causes(&error)),
        Err(_elapsed) => println!("gave up"),
    }
    closing.close();
    closing.wait().await;
}
// ANCHOR_END: tracked
