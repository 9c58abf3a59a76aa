//! Errors of a fetch: which, whose, and why.
//!
//! In Python this is `try` and `except`. Here a function that may fail returns
//! a `Result`, and what can go wrong is a type: an enum whose variants a caller
//! can tell apart, each with the error that caused it.

use std::error::Error;
use std::fmt;
use std::io;
use std::iter::successors;
use std::time::{Duration, SystemTime};

use futures::future::join_all;
use lesson_kit::{Site, println};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

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
pub const CONNECT_LIMIT: Duration = Duration::from_millis(500);
/// How long to wait for a page, from the request to the last byte.
pub const TIME_LIMIT: Duration = Duration::from_secs(1);
/// A page that is larger, in bytes, is not read to its end.
pub const LARGEST: usize = 1_000_000;

// ANCHOR: error
/// A page that could not be fetched: whose, and why.
#[derive(Debug, thiserror::Error)]
#[error("cannot fetch {site}")]
pub struct FetchError {
    /// The name of the site.
    pub site: String,
    /// What went wrong.
    #[source]
    pub why: Why,
}

/// What can go wrong. Most variants hold the error that caused them.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// The tutorial's: nothing went wrong at all.
    #[error("simulated error")]
    Simulated,
    /// The URL is none, or one that is not for HTTP.
    #[error("the request cannot be made")]
    Request(#[source] reqwest::Error),
    /// Nobody listens there.
    #[error("the connection was refused")]
    Refused(#[source] reqwest::Error),
    /// The name leads nowhere.
    #[error("there is no such host")]
    NoSuchHost(#[source] reqwest::Error),
    /// Whatever else keeps a connection from being made.
    #[error("the host cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// It took too long.
    #[error("timed out while {0}")]
    TimedOut(Stage, #[source] reqwest::Error),
    /// The connection ended before an answer.
    #[error("the connection was lost before an answer")]
    Lost(#[source] reqwest::Error),
    /// What came is not HTTP.
    #[error("the answer is not HTTP")]
    Malformed(#[source] reqwest::Error),
    /// One redirect after another.
    #[error("redirected too often")]
    Redirects(#[source] reqwest::Error),
    /// The site answered that it does not have the page, or not now; and for
    /// how long it asked to be left alone.
    #[error("the site answered {0}")]
    Status(StatusCode, Option<Duration>),
    /// The answer began well.
    #[error("the page broke off after {0} bytes")]
    BrokenBody(usize, #[source] reqwest::Error),
    /// More than anybody asked for.
    #[error("the page has more than {0} bytes")]
    TooLarge(usize),
}

/// How far a fetch had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// There was no connection yet.
    Connecting,
    /// No answer had begun.
    Waiting,
    /// The page was on its way.
    Reading,
}
// ANCHOR_END: error

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Stage::Connecting => "connecting",
            Stage::Waiting => "waiting for an answer",
            Stage::Reading => "reading the page",
        })
    }
}

/// A client with both time limits.
///
/// # Errors
///
/// When the system refuses what a client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_LIMIT)
        .timeout(TIME_LIMIT)
        .build()
}

// ANCHOR: fetch_page
/// Fetches a page and returns how many bytes it has. With `fail`, it returns a
/// simulated error instead.
pub async fn fetch_page(
    client: &reqwest::Client,
    site: &Site,
    fail: bool,
) -> Result<usize, FetchError> {
    println!("Fetching {}", site.name);
    let page =
        if fail { Err(Why::Simulated) } else { read(client, site).await };
    page.map_err(|why| FetchError { site: site.name.clone(), why })
}

async fn read(client: &reqwest::Client, site: &Site) -> Result<usize, Why> {
    let request = client.get(&site.url);
    let mut response = request.send().await.map_err(before_the_answer)?;
    if !response.status().is_success() {
        let asked = retry_after(response.headers());
        return Err(Why::Status(response.status(), asked));
    }
    let mut bytes = 0;
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| in_the_page(bytes, error))?;
        let Some(chunk) = chunk else { return Ok(bytes) };
        bytes += chunk.len();
        if bytes > LARGEST {
            return Err(Why::TooLarge(LARGEST));
        }
    }
}
// ANCHOR_END: fetch_page

// ANCHOR: retry_after
/// For how long a site asks to be left alone: so many seconds, or until a date.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(asked).ok()?;
    // A date that is over asks for nothing.
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}
// ANCHOR_END: retry_after

// ANCHOR: classify
/// What an error means that came in place of an answer.
pub fn before_the_answer(error: reqwest::Error) -> Why {
    // Whose page it was is told beside it.
    let error = error.without_url();
    if error.is_timeout() && error.is_connect() {
        Why::TimedOut(Stage::Connecting, error)
    } else if error.is_timeout() {
        Why::TimedOut(Stage::Waiting, error)
    } else if error.is_redirect() {
        Why::Redirects(error)
    } else if error.is_builder() {
        Why::Request(error)
    } else if error.is_dns() {
        Why::NoSuchHost(error)
    } else if error.is_connect() {
        let refused = causes(&error)
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .any(|cause| cause.kind() == io::ErrorKind::ConnectionRefused);
        if refused { Why::Refused(error) } else { Why::Unreachable(error) }
    } else if causes(&error)
        .filter_map(|cause| cause.downcast_ref())
        .any(hyper::Error::is_parse)
    {
        Why::Malformed(error)
    } else {
        Why::Lost(error)
    }
}

/// What an error means that came after so many bytes of a page.
pub fn in_the_page(bytes: usize, error: reqwest::Error) -> Why {
    let error = error.without_url();
    if error.is_timeout() {
        Why::TimedOut(Stage::Reading, error)
    } else {
        Why::BrokenBody(bytes, error)
    }
}

/// The errors that caused an error, one behind the other.
fn causes(
    error: &reqwest::Error,
) -> impl Iterator<Item = &(dyn Error + 'static)> {
    successors(error.source(), |&cause| cause.source())
}
// ANCHOR_END: classify

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

// ANCHOR: fetch_all
/// Fetches all pages at once; that of the site called `fail` fails. A result
/// for each, in the order of the sites.
pub async fn fetch_all(
    client: &reqwest::Client,
    sites: &[Site],
    fail: &str,
) -> Vec<Result<usize, FetchError>> {
    let fetch = |site| fetch_page(client, site, site.name == fail);
    join_all(sites.iter().map(fetch)).await
}
// ANCHOR_END: fetch_all
