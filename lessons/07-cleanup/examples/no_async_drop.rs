//! What can a guard do when it is dropped? Anything but wait.
//!
//! ```sh
//! cargo run -p lesson07 --example no_async_drop
//! ```
//!
//! A login, a page that takes too long, and a logout that has to happen. Four
//! ways to write it, each cancelled in the middle of the page: look at which of
//! them the server hears log out.

use std::time::Duration;

use lesson_kit::{Site, println};
use lesson07::{SITES, client, post, url, with_session};
use reqwest::Client;
use tokio::time::timeout;
use tokio_util::task::TaskTracker;

/// Not enough for the page.
const LIMIT: Duration = Duration::from_millis(500);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson07 --example no_async_drop",
        "what a guard can do when it is dropped",
        &SITES,
    );
    let [site, ..] = lesson.sites() else {
        anyhow::bail!("it takes a site");
    };

    println!("--- wrong: a logout after the work ---");
    run(async { give_up(logout_after(&client()?, site)).await })?;
    lesson.blocking_timeline("a logout after the work");

    println!("\n--- wrong: a guard that makes a future ---");
    run(async { give_up(lazy_guard(&client()?, site)).await })?;
    lesson.blocking_timeline("a guard that makes a future");

    println!("\n--- wrong: a guard that spawns, and nobody waits ---");
    run(async { give_up(spawning_guard(&client()?, site)).await })?;
    lesson.blocking_timeline("a guard that spawns, and nobody waits");

    println!("\n--- right: a guard that spawns, and a tracker ---");
    run(async { tracked(&client()?, site, LIMIT).await })?;
    lesson.blocking_timeline("a guard that spawns, and a tracker");
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn run(
    work: impl Future<Output = reqwest::Result<()>>,
) -> reqwest::Result<()> {
    work.await
}

// ANCHOR: give_up
async fn give_up(
    work: impl Future<Output = reqwest::Result<()>>,
) -> reqwest::Result<()> {
    match timeout(LIMIT, work).await {
        Ok(ended) => tell(ended),
        Err(_elapsed) => println!("gave up"),
    }
    Ok(())
}
// ANCHOR_END: give_up

fn tell(ended: reqwest::Result<()>) {
    match ended {
        Ok(()) => println!("done"),
        Err(error) => println!("failed: {error}"),
    }
}

async fn fetch(client: &Client, site: &Site) -> reqwest::Result<()> {
    let response = client.get(url(site, "")).send().await?;
    response.error_for_status()?.bytes().await?;
    Ok(())
}

// ANCHOR: after
/// Wrong: a line after an `.await` is run if that await ends.
pub async fn logout_after(client: &Client, site: &Site) -> reqwest::Result<()> {
    post(client, site, "login").await?;
    let page = fetch(client, site).await;
    post(client, site, "logout").await?;
    page
}
// ANCHOR_END: after

// ANCHOR: lazy
struct Lazy<'a>(&'a Client, &'a Site);

impl Drop for Lazy<'_> {
    #[expect(clippy::let_underscore_future, reason = "it is the mistake")]
    fn drop(&mut self) {
        // Wrong: that is a future, and nobody polls it.
        let _ = post(self.0, self.1, "logout");
    }
}

/// Wrong: it drops a [`Lazy`].
pub async fn lazy_guard(client: &Client, site: &Site) -> reqwest::Result<()> {
    post(client, site, "login").await?;
    let _guard = Lazy(client, site);
    fetch(client, site).await
}
// ANCHOR_END: lazy

// ANCHOR: spawning
struct Spawning(Client, Site);

impl Drop for Spawning {
    fn drop(&mut self) {
        let (client, site) = (self.0.clone(), self.1.clone());
        // Wrong: it is a task, and it ends with the runtime, done or not.
        tokio::spawn(async move { post(&client, &site, "logout").await });
    }
}

/// Wrong: it drops a [`Spawning`].
pub async fn spawning_guard(
    client: &Client,
    site: &Site,
) -> reqwest::Result<()> {
    post(client, site, "login").await?;
    let _guard = Spawning(client.clone(), site.clone());
    fetch(client, site).await
}
// ANCHOR_END: spawning

// ANCHOR: tracked
/// Right: the session's task is tracked, and waited for.
pub async fn tracked(
    client: &Client,
    site: &Site,
    limit: Duration,
) -> reqwest::Result<()> {
    let closing = TaskTracker::new();
    let work = with_session(client, site, &closing, async |session| {
        session.fetch_page("").await
    });
    match timeout(limit, work).await {
        Ok(Ok(bytes)) => println!("{bytes} bytes"),
        Ok(Err(error)) => println!("failed: {error}"),
        Err(_elapsed) => println!("gave up"),
    }
    closing.close();
    closing.wait().await;
    Ok(())
}
// ANCHOR_END: tracked
