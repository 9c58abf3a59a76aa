//! The lesson's claims, proved by what the server saw and by what arrived.

mod cancel_safety;
mod examples;
mod futurelock;
mod select;
mod tasks;

use std::time::Duration;

use lesson_kit::{Site, sites_of};
use mock_server::{MockWeb, Watchdog};

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long to wait for something that will happen: as long as a busy machine
/// may need.
const PATIENT: Duration = Duration::from_secs(25);
/// How long to wait for something that can't happen.
const IMPATIENT: Duration = Duration::from_millis(200);

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
