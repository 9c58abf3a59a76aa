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

/// So many redirects may lead from a link to its page.
pub const HOPS: usize = 10;

// ANCHOR: run
/// Crawls until there is nothing left, or until it is told to stop.
///
/// # Errors
///
/// Those of the frontier.
pub async fn run(
    options: &Options,
    frontier: impl Frontier,
    jobs: Sender<Job>,
    mut visits: Receiver<Visit>,
    news: Sender<Visit>,
    progress: &Progress,
    stop: &CancellationToken,
) -> io::Result<()> {
    let mut crawl = Crawl::new(options, frontier, progress);
    crawl.offer(&options.start, 0, 0).await?;
    let mut next = None;
    let mut under_way = 0;
    loop {
        if next.is_none() {
            next = crawl.frontier.next().await?;
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
                let Some(why) = crawl.silence_of(&job) else {
                    permit.send(job);
                    continue;
                };
                let (outcome, page) = (Outcome::Broken(why), Page::default());
                Visit { job, outcome, page }
            }
            visit = visits.recv() => {
                let Some(visit) = visit else { return Ok(()) };
                visit
            }
            () = stop.cancelled() => return Ok(()),
        };
        under_way -= 1;
        crawl.take_in(&mut visit).await?;
        // The reporter waits for nobody, so this is no circle.
        if news.send(visit).await.is_err() {
            return Ok(());
        }
    }
}
// ANCHOR_END: run

/// What the loop knows of the crawl so far.
struct Crawl<'a, F> {
    options: &'a Options,
    frontier: F,
    progress: &'a Progress,
    /// Where the redirects lead that were visited.
    redirects: HashMap<Url, Url>,
    /// How few redirects lead to a URL, where one was found by a redirect.
    hops: HashMap<Url, usize>,
    /// Of each host why nothing came from it, or that something did.
    silent: HashMap<String, Option<Why>>,
}

impl<'a, F: Frontier> Crawl<'a, F> {
    fn new(
        options: &'a Options,
        frontier: F,
        progress: &'a Progress,
    ) -> Crawl<'a, F> {
        let (redirects, hops) = (HashMap::new(), HashMap::new());
        let silent = HashMap::new();
        Crawl { options, frontier, progress, redirects, hops, silent }
    }

    // ANCHOR: take_in
    /// Puts into the frontier what follows from a visit.
    async fn take_in(&mut self, visit: &mut Visit) -> io::Result<()> {
        self.listen(visit);
        let depth = visit.job.depth;
        if depth == 0 {
            check_start(self.options, visit);
        }
        if depth > self.options.depth {
            // Only what is there counts, and which anchors it has.
            let places = visit.page.places.take();
            visit.page = Page { places, ..Page::default() };
        }
        for link in &visit.page.links {
            if let Ok(to) = &link.to {
                self.offer(to, depth + 1, 0).await?;
            }
        }
        // A redirect is one more thing that was found: so it is asked once, at
        // its own host's turn, and as robots.txt has it.
        if let Outcome::Redirect(to) = &visit.outcome {
            self.redirects.insert(visit.job.url.clone(), to.clone());
            let hops = self.hops.get(&visit.job.url).copied();
            let hops = hops.unwrap_or_default();
            if hops < HOPS {
                self.offer(to, depth, hops + 1).await?;
            }
        }
        self.frontier.done(&visit.job).await
    }
    // ANCHOR_END: take_in

    /// Offers the frontier a URL that so many redirects led to.
    async fn offer(
        &mut self,
        to: &Url,
        depth: usize,
        mut hops: usize,
    ) -> io::Result<()> {
        let mut url = without_fragment(to);
        loop {
            let inside = url.origin() == self.options.start.origin();
            let job = Job { depth, url: url.clone(), inside };
            let added = self.frontier.add(job).await?;
            if added == Added::New {
                self.progress.found();
            }
            // A link has no redirects before it, and needs no entry.
            let fewer = match self.hops.get(&url) {
                Some(known) => hops < *known,
                None => hops > 0 && added != Added::Known,
            };
            if !fewer {
                return Ok(());
            }
            self.hops.insert(url.clone(), hops);
            // Here it may have been cut off when the way was longer.
            let next = self.redirects.get(&url).filter(|_| hops < HOPS);
            let Some(next) = next else { return Ok(()) };
            url = without_fragment(next);
            hops += 1;
        }
    }

    /// Notes whether anything came from a host.
    fn listen(&mut self, visit: &Visit) {
        use Why::{NoSuchHost, Refused, TimedOut, Unreachable};
        let host = host_of(&visit.job);
        match &visit.outcome {
            Outcome::Broken(
                why @ (NoSuchHost | Refused | TimedOut | Unreachable),
            ) => {
                let why = Some(why.clone());
                self.silent.entry(host).or_insert(why);
            }
            _ => {
                self.silent.insert(host, None);
            }
        }
    }

    /// Why nothing came from the host of a job. Nobody asks it any more.
    fn silence_of(&self, job: &Job) -> Option<Why> {
        self.silent.get(&host_of(job)).cloned().flatten()
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
