//! Errors of a fetch: what failed, for which site, and why.
//!
//! In Python this is `try` and `except`. Here a function that may fail returns a `Result`, and its error is a type: an
//! enum whose variants a caller can tell apart, each with the error that caused it.
//!
//! The enum may grow, so it's `#[non_exhaustive]`: a `match` in a different crate needs a `_` arm. This one has none, and
//! doesn't compile:
//!
//! ```compile_fail,E0004
//! use lesson06::ErrorKind::{self, *};
//!
//! fn is_temporary(kind: &ErrorKind) -> bool {
//!     match kind {
//!         NameLookup(_) | Refused(_) | Unreachable(_) | Timeout(..) | Lost(_) | BrokenBody(..) => true,
//!         Request(_) | Tls(_) | Malformed(_) | Redirects(_) | Status(..) | TooLarge(_) => false,
//!     }
//! }
//! ```

// ANCHOR: use
use std::error::Error;
use std::fmt;
use std::io;
use std::iter::successors;
use std::time::{Duration, SystemTime};

use futures::future::join_all;
use lesson_kit::{Site, println};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
// ANCHOR_END: use

/// The sites of the tutorial's own example, and four that really fail.
pub const SITES: [&str; 7] = [
    "codeswithpankaj.com",
    "python.org",
    "w3schools.com",
    "invalid-site.example",
    "unreachable-site.example",
    "silent-site.example",
    "dribbling-site.example",
];

/// How long to wait for a connection.
pub const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
/// How long to wait for a page, from the request to its last byte.
pub const TIMEOUT: Duration = Duration::from_secs(1);
/// The largest page to accept, in bytes.
pub const SIZE_LIMIT: usize = 1_000_000;

// ANCHOR: error
/// A page that could not be fetched.
#[derive(Debug, thiserror::Error)]
#[error("cannot fetch {site}")]
pub struct FetchError {
    /// The name of the site.
    pub site: String,
    /// What went wrong.
    #[source]
    pub kind: ErrorKind,
}

/// An error of any type.
pub type BoxError = Box<dyn Error + Send + Sync>;
// ANCHOR_END: error

// ANCHOR: kinds
/// What went wrong. Most variants hold the error that caused them.
#[derive(Debug, thiserror::Error)]
// Callers' `match` needs a `_` arm, so variants can be added later.
#[non_exhaustive]
pub enum ErrorKind {
    /// The URL can't be parsed, or it's one that this client can't fetch.
    #[error("the request cannot be made")]
    Request(#[source] BoxError),
    /// There's no such name, or the resolver doesn't answer.
    #[error("the name could not be looked up")]
    NameLookup(#[source] BoxError),
    /// Nothing listens there.
    #[error("the connection was refused")]
    Refused(#[source] BoxError),
    /// The certificate isn't accepted, or the site doesn't speak TLS.
    #[error("the TLS handshake failed")]
    Tls(#[source] BoxError),
    /// Anything else that prevents a connection.
    #[error("the host cannot be reached")]
    Unreachable(#[source] BoxError),
    /// A timeout expired.
    #[error("timed out while {0}")]
    Timeout(Stage, #[source] BoxError),
    /// The connection ended before a response.
    #[error("the connection was lost before a response")]
    Lost(#[source] BoxError),
    /// The response isn't HTTP.
    #[error("the response is not HTTP")]
    Malformed(#[source] BoxError),
    /// One redirect after another.
    #[error("redirected too often")]
    Redirects(#[source] BoxError),
    /// The response isn't a page. It may say when to come back.
    #[error("the site answered {0}")]
    Status(StatusCode, Option<Duration>),
    /// The connection broke after this many bytes of the page.
    #[error("the page broke off after {0} bytes")]
    BrokenBody(usize, #[source] BoxError),
    /// The page is larger than this limit.
    #[error("the page has more than {0} bytes")]
    TooLarge(usize),
}

/// How far a fetch had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// There was no connection yet.
    Connecting,
    /// No response had begun. When the timeout for the whole fetch expires,
    /// there may not even be a connection.
    Waiting,
    /// The page was on its way.
    Reading,
}
// ANCHOR_END: kinds

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Stage::Connecting => "connecting",
            Stage::Waiting => "waiting for a response",
            Stage::Reading => "reading the page",
        })
    }
}

// ANCHOR: is_temporary
impl ErrorKind {
    /// Whether the same request may succeed a little later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::NameLookup(_) | Self::Refused(_) => true,
            Self::Unreachable(_) | Self::Timeout(..) => true,
            Self::Lost(_) | Self::BrokenBody(..) => true,
            Self::Status(status, _) => {
                matches!(status.as_u16(), 429 | 502 | 503 | 504)
            }
            Self::Request(_) | Self::Tls(_) | Self::Malformed(_) => false,
            Self::Redirects(_) | Self::TooLarge(_) => false,
        }
    }
}
// ANCHOR_END: is_temporary

/// A client with both timeouts.
///
/// # Errors
///
/// When the system refuses what a client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .build()
}

// ANCHOR: fetch_page
/// Fetches a page and returns its size in bytes.
pub async fn fetch_page(
    client: &reqwest::Client,
    site: &Site,
) -> Result<usize, FetchError> {
    println!("Fetching {}", site.name);
    let page = read_page(client, &site.url).await;
    page.map_err(|kind| FetchError { site: site.name.clone(), kind })
}

async fn read_page(
    client: &reqwest::Client,
    url: &str,
) -> Result<usize, ErrorKind> {
    let response = client.get(url).send().await;
    let mut response = response.map_err(send_error)?;
    if !response.status().is_success() {
        let retry_after = retry_after(response.headers());
        return Err(ErrorKind::Status(response.status(), retry_after));
    }
    let mut bytes = 0;
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| body_error(bytes, error))?;
        let Some(chunk) = chunk else { return Ok(bytes) };
        bytes += chunk.len();
        if bytes > SIZE_LIMIT {
            return Err(ErrorKind::TooLarge(SIZE_LIMIT));
        }
    }
}
// ANCHOR_END: fetch_page

// ANCHOR: retry_after
/// How long a site asks clients to stay away: for some seconds, or until a
/// date.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    // A date in the past means now.
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}
// ANCHOR_END: retry_after

// ANCHOR: classify
/// What an error means that `send` returned instead of a response.
pub fn send_error(error: reqwest::Error) -> ErrorKind {
    // `FetchError` names the site, so the URL would only repeat it.
    let error = error.without_url();
    if error.is_timeout() && error.is_connect() {
        ErrorKind::Timeout(Stage::Connecting, error.into())
    } else if error.is_timeout() {
        ErrorKind::Timeout(Stage::Waiting, error.into())
    } else if error.is_redirect() {
        ErrorKind::Redirects(error.into())
    } else if error.is_builder() {
        ErrorKind::Request(error.into())
    } else if error.is_dns() {
        ErrorKind::NameLookup(error.into())
    } else if error.is_connect() {
        connect_error(error)
    } else if causes(&error)
        .filter_map(|cause| cause.downcast_ref())
        // hyper is the HTTP library inside reqwest.
        .any(hyper::Error::is_parse)
    {
        ErrorKind::Malformed(error.into())
    } else {
        ErrorKind::Lost(error.into())
    }
}

/// What an error means that came while connecting.
fn connect_error(error: reqwest::Error) -> ErrorKind {
    let io_error = causes(&error).find_map(|cause| cause.downcast_ref());
    match io_error.map(innermost_kind) {
        Some(io::ErrorKind::ConnectionRefused) => {
            ErrorKind::Refused(error.into())
        }
        // Everything that rustls objects to in a handshake.
        Some(io::ErrorKind::InvalidData) => ErrorKind::Tls(error.into()),
        Some(_) => ErrorKind::Unreachable(error.into()),
        // Nothing was sent: the URL needs TLS, and this build has none.
        None if cfg!(not(feature = "live")) => ErrorKind::Request(error.into()),
        // For example, a proxy that refuses to connect to the site.
        None => ErrorKind::Unreachable(error.into()),
    }
}

/// The errors that caused an error, each followed by its own cause.
fn causes(
    error: &reqwest::Error,
) -> impl Iterator<Item = &(dyn Error + 'static)> {
    successors(error.source(), |&cause| cause.source())
}
// ANCHOR_END: classify

/// The kind of the I/O error inside an I/O error. TLS wraps one in another, and `source` of the outer one passes over
/// the inner one.
fn innermost_kind(error: &io::Error) -> io::ErrorKind {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(inner) => innermost_kind(inner),
        None => error.kind(),
    }
}

/// What an error means that came after this many bytes of a page.
pub fn body_error(bytes: usize, error: reqwest::Error) -> ErrorKind {
    let error = error.without_url();
    if error.is_timeout() {
        ErrorKind::Timeout(Stage::Reading, error.into())
    } else {
        ErrorKind::BrokenBody(bytes, error.into())
    }
}

// ANCHOR: with_causes
/// An error with all its causes: each in its own words, from the outermost to
/// the one where it began.
pub fn with_causes(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", with_causes(source)),
        None => error.to_string(),
    }
}
// ANCHOR_END: with_causes

/// Fetches all pages concurrently. A result for each, in the order of the sites.
pub async fn fetch_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Result<usize, FetchError>> {
    join_all(sites.iter().map(|site| fetch_page(client, site))).await
}
