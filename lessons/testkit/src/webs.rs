//! Starts mock webs, with a watchdog that ends the process when a test hangs.

use std::time::Duration;

use lesson_kit::sites_of;
use mock_server::{Builder, MockWeb, Watchdog, presets};

/// How long a test may take before it counts as hung. No result of a test
/// depends on how much of this it uses.
pub const WATCHDOG: Duration = Duration::from_secs(120);
/// How long to wait for something that must happen, such as a gate that must
/// open: as long as a busy machine may need, and less than [`WATCHDOG`].
pub const PATIENT: Duration = Duration::from_secs(60);
/// How long to wait for something that must not happen, such as a gate that
/// must not open: no event says that it won't.
pub const IMPATIENT: Duration = Duration::from_millis(300);

/// Starts a web, and a watchdog that ends the process when the test hangs. The
/// watchdog prints the requests in flight. Keep both until the test ends.
///
/// # Panics
///
/// If the web doesn't start.
pub fn start(builder: Builder) -> (MockWeb, Vec<lesson_kit::Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

/// Starts a watchdog for a test without a web.
pub fn watchdog() -> Watchdog {
    Watchdog::start(WATCHDOG, Vec::new)
}

/// The tutorial's sites, without their delays.
pub fn quick_tutorial() -> Builder {
    let sites = presets::tutorial().into_iter();
    MockWeb::builder().sites(sites.map(|site| site.delay(Duration::ZERO)))
}
