//! The crawl loop: it moves jobs from the frontier to the fetcher, and the
//! links that were found back to the frontier.
//!
//! From lesson 09 it has channels with a capacity, and a `select!` that loses
//! nothing.

// ANCHOR: use
use std::io;

use tokio::sync::mpsc::{Receiver, Sender};
use url::Url;

use crate::address::without_fragment;
use crate::frontier::{Added, Frontier};
use crate::message::{Job, MAX_REDIRECTS, Outcome, Visit};
use crate::options::Options;
use crate::progress::Progress;
// ANCHOR_END: use

/// How many redirects in a row are followed. A link may lead into the middle of
/// a chain, and it may have as many behind it as any other link.
const MAX_HOPS: usize = 2 * MAX_REDIRECTS;

// ANCHOR: run
/// Crawls until nothing is left. Returns whether the frontier left out a URL
/// because of a limit.
///
/// # Errors
///
/// When the frontier fails.
///
/// # Panics
///
/// When a different stage ends before the crawl does.
pub async fn run(
    options: &Options,
    mut frontier: impl Frontier,
    jobs: Sender<Job>,
    mut visits: Receiver<Visit>,
    results: Sender<Visit>,
    progress: &Progress,
) -> io::Result<bool> {
    let url = without_fragment(&options.start);
    frontier.add(Job { url, inside: true, depth: 0, hops: 0 }).await?;
    progress.found();
    let mut left_out = false;
    let mut next = None;
    let mut in_flight = 0;
    loop {
        if next.is_none() {
            next = frontier.next().await?;
        }
        if next.is_none() && in_flight == 0 {
            return Ok(left_out);
        }
        let visit = tokio::select! {
            // When a visit comes first, `reserve` is dropped and loses its
            // place in the queue for permits. That's harmless: this loop is the
            // only sender, so it's alone in that queue, and the job is still in
            // `next`.
            permit = jobs.reserve(), if next.is_some() => {
                let permit = permit.expect("the fetcher ends after the crawl");
                if let Some(job) = next.take() {
                    permit.send(job);
                    in_flight += 1;
                }
                continue;
            }
            visit = visits.recv() => {
                visit.expect("the parser ends after the crawl")
            }
        };
        in_flight -= 1;
        for job in found(options, &visit) {
            match frontier.add(job).await? {
                Added::New => progress.found(),
                Added::Known => {}
                Added::OverLimit => left_out = true,
            }
        }
        frontier.done(&visit.job).await?;
        // The reporter never waits for another stage, so this is no cycle.
        let sent = results.send(visit).await;
        sent.expect("the reporter ends after the crawl");
    }
}
// ANCHOR_END: run

// ANCHOR: found
/// The jobs that follow from a visit.
fn found(options: &Options, visit: &Visit) -> Vec<Job> {
    let Job { depth, hops, .. } = visit.job;
    let job = |url: &Url, depth, hops| {
        let inside = options.is_inside(url);
        Job { url: without_fragment(url), inside, depth, hops }
    };
    // The target of a redirect is one more URL that was found. So it's
    // requested once, when its own host is ready, and only if robots.txt allows
    // it.
    let redirect = match &visit.outcome {
        Outcome::Redirect(to) if hops < MAX_HOPS => {
            Some(job(to, depth, hops + 1))
        }
        _ => None,
    };
    let links =
        visit.page.links.iter().filter_map(|link| link.to.as_ref().ok());
    let filter = &options.filter;
    let links =
        links.filter(|to| !filter.leaves_out(to, options.is_inside(to)));
    links.map(|to| job(to, depth + 1, 0)).chain(redirect).collect()
}
// ANCHOR_END: found
