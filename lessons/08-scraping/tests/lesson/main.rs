//! What the lesson claims, proved by what the server saw.
//!
//! # Layout
//! - this file: what the tests share
//! - `examples`: the lesson's examples
//! - `titles`: all sites, and every fault of the catalogue
//! - `pages`: encodings, titles, and what's safe to print
//! - `parsing`: trees, threads and the pool
//! - `size`: pages that are too large, and parsers that stop
//! - `politeness`: robots.txt, pauses and `Retry-After`
//! - `walk`: from page to page

mod examples;
mod pages;
mod parsing;
mod politeness;
mod size;
mod titles;
mod walk;

use std::time::Duration;

use lesson_kit::{Site, sites_of};
use lesson08::Page;
use mock_server::{MockWeb, Watchdog};
use url::Url;

/// Only bounds a failure.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long a gate waits that should open: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

/// A web with these of the mock web's hostile sites and libraries.
fn start_on(names: &[&str]) -> (MockWeb, Vec<Site>, Watchdog) {
    let all = [mock_server::Site::hostile(), mock_server::Site::libraries()];
    let all: Vec<_> = all.into_iter().flatten().collect();
    let wanted = names.iter().map(|name| {
        let site = all.iter().find(|site| site.name == *name);
        site.expect("there is such a site").clone()
    });
    start(MockWeb::builder().sites(wanted))
}

fn url_of(site: &Site) -> Url {
    Url::parse(&site.url).expect("a URL")
}

/// The lesson's client with more time, so that no page is late on a busy
/// machine.
fn client() -> reqwest::Client {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5));
    client.build().expect("a client")
}

/// Whether there's nothing in it that a terminal obeys.
fn is_harmless(words: &str) -> bool {
    !words.chars().any(char::is_control)
}

fn page_of(content_type: &str, bytes: &[u8]) -> Page {
    Page {
        url: Url::parse("http://site.example/").expect("a URL"),
        content_type: content_type.to_owned(),
        bytes: bytes.to_vec(),
    }
}
