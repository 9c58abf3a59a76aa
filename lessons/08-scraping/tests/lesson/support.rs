//! Code that several of these modules share.

use std::time::Duration;

use lesson_kit::Site;
use lesson08::Page;
use mock_server::{MockWeb, Watchdog};
use testkit::{PATIENT, start};
use url::Url;

/// A web with these of the mock web's hostile sites and libraries.
pub fn start_on(names: &[&str]) -> (MockWeb, Vec<Site>, Watchdog) {
    let all =
        [mock_server::presets::hostile(), mock_server::presets::libraries()];
    let all: Vec<_> = all.into_iter().flatten().collect();
    let wanted = names.iter().map(|name| {
        let site = all.iter().find(|site| site.name == *name);
        site.expect("there is such a site").clone()
    });
    start(MockWeb::builder().sites(wanted))
}

pub fn url_of(site: &Site) -> Url {
    Url::parse(&site.url).expect("a URL")
}

/// The lesson's client with more time, so that no page is late on a busy
/// machine.
pub fn client() -> reqwest::Client {
    client_with(PATIENT)
}

/// A client for pages without an end, which only its timeout ends. It's long
/// enough for the other pages.
pub fn client_with_timeout() -> reqwest::Client {
    client_with(Duration::from_secs(5))
}

fn client_with(timeout: Duration) -> reqwest::Client {
    // Another package's feature may have turned gzip on.
    let client = reqwest::Client::builder().no_gzip().timeout(timeout);
    client.build().expect("a client")
}

/// Whether there's nothing in it that a terminal obeys.
pub fn is_harmless(words: &str) -> bool {
    !words.chars().any(char::is_control)
}

pub fn page_of(content_type: &str, bytes: &[u8]) -> Page {
    Page {
        url: Url::parse("http://site.example/").expect("a URL"),
        content_type: content_type.to_owned(),
        bytes: bytes.to_vec(),
    }
}
