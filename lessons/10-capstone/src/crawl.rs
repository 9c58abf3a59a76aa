//! The crawl loop: from the frontier to the fetcher, and from what was found
//! back into the frontier.
//!
//! From lesson 09, channels with a capacity, and what is safe to drop in a
//! `select!`; from lesson 07, a token that ends it.

use std::collections::HashMap;
use std::io;

use tokio::sync::mpsc::{Receiver, Sender};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::frontier::{Added, Frontier, host_of};
use crate::parser::{Page, Visit};
use crate::progress::Progress;
use crate::{Job, Options, Outcome, Reason, Why};

/// So many redirects may lead from a link to its page. A link that leads into
/// the middle of a longer chain may be one that is not checked.
pub const HOPS: usize = 10;

// ANCHOR: run
/// Crawls until there is nothing left, or until it is told to stop.
///
/// # Errors
///
/// Those of the frontier.
pub async fn run(
    options: &Options,
    mut frontier: impl Frontier,
    jobs: Sender<Job>,
    mut visits: Receiver<Visit>,
    news: Sender<Visit>,
    progress: &Progress,
    stop: &CancellationToken,
) -> io::Result<()> {
    let url = without_fragment(&options.start);
    frontier.add(Job { url, inside: true, depth: 0, hops: 0 }).await?;
    progress.found();
    let mut unreachable = HashMap::new();
    let mut next = None;
    let mut under_way = 0;
    loop {
        if next.is_none() {
            next = frontier.next().await?;
        }
        if next.is_none() && under_way == 0 {
            return Ok(());
        }
        let mut visit = tokio::select! {
            // A permit that is dropped loses nothing: the job is still here.
            permit = jobs.reserve(), if next.is_some() => {
                let (Ok(permit), Some(job)) = (permit, next.take()) else {
                    return Ok(());
                };
                under_way += 1;
                let Some(Some(why)) = unreachable.get(&host_of(&job)) else {
                    permit.send(job);
                    continue;
                };
                // The host has had its tries; this link shares the verdict.
                let outcome = Outcome::Broken(Why::clone(why));
                Visit { job, outcome, page: Page::default() }
            }
            visit = visits.recv() => {
                let Some(visit) = visit else { return Ok(()) };
                visit
            }
            () = stop.cancelled() => return Ok(()),
        };
        under_way -= 1;
        listen(&mut unreachable, &visit);
        for job in found(options, &mut visit) {
            if frontier.add(job).await? == Added::New {
                progress.found();
            }
        }
        frontier.done(&visit.job).await?;
        // The reporter waits for nobody, so this is no circle.
        if news.send(visit).await.is_err() {
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
        // Only what is there counts, and which anchors it has.
        let anchors = visit.page.anchors.take();
        visit.page = Page { anchors, ..Page::default() };
    }
    let job = |url: &Url, depth, hops| {
        let inside = url.origin() == options.start.origin();
        Job { url: without_fragment(url), inside, depth, hops }
    };
    // A redirect is one more thing that was found: so it is asked once, at its
    // own host's turn, and as robots.txt has it.
    let redirect = match &visit.outcome {
        Outcome::Redirect(to) if hops < HOPS => Some(job(to, depth, hops + 1)),
        _ => None,
    };
    let links =
        visit.page.links.iter().filter_map(|link| link.to.as_ref().ok());
    links.map(|to| job(to, depth + 1, 0)).chain(redirect).collect()
}
// ANCHOR_END: found

/// Notes why a host cannot be reached; or nothing, once it was. One that only
/// lets wait may have a page that it sends at once.
fn listen(unreachable: &mut HashMap<String, Option<Why>>, visit: &Visit) {
    use Why::{NoSuchHost, Refused, Unreachable};
    let host = host_of(&visit.job);
    match &visit.outcome {
        Outcome::Broken(why @ (NoSuchHost | Refused | Unreachable)) => {
            unreachable.entry(host).or_insert_with(|| Some(why.clone()));
        }
        _ => {
            unreachable.insert(host, None);
        }
    }
}

/// A start from which one gets nowhere is an error: else a site of which
/// nothing was checked would pass for clean.
fn check_start(options: &Options, visit: &mut Visit) {
    visit.outcome = match &visit.outcome {
        Outcome::Redirect(to) if to.origin() != options.start.origin() => {
            Outcome::Broken(Why::Elsewhere(to.clone()))
        }
        Outcome::NotAsked(Reason::Robots) => Outcome::Broken(Why::KeepOut),
        _ => return,
    };
}

/// The URL as it is sent.
pub fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}
