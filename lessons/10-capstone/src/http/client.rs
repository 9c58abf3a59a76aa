//! The HTTP clients of the fetcher.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};

use crate::options::Options;

/// The `User-Agent` header: the name, and a page that explains the program.
pub const USER_AGENT: &str = "lesson10/0.1 (+http://lesson10.example/bot)";
/// How many header lines a response may have. HTTP has no limit, and a page
/// with a `Link` line for each of its files has more than the usual hundred.
/// hyper reserves 64 bytes for each of these.
pub const MAX_HEADERS: usize = 1_000;
/// As in a browser. Some servers answer 404 to a request that doesn't name
/// HTML, although `*/*` includes it.
const ACCEPTED: HeaderValue =
    HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8");

/// The clients.
#[derive(Debug)]
pub struct Clients {
    /// It uses connections again. For the site.
    pub pooled: Client,
    /// It opens a new connection for every request. For other hosts, and for a
    /// retry after a connection was lost.
    pub fresh: Client,
}

impl Clients {
    /// Builds them.
    ///
    /// # Errors
    ///
    /// When the system refuses what a client needs.
    pub fn new(options: &Options) -> reqwest::Result<Clients> {
        let fresh = client(options).pool_max_idle_per_host(0);
        Ok(Clients { pooled: client(options).build()?, fresh: fresh.build()? })
    }
}

fn client(options: &Options) -> ClientBuilder {
    let defaults = HeaderMap::from_iter([(ACCEPT, ACCEPTED)]);
    let client = Client::builder()
        .user_agent(USER_AGENT)
        .default_headers(defaults)
        // Redirects of pages go through the frontier.
        .redirect(Policy::none())
        .timeout(options.timeout)
        .connect_timeout(connect_timeout(options.timeout))
        // This program decodes bodies itself, whatever other packages turn on.
        .no_gzip()
        // Faulty lines that a browser puts up with, too.
        .http1_max_headers(MAX_HEADERS)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true);
    if options.hosts.is_empty() {
        return client;
    }
    let hosts = options.hosts.iter();
    hosts.fold(client.no_proxy(), |client, (name, address)| {
        client.resolve(name, *address)
    })
}

/// A host that doesn't accept a connection within half the timeout counts as
/// unreachable.
fn connect_timeout(timeout: Duration) -> Duration {
    timeout / 2
}
