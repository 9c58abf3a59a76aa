//! Webs with sites that fail, and clients with long timeouts.

use std::time::Duration;

use lesson_kit::Site;
use mock_server::{MockWeb, Watchdog};
use testkit::{PATIENT, start};

/// A web of these of the sites that fail.
pub fn failing(names: &[&str]) -> (MockWeb, Vec<Site>, Watchdog) {
    let sites = mock_server::presets::failing().into_iter();
    let sites = sites.filter(|site| names.contains(&site.name.as_str()));
    start(MockWeb::builder().sites(sites))
}

/// With so much time that no page is late on a busy machine.
pub fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().timeout(PATIENT);
    client.build().expect("a client")
}

/// With both timeouts, as the lesson's, for sites that don't answer. They are longer, so that a busy machine has time to
/// connect.
pub fn client_with_timeouts() -> reqwest::Client {
    let client = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(4))
        .timeout(Duration::from_secs(5));
    client.build().expect("a client")
}
