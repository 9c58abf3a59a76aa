//! A link checker: it crawls a site, requests every link, and reports the
//! broken ones with the pages they're on.
//!
//! It puts the parts of the course together. Four stages hand their work on
//! through channels of small capacity, so a slow stage slows down the stages
//! before it, and nothing piles up:
//!
//! ```text
//!                ┌────────────────── visits ──────────────────┐
//!                ▼                                            │
//!   frontier ◀▶ crawl ── jobs ──▶ fetcher ── pages ──▶ parser ┘
//!                │
//!                └── results ──▶ reporter ──▶ report
//! ```
//!
//! - [`frontier`]: the URLs that haven't been requested yet. It hands out each
//!   URL once, pages near the start first, and limits the requests per host.
//!   It's a trait, so it doesn't have to be in memory.
//! - [`crawl`]: takes jobs from the frontier and adds the links that were
//!   found. It alone decides when the crawl is finished.
//! - [`fetcher`]: sends the requests, with a concurrency limit, timeouts and
//!   retries.
//! - [`parser`]: finds the links of a page, on a thread that may block. It
//!   builds no tree, so its cost grows with the bytes of a page and no faster.
//! - [`reporter`]: collects all results, and joins links and outcomes at the
//!   end.
//! - [`progress`]: what a person sees in the meantime.
//! - [`mock_site`]: a site with every kind of broken link, and the list of
//!   what's broken on it.
//! - [`error`]: why a link is broken.
//!
//! # Ending
//!
//! The channels form a cycle, so a stage that did nothing but wait for room in
//! one of them could end up waiting for itself. The crawl loop never does:
//! while it waits for room for a job, it keeps receiving visits. When it ends,
//! for whatever reason, it drops its ends of the channels, and the other stages
//! end one after the other.
//!
//! There's no timeout for a whole check. Ctrl-C ends it.
//!
//! # Memory
//!
//! Everything a site can make grow has a limit: the URLs that are remembered
//! ([`frontier::InMemory`]); the links of a page, their occurrences and the
//! anchors ([`reporter`], [`parser`]); the bytes of a page
//! ([`fetcher::MAX_PAGE_BYTES`]); and the pages in flight (the capacity of the
//! channels and [`Options::at_once`]).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

pub mod crawl;
pub mod error;
pub mod fetcher;
pub mod frontier;
pub mod mock_site;
pub mod parser;
pub mod progress;
pub mod reporter;

pub use error::LinkError;
use fetcher::Fetcher;
use frontier::Frontier;
use progress::Progress;
use reporter::{Report, Reporter};

/// How many values a channel between two stages holds.
const CAPACITY: usize = 8;

/// What to check, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the crawl starts. The site is everything with the same scheme,
    /// host and port.
    pub start: Url,
    /// Links are followed from pages that are up to this many links away from
    /// the start.
    pub depth: usize,
    /// The concurrency limit: how many requests are in flight at a time.
    pub at_once: usize,
    /// The timeout for one request, from connecting to the last byte.
    pub timeout: Duration,
    /// How many occurrences of a broken link the report lists.
    pub occurrences: usize,
    /// Hosts with known addresses. They're requested without a proxy.
    pub hosts: Vec<(String, SocketAddr)>,
    /// A name and a password, sent to the site and to no other host.
    pub login: Option<(String, String)>,
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
            depth: 20,
            at_once: 16,
            timeout,
            occurrences: 5,
            hosts: Vec::new(),
            login: has_login.then_some((name, password)),
        }
    }
}

/// A URL without `name:password@`, fit for a report.
fn without_login(mut url: Url) -> Url {
    // These fail for a URL without a host, and that has no login either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// One URL to request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Without a fragment, because a fragment is never sent.
    pub url: Url,
    /// Whether it belongs to the site. Then it's fetched and searched for
    /// links. Other URLs are only tested.
    pub inside: bool,
    /// How many links away from the start it is.
    pub depth: usize,
    /// How many redirects led here.
    pub hops: usize,
}

/// The result of a job.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The URL works. The text says why only part of the page was read, if
    /// that's the case.
    Fine(Option<&'static str>),
    /// The URL redirects to this one.
    Redirect(Url),
    /// It wasn't requested.
    Skipped(SkipReason),
    /// It doesn't work.
    Broken(LinkError),
}

/// Why a link wasn't checked.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error,
)]
#[non_exhaustive]
pub enum SkipReason {
    /// The site's robots.txt disallows it.
    #[error("disallowed by robots.txt")]
    Robots,
    /// It needs https, and this build has no TLS.
    #[error("https needs --features live")]
    Tls,
    /// The crawl ended before it got there, because of a limit or Ctrl-C.
    #[error("over a limit, or not reached before the crawl ended")]
    NotReached,
}

/// A check that couldn't be finished.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The system refused what an HTTP client needs.
    #[error("cannot build an HTTP client")]
    Client(#[from] reqwest::Error),
    /// The frontier failed in the middle of the crawl.
    #[error("the frontier failed")]
    Frontier {
        /// The frontier's error.
        #[source]
        error: io::Error,
        /// Everything that was checked before.
        report: Box<Report>,
    },
}

// ANCHOR: check
/// Checks a site. Cancelling `stop` ends the check early, with a report of
/// everything that was checked by then.
///
/// The stages are futures of one task: dropping this future drops them all, and
/// a panic in one of them ends them all.
///
/// # Errors
///
/// When no HTTP client can be built, and when the frontier fails. In that case
/// the error holds the report so far.
pub async fn check(
    options: &Options,
    frontier: impl Frontier,
    progress: &Progress,
    stop: &CancellationToken,
) -> Result<Report, CheckError> {
    let (jobs_in, jobs) = mpsc::channel(1);
    let (pages_in, pages) = mpsc::channel(CAPACITY);
    let (visits_in, visits) = mpsc::channel(CAPACITY);
    let (results_in, results) = mpsc::channel(CAPACITY);
    let fetcher = Fetcher::new(options)?;
    let crawl_ended = CancellationToken::new();
    let crawl = async {
        // However the crawl ends, the fetcher aborts its requests then.
        let _guard = crawl_ended.clone().drop_guard();
        let crawl = crawl::run(
            options, frontier, jobs_in, visits, results_in, progress,
        );
        // `stop` drops the crawl at whichever `.await` it's waiting.
        stop.run_until_cancelled(crawl).await
    };
    let (crawled, (), (), mut report) = tokio::join!(
        crawl,
        fetcher.run(options.at_once, jobs, pages_in, &crawl_ended),
        parser::run(pages, visits_in),
        Reporter::new(options).run(results, progress),
    );
    match crawled {
        Some(Ok(())) => Ok(report),
        Some(Err(error)) => {
            Err(CheckError::Frontier { error, report: Box::new(report) })
        }
        None => {
            // A stop right after the last visit leaves nothing unchecked.
            report.interrupted =
                report.skipped.contains_key(&SkipReason::NotReached);
            Ok(report)
        }
    }
}
// ANCHOR_END: check
