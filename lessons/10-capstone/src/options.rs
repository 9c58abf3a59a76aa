//! What to check, and how.

use std::net::SocketAddr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use reqwest::header::HeaderMap;
use url::Url;

use crate::address::without_login;
use crate::filter::Filter;

/// What to check, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the crawl starts. The site is everything with the same scheme,
    /// host and port.
    pub start: Url,
    /// Links are followed from pages that are up to this many links away from
    /// the start. By default there's no limit: some sites are a chain of pages,
    /// and the frontier limits their number.
    pub depth: usize,
    /// The concurrency limit: how many requests are in flight at a time.
    pub at_once: usize,
    /// The timeout for one request, from connecting to the last byte.
    pub timeout: Duration,
    /// How many bytes of a page are read, after decompression.
    pub max_page_bytes: usize,
    /// Which URLs are left out.
    pub filter: Filter,
    /// Headers that are sent to the site and to no other host.
    pub headers: HeaderMap,
    /// A name and a password, sent to the site and to no other host.
    pub login: Option<(String, String)>,
    /// Hosts with known addresses. They're requested without a proxy.
    pub hosts: Vec<(String, SocketAddr)>,
}

impl Options {
    /// The defaults, with this timeout for a request.
    pub fn new(start: Url, timeout: Duration) -> Options {
        let decoded =
            |part| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let name = decoded(start.username());
        let password = decoded(start.password().unwrap_or_default());
        let has_login = !name.is_empty() || !password.is_empty();
        Options {
            start: without_login(start),
            depth: usize::MAX,
            at_once: 16,
            timeout,
            max_page_bytes: 10_000_000,
            filter: Filter::default(),
            headers: HeaderMap::new(),
            login: has_login.then_some((name, password)),
            hosts: Vec::new(),
        }
    }

    /// Whether a URL belongs to the site.
    pub fn is_inside(&self, url: &Url) -> bool {
        // Comparing their `origin()` would copy both hosts for every link.
        url.scheme() == self.start.scheme()
            && url.host() == self.start.host()
            && url.port_or_known_default() == self.start.port_or_known_default()
    }
}
