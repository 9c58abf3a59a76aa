//! The crawl loop: it moves jobs from the frontier to the fetcher, and the
//! links that were found back to the frontier.
//!
//! From lesson 09 it has channels with a capacity, and a `select!` that loses
//! nothing.

use std::collections::HashMap;
use std::io;

use tokio::sync::mpsc::{Receiver, Sender};
use url::Url;

use crate::frontier::{Added, Frontier, host_of};
use crate::parser::{Page, Visit};
use crate::progress::Progress;
use crate::{Job, LinkError, Options, Outcome, SkipReason};

/// How many redirects may lead from a link to its page. A link that leads into
/// the middle of a longer chain may go unchecked.
pub const MAX_REDIRECTS: usize = 10;

/// The hosts that were tried: the error of those that can't be reached, and
/// `None` for those that were.
type Hosts = HashMap<String, Option<LinkError>>;

// ANCHOR: run
/// Crawls until nothing is left.
///
/// # Errors
///
/// When the frontier fails.
pub async fn run(
    options: &Options,
    mut frontier: impl Frontier,
    jobs: Sender<Job>,
    mut visits: Receiver<Visit>,
    results: Sender<Visit>,
    progress: &Progress,
) -> io::Result<()> {
    let url = without_fragment(&options.start);
    frontier.add(Job { url, inside: true, depth: 0, hops: 0 }).await?;
    progress.found();
    let mut hosts = Hosts::new();
    let mut next = None;
    let mut in_flight = 0;
    loop {
        if next.is_none() {
            next = frontier.next().await?;
        }
        if next.is_none() && in_flight == 0 {
            return Ok(());
        }
        let mut visit = tokio::select! {
            // When a visit comes first, `reserve` is dropped and loses its
            // place in the queue for permits. That's harmless: this loop is the
            // only sender, so it's alone in that queue, and the job is still in
            // `next`.
            permit = jobs.reserve(), if next.is_some() => {
                let Ok(permit) = permit else { return Ok(()) };
                let Some(job) = next.take() else { continue };
                in_flight += 1;
                match hosts.get(&host_of(&job)) {
                    // The host has used up its tries; this link shares its
                    // error.
                    Some(Some(error)) => {
                        let outcome = Outcome::Broken(error.clone());
                        Visit { job, outcome, page: Page::default() }
                    }
                    _ => {
                        permit.send(job);
                        continue;
                    }
                }
            }
            visit = visits.recv() => {
                let Some(visit) = visit else { return Ok(()) };
                visit
            }
        };
        in_flight -= 1;
        remember_host(&mut hosts, &visit);
        for job in found(options, &mut visit) {
            if frontier.add(job).await? == Added::New {
                progress.found();
            }
        }
        frontier.done(&visit.job).await?;
        // The reporter never waits for another stage, so this is no cycle.
        if results.send(visit).await.is_err() {
            return Ok(());
        }
    }
}
// ANCHOR_END: run

// ANCHOR: found
/// The jobs that follow from a visit.
fn found(options: &Options, visit: &mut Visit) -> Vec<Job> {
    let Job { depth, hops, .. } = visit.job;
    if depth == 0 {
        check_start(options, visit);
    }
    if depth > options.depth {
        // Links on this page don't count. Links *to* it need its anchors.
        let anchors = visit.page.anchors.take();
        visit.page = Page { anchors, ..Page::default() };
    }
    let job = |url: &Url, depth, hops| {
        let inside = url.origin() == options.start.origin();
        Job { url: without_fragment(url), inside, depth, hops }
    };
    // The target of a redirect is one more URL that was found. So it's
    // requested once, when its own host is ready, and only if robots.txt allows
    // it.
    let redirect = match &visit.outcome {
        Outcome::Redirect(to) if hops < MAX_REDIRECTS => {
            Some(job(to, depth, hops + 1))
        }
        _ => None,
    };
    let links =
        visit.page.links.iter().filter_map(|link| link.to.as_ref().ok());
    links.map(|to| job(to, depth + 1, 0)).chain(redirect).collect()
}
// ANCHOR_END: found

/// Remembers why a host can't be reached, until a request reaches it. A timeout
/// doesn't count: the host is there, and its next page may be faster.
fn remember_host(hosts: &mut Hosts, visit: &Visit) {
    let host = host_of(&visit.job);
    match &visit.outcome {
        Outcome::Broken(
            error @ (LinkError::NameLookup
            | LinkError::Refused
            | LinkError::Unreachable
            | LinkError::Tls(_)),
        ) => {
            hosts.entry(host).or_insert_with(|| Some(error.clone()));
        }
        _ => {
            hosts.insert(host, None);
        }
    }
}

/// A start URL that leads nowhere is an error. Otherwise a site on which
/// nothing was checked would pass as clean.
fn check_start(options: &Options, visit: &mut Visit) {
    visit.outcome = match &visit.outcome {
        Outcome::Redirect(to) if to.origin() != options.start.origin() => {
            Outcome::Broken(LinkError::DifferentSite(to.clone()))
        }
        Outcome::Skipped(SkipReason::Robots) => {
            Outcome::Broken(LinkError::Disallowed)
        }
        _ => return,
    };
}

/// The URL as it's sent.
pub fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}
