//! A site checker: it crawls a site, asks for every link, and tells which of
//! them are broken and where they stand.
//!
//! It is the sum of the course. Four stages pass their work on through channels
//! that have room for a few values only, so a stage that is slow slows down
//! those before it, and nothing piles up:
//!
//! ```text
//!                ┌────────────────── visits ──────────────────┐
//!                ▼                                            │
//!   frontier ◀▶ crawl ── jobs ──▶ fetcher ── pages ──▶ parser ┘
//!                │
//!                └── news ──▶ reporter ──▶ report
//! ```
//!
//! - [`frontier`]: what is still to be asked: each URL once, what is near the
//!   start before what is far, and no host too often at a time. A trait, so that
//!   it may be elsewhere.
//! - [`crawl`]: takes jobs from the frontier and puts into it what was found.
//!   Alone it knows when to stop: when there is nothing left, or when told to.
//! - [`fetcher`]: asks, so many at a time, with limits and retries.
//! - [`parser`]: finds the links of a page, on a thread that may block. It makes
//!   no tree: what it costs to read a page grows with its bytes and no faster.
//! - [`reporter`]: hears of everything and joins it at the end.
//! - [`progress`]: what a person sees meanwhile; [`mock_site`]: a site with
//!   every kind of trouble, and the truth about it.
//!
//! # Ending
//!
//! The crawl is a circle, so a stage of it that only waited to send could wait
//! for itself. The crawl loop never does: while it has a job that nobody takes,
//! it goes on taking in visits. When it returns, for whatever reason, its ends
//! of the channels are gone, and the other stages end one after the other.
//!
//! There is no time limit for the whole: Ctrl-C is the limit.
//!
//! # Memory
//!
//! Whatever a site does, there is a bound: on the URLs that are remembered
//! ([`frontier::InMemory`]), on the links of a page, their occurrences and the
//! anchors they may name ([`reporter`], [`parser`]), on the bytes of a page
//! ([`fetcher::LARGEST`]), and on how many pages are under way (the capacity of
//! the channels and [`Options::at_once`]).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

pub mod crawl;
pub mod fetcher;
pub mod frontier;
pub mod mock_site;
pub mod parser;
pub mod progress;
pub mod reporter;
pub mod why;

use fetcher::Fetcher;
use frontier::Frontier;
use progress::Progress;
use reporter::{Report, Reporter};
pub use why::Why;

/// How many values wait between two stages.
const CAPACITY: usize = 8;

/// What is to be checked, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the crawl begins. What has its scheme, host and port is the site.
    pub start: Url,
    /// Pages that are so many links away have their own links checked.
    pub depth: usize,
    /// So many requests are under way at a time.
    pub at_once: usize,
    /// How long one request may take, from connecting to the last byte.
    pub timeout: Duration,
    /// So many of the occurrences of a link are told.
    pub occurrences: usize,
    /// Hosts whose address is known already. They are asked without a proxy.
    pub hosts: Vec<(String, SocketAddr)>,
    /// A name and a password, which the site gets and nobody else.
    pub login: Option<(String, String)>,
}

impl Options {
    /// The usual, with so much time for a request.
    pub fn new(start: Url, timeout: Duration) -> Options {
        let decoded =
            |part| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let name = decoded(start.username());
        let password = decoded(start.password().unwrap_or_default());
        let is_login = !name.is_empty() || !password.is_empty();
        let login = is_login.then_some((name, password));
        let start = without_login(start);
        let (depth, at_once, occurrences) = (20, 16, 5);
        let hosts = Vec::new();
        Options { start, depth, at_once, timeout, occurrences, hosts, login }
    }
}

/// A URL without `name:password@`: what a report shows.
fn without_login(mut url: Url) -> Url {
    // What has no host has no login either.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// One URL to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Without a fragment: that is never sent.
    pub url: Url,
    /// Whether it is of the site. Then it is fetched and searched for links;
    /// of others one asks only whether they are there.
    pub inside: bool,
    /// How many links it is away from the start.
    pub depth: usize,
    /// How many redirects led here.
    pub hops: usize,
}

/// What became of a job.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is there; and a word on it where not all of it could be read.
    Fine(Option<&'static str>),
    /// It is elsewhere.
    Redirect(Url),
    /// Nobody asked.
    NotAsked(Reason),
    /// It is not there.
    Broken(Why),
}

/// Why a link was not checked.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error,
)]
pub enum Reason {
    /// The site's robots.txt asks programs to keep out.
    #[error("robots.txt asks programs to keep out")]
    Robots,
    /// It needs https, which this build leaves out.
    #[error("https needs --features live")]
    Tls,
    /// The crawl ended before, by its limits or by hand.
    #[error("beyond the limits, or its turn did not come")]
    NoTurn,
}

/// The frontier failed, and this is what was known by then.
#[derive(Debug, thiserror::Error)]
#[error("the crawl broke off")]
pub struct BrokeOff {
    /// As far as it goes.
    pub report: Arc<Report>,
}

// ANCHOR: check
/// Checks a site. `stop` ends it early, with a report of what is known by then.
///
/// The stages are futures of one task: when this one is dropped, so are they
/// all, and a panic in one ends all.
///
/// # Errors
///
/// When the system refuses what a client needs; and [`BrokeOff`], with the
/// frontier's error behind it, when the frontier fails.
pub async fn check(
    options: &Options,
    frontier: impl Frontier,
    progress: &Progress,
    stop: &CancellationToken,
) -> anyhow::Result<Report> {
    let (jobs_in, jobs) = mpsc::channel(1);
    let (pages_in, pages) = mpsc::channel(CAPACITY);
    let (visits_in, visits) = mpsc::channel(CAPACITY);
    let (news_in, news) = mpsc::channel(CAPACITY);
    let fetcher = Fetcher::new(options)?;
    // What is still being fetched when the crawl is over, nobody waits for.
    let over = CancellationToken::new();
    let crawl = async {
        let _guard = over.clone().drop_guard();
        let crawled = crawl::run(
            options, frontier, jobs_in, visits, news_in, progress, stop,
        );
        (crawled.await, stop.is_cancelled())
    };
    let ((crawled, is_stopped), (), (), mut report) = tokio::join!(
        crawl,
        fetcher.run(options.at_once, jobs, pages_in, &over),
        parser::run(pages, visits_in),
        Reporter::new(options).run(news, progress),
    );
    // Stopped after the last visit, it lacks nothing.
    report.interrupted =
        is_stopped && report.not_checked.contains_key(&Reason::NoTurn);
    match crawled {
        Ok(()) => Ok(report),
        Err(error) => Err(anyhow::Error::new(error)
            .context(BrokeOff { report: Arc::new(report) })),
    }
}
// ANCHOR_END: check
