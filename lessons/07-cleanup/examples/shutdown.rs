//! Ctrl-C or SIGTERM, in the middle of the work. What happens to the pages that
//! are being fetched?
//!
//! ```sh
//! cargo run -p lesson07 --example shutdown
//! ```
//!
//! Three workers fetch page after page. Press Ctrl-C in each part, or send the
//! process a SIGTERM, as Docker, Kubernetes and systemd do. If you wait, the
//! program pretends after a second that you did. Look at the last bars.
//!
//! `exit_immediately` returns, `main` ends, and the runtime is dropped with
//! every task, so the server sees three clients leave. `shut_down` starts no new
//! pages and waits for those it has started, until they're done, or the grace
//! period has passed, or there's a second signal. In Python,
//! `loop.add_signal_handler` listens for SIGTERM.

// ANCHOR: use
use std::io;
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use reqwest::Client;
use tokio::runtime::Runtime;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
// ANCHOR_END: use

/// When the program pretends that there was a signal.
const PRETEND: Duration = Duration::from_secs(1);
/// A pause after each page, out of politeness to the site.
const PAUSE: Duration = Duration::from_millis(20);
/// How long a shutdown waits for the pages that have been started.
const GRACE_PERIOD: Duration = Duration::from_secs(3);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start(
        "lesson07 --example shutdown",
        "Ctrl-C, SIGTERM, and what happens to the work",
    );
    let sites = lesson.sites();

    // Each part is a program by itself, with a runtime of its own, because the
    // drop of the runtime is what ends the workers in the first one.
    println!("--- wrong: exit immediately ---");
    Runtime::new()?.block_on(async {
        let stop_signal = pretending(stop_signals()?);
        exit_immediately(&Client::new(), sites, stop_signal).await;
        io::Result::Ok(())
    })?;
    lesson.blocking_timeline("exit immediately");

    println!("\n--- right: a graceful shutdown ---");
    Runtime::new()?.block_on(async {
        let stop_signal = pretending(stop_signals()?);
        shut_down(&Client::new(), sites, GRACE_PERIOD, stop_signal).await;
        io::Result::Ok(())
    })?;
    lesson.blocking_timeline("a graceful shutdown");
    Ok(())
}

/// Waits for a signal like `stop_signal`, but for the first one it waits only a
/// second, and then pretends that it came.
fn pretending(mut stop_signal: impl AsyncFnMut()) -> impl AsyncFnMut() {
    let mut is_first = true;
    async move || {
        if !is_first {
            return stop_signal().await;
        }
        is_first = false;
        if timeout(PRETEND, stop_signal()).await.is_err() {
            println!("(no signal yet; pretending it's Ctrl-C)");
        }
    }
}

// ANCHOR: signals
/// Listens for the signals that ask a program to stop, from now on. Each call
/// of the closure it returns waits for one of them.
#[cfg(unix)]
fn stop_signals() -> io::Result<impl AsyncFnMut()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move || {
        tokio::select! {
            _ = interrupt.recv() => println!("received Ctrl-C"),
            _ = terminate.recv() => println!("received SIGTERM"),
        }
    })
}
// ANCHOR_END: signals

/// Windows has no SIGTERM; its consoles send Ctrl-C and Ctrl-Break.
#[cfg(windows)]
fn stop_signals() -> io::Result<impl AsyncFnMut()> {
    let mut ctrl_c = windows::ctrl_c()?;
    let mut ctrl_break = windows::ctrl_break()?;
    Ok(async move || {
        tokio::select! {
            _ = ctrl_c.recv() => println!("received Ctrl-C"),
            _ = ctrl_break.recv() => println!("received Ctrl-Break"),
        }
    })
}

async fn fetch_page(client: &Client, site: &Site) -> reqwest::Result<usize> {
    let response = client.get(&site.url).send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

// ANCHOR: worker
/// Fetches a site's page again and again until `stop` is cancelled.
async fn worker(client: Client, site: Site, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match fetch_page(&client, &site).await {
            Ok(bytes) => println!("{}: {bytes} bytes", site.name),
            Err(error) => {
                println!("{}: {}", site.name, with_causes(&error));
                break;
            }
        }
        sleep(PAUSE).await;
    }
}
// ANCHOR_END: worker

// ANCHOR: wrong
/// Wrong.
pub async fn exit_immediately(
    client: &Client,
    sites: &[Site],
    mut stop_signal: impl AsyncFnMut(),
) {
    for site in sites {
        let stop = CancellationToken::new();
        tokio::spawn(worker(client.clone(), site.clone(), stop));
    }
    stop_signal().await;
    println!("exiting");
}
// ANCHOR_END: wrong

// ANCHOR: right
/// Right.
pub async fn shut_down(
    client: &Client,
    sites: &[Site],
    grace_period: Duration,
    mut stop_signal: impl AsyncFnMut(),
) {
    let (workers, stop) = (TaskTracker::new(), CancellationToken::new());
    for site in sites {
        // A worker reports its own errors, so its handle isn't needed.
        workers.spawn(worker(client.clone(), site.clone(), stop.clone()));
    }
    stop_signal().await;
    println!("no new pages; a second signal exits immediately");
    stop.cancel();
    workers.close();
    tokio::select! {
        drained = timeout(grace_period, workers.wait()) => match drained {
            Ok(()) => println!("all pages are done"),
            Err(_elapsed) => println!("the grace period has expired"),
        },
        () = stop_signal() => println!("exiting"),
    }
}
// ANCHOR_END: right
