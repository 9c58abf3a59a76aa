//! The wiring: it makes the channels and runs the stages.

// ANCHOR: use
use std::io;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::crawl;
use crate::fetcher::Fetcher;
use crate::frontier::Frontier;
use crate::options::Options;
use crate::parser;
use crate::progress::Progress;
use crate::report::{Limit, Report};
use crate::reporter::Reporter;
// ANCHOR_END: use

/// How many values a channel between two stages holds.
const CAPACITY: usize = 8;

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
        fetcher.run(jobs, pages_in, &crawl_ended),
        parser::run(options.depth, pages, visits_in),
        Reporter::new(options).run(results, progress),
    );
    match crawled {
        Some(Ok(left_out)) => {
            report.limits.extend(left_out.then_some(Limit::Pages));
            Ok(report)
        }
        Some(Err(error)) => {
            report.interrupted = true;
            Err(CheckError::Frontier { error, report: Box::new(report) })
        }
        None => {
            report.interrupted = true;
            Ok(report)
        }
    }
}
// ANCHOR_END: check
