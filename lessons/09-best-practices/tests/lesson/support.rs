//! Code that several of these modules share.

use std::time::Duration;

use lesson09::SITES;
use mock_server::{Builder, MockWeb, Site, presets};
use tokio::runtime::{self, Runtime};

/// How long to wait for something that must not happen. It's longer than in
/// other lessons, because blocked threads and a busy machine are both slow.
pub const IMPATIENT: Duration = Duration::from_secs(1);
/// How long nothing may happen before it counts as a hang: longer than any step
/// before it takes on a busy machine.
pub const STEP: Duration = Duration::from_secs(4);

/// The lesson's five sites, without their delays, and then these.
pub fn five_sites_and(others: impl IntoIterator<Item = Site>) -> Builder {
    let known = [presets::tutorial(), presets::failing()].into_iter().flatten();
    let five = known.filter(|site| SITES.contains(&site.name.as_str()));
    let five = five.map(|site| site.delay(Duration::ZERO));
    MockWeb::builder().sites(five.chain(others))
}

pub fn one_thread() -> Runtime {
    let mut builder = runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

/// A runtime whose blocking pool has one thread.
pub fn one_blocking_thread() -> Runtime {
    let mut builder = runtime::Builder::new_current_thread();
    builder.max_blocking_threads(1).enable_all().build().expect("a runtime")
}

pub fn lines<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.map(str::to_owned).to_vec()
}
