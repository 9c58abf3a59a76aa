//! What the tests of this lesson share.

use std::time::Duration;

use lesson_kit::{Site, sites_of};
use mock_server::{Builder, MockWeb, Watchdog};

/// Ends a test that hangs. No test depends on how long anything takes within
/// it.
pub const WATCHDOG: Duration = Duration::from_secs(120);

/// Starts a web that ends the process if the test hangs.
pub fn start(builder: Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

/// Why a page didn't come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    Timeout,
    Connect,
    Status(u16),
    Redirect,
    /// The response ended before it was complete.
    BrokenOff,
    /// There was no response, or it wasn't HTTP.
    NoResponse,
}

impl Failure {
    pub fn of(error: &reqwest::Error) -> Failure {
        // A timeout can end the connecting too, so it comes first.
        if error.is_timeout() {
            Failure::Timeout
        } else if error.is_connect() {
            Failure::Connect
        } else if let Some(status) = error.status() {
            Failure::Status(status.as_u16())
        } else if error.is_redirect() {
            Failure::Redirect
        } else if error.is_body() || error.is_decode() {
            Failure::BrokenOff
        } else {
            Failure::NoResponse
        }
    }
}
