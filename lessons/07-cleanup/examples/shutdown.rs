//! Ctrl-C, in the middle of the work. What becomes of it?
//!
//! ```sh
//! cargo run -p lesson07 --example shutdown
//! ```
//!
//! Three workers fetch page after page. Press Ctrl-C in each part, or wait: the
//! program takes one for pressed after a second. In the wrong run it ends at
//! once, and the server sees three clients leave. In the right run no page is
//! begun any more, and those that are begun are waited for, until they are done
//! or a limit is over or Ctrl-C is pressed again.

use std::io;
use std::time::Duration;

use lesson_kit::{Site, println};
use reqwest::Client;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// When Ctrl-C is taken for pressed.
const PRESSED: Duration = Duration::from_secs(1);
/// A pause after each page, for the site's sake.
const PAUSE: Duration = Duration::from_millis(20);
/// How long to wait for the pages that are begun.
const LIMIT: Duration = Duration::from_secs(3);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson07 --example shutdown",
        "Ctrl-C, and what becomes of the work",
    );
    println!("--- wrong: the end at once ---");
    run_at_once(lesson.sites())?;
    lesson.blocking_timeline("the end at once");

    println!("\n--- right: drained ---");
    run_drained(lesson.sites())?;
    lesson.blocking_timeline("drained");
    Ok(())
}

// Two programs in one: at the end of each its runtime is dropped.

#[tokio::main]
async fn run_at_once(sites: &[Site]) -> io::Result<()> {
    let mut presses = presses()?;
    at_once(&Client::new(), sites, async || {
        let _ = timeout(PRESSED, presses.recv()).await;
    })
    .await;
    Ok(())
}

#[tokio::main]
async fn run_drained(sites: &[Site]) -> io::Result<()> {
    let mut presses = presses()?;
    let mut is_first = true;
    drained(&Client::new(), sites, LIMIT, async || {
        if is_first {
            is_first = false;
            let _ = timeout(PRESSED, presses.recv()).await;
        } else {
            presses.recv().await;
        }
    })
    .await;
    Ok(())
}

// ANCHOR: presses
/// What hears Ctrl-C, from now on, even while nobody awaits it.
#[cfg(unix)]
fn presses() -> io::Result<tokio::signal::unix::Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::interrupt())
}
// ANCHOR_END: presses

/// What hears Ctrl-C, from now on, even while nobody awaits it.
#[cfg(windows)]
fn presses() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}

// ANCHOR: worker
/// Fetches a site's page again and again, until it is told to stop.
async fn worker(client: Client, site: Site, stop: CancellationToken) {
    while !stop.is_cancelled() {
        let page = async {
            let response = client.get(&site.url).send().await?;
            response.error_for_status()?.bytes().await
        };
        match page.await {
            Ok(page) => println!("{}: {} bytes", site.name, page.len()),
            Err(error) => return println!("{}: {error}", site.name),
        }
        sleep(PAUSE).await;
    }
}
// ANCHOR_END: worker

// ANCHOR: wrong
/// Wrong: it returns, `main` ends, the runtime is dropped, and all tasks with
/// it, wherever they are.
pub async fn at_once(
    client: &Client,
    sites: &[Site],
    mut pressed: impl AsyncFnMut(),
) {
    for site in sites {
        let stop = CancellationToken::new();
        tokio::spawn(worker(client.clone(), site.clone(), stop));
    }
    pressed().await;
    println!("the end");
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right: says that it is over, and waits for those who are at work. But not
/// longer than `limit`, and not when somebody is in a hurry.
pub async fn drained(
    client: &Client,
    sites: &[Site],
    limit: Duration,
    mut pressed: impl AsyncFnMut(),
) {
    let (workers, stop) = (TaskTracker::new(), CancellationToken::new());
    for site in sites {
        workers.spawn(worker(client.clone(), site.clone(), stop.clone()));
    }
    pressed().await;
    println!("no more pages; again to end at once");
    stop.cancel();
    workers.close();
    tokio::select! {
        done = timeout(limit, workers.wait()) => match done {
            Ok(()) => println!("all pages are done"),
            Err(_elapsed) => println!("the limit is over"),
        },
        () = pressed() => println!("at once"),
    }
}
// ANCHOR_END: right
