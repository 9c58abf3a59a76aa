//! What the lesson claims, proved by what the server saw, by turns that other
//! tasks had, and by what arrived.

mod blocking;
mod clock;
mod events;
mod examples;
mod files;
mod globals;
mod locks;
mod observe;
mod panics;
mod rules;

use std::time::Duration;

use lesson_kit::{Site, sites_of};
use mock_server::{MockWeb, Watchdog};
use tokio::runtime::{Builder, Runtime};

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(100);
/// How long to wait for something that happens: as long as a busy machine may
/// need.
const PATIENT: Duration = Duration::from_secs(60);
/// How long to wait for something that doesn't happen. There's no event to await.
const IMPATIENT: Duration = Duration::from_secs(1);
/// How long nothing may happen before it counts as a hang: longer than any step
/// before it takes on a busy machine.
const STEP: Duration = Duration::from_secs(4);

/// For a test without a web.
fn watchdog() -> Watchdog {
    Watchdog::start(WATCHDOG, Vec::new)
}

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A runtime whose blocking pool has one thread.
fn one_blocking_thread() -> Runtime {
    Builder::new_current_thread()
        .max_blocking_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

fn lines<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.map(str::to_owned).to_vec()
}
