//! A web that is a table, and a crawl of it whose responses come in the order
//! that the test chooses.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use fastrand::Rng;
use lesson10::frontier::InMemory;
use lesson10::message::{Link, Page, Visit};
use lesson10::progress::Progress;
use lesson10::report::Report;
use lesson10::reporter::Reporter;
use lesson10::{Job, LinkError, Options, Outcome, crawl};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;
use url::Url;

/// What the web has at a URL. Other URLs are 404.
#[derive(Clone, Debug)]
pub enum Is {
    Page(Vec<String>),
    Moved(String),
}

#[derive(Clone, Debug, Default)]
pub struct Web(BTreeMap<Url, Is>);

pub fn url(path: &str) -> Url {
    let start = Url::parse("http://home.example").expect("it is a URL");
    start.join(path).expect("it is one of the site, or of another")
}

impl Web {
    pub fn page(mut self, path: &str, links: &[&str]) -> Web {
        let links = links.iter().map(|link| link.to_string()).collect();
        self.0.insert(url(path), Is::Page(links));
        self
    }

    pub fn moved(mut self, path: &str, to: &str) -> Web {
        self.0.insert(url(path), Is::Moved(to.to_owned()));
        self
    }

    /// What the fetcher and the parser would make of a job, if links count on
    /// pages up to this depth.
    pub fn visit(&self, job: Job, depth: usize) -> Visit {
        let mut page = Page::default();
        let outcome = match self.0.get(&job.url) {
            Some(Is::Page(links)) => {
                let link =
                    |to: &String| Link { text: to.clone(), to: Ok(url(to)) };
                if job.depth <= depth {
                    page.links = links.iter().map(link).collect();
                }
                Outcome::Fine
            }
            Some(Is::Moved(to)) => Outcome::Redirect(url(to)),
            None => {
                let not_found = reqwest::StatusCode::NOT_FOUND;
                Outcome::Broken(LinkError::Status(not_found, None))
            }
        };
        Visit { job, outcome, page }
    }
}

/// What a crawl did.
pub struct Crawled {
    /// In the order of the requests.
    pub requests: Vec<Job>,
    /// How many were in flight, at most.
    pub most: usize,
    pub report: Report,
}

impl Crawled {
    pub fn paths(&self) -> Vec<&str> {
        let url = self.requests.iter().map(|job| job.url.as_str());
        url.map(|url| url.trim_start_matches("http://home.example")).collect()
    }

    /// URL, depth and hops.
    pub fn jobs(&self) -> BTreeSet<(&str, usize, usize)> {
        let jobs = self.requests.iter();
        jobs.map(|job| (job.url.as_str(), job.depth, job.hops)).collect()
    }

    pub fn json(&self) -> String {
        let mut json = Vec::new();
        self.report.write_json(&mut json).expect("it can be written");
        String::from_utf8(json).expect("it is text")
    }
}

/// Which of this many requests gets its response next.
pub type Pick<'a> = &'a mut dyn FnMut(usize) -> usize;

/// Receives every job there is, then responds to one of them. The clock is
/// paused, so the timeout expires when nothing else can happen.
pub async fn respond(
    web: &Web,
    mut jobs: Receiver<Job>,
    visits: Sender<Visit>,
    depth: usize,
    pick: Pick<'_>,
) -> (Vec<Job>, usize) {
    let mut requests = Vec::new();
    let mut held = Vec::new();
    let mut most = 0;
    loop {
        match timeout(Duration::from_millis(1), jobs.recv()).await {
            Ok(Some(job)) => {
                requests.push(job.clone());
                held.push(job);
                most = most.max(held.len());
            }
            Ok(None) => return (requests, most),
            Err(_) => {
                assert!(!held.is_empty(), "it deadlocked");
                let job = held.remove(pick(held.len()));
                let sent = visits.send(web.visit(job, depth)).await;
                sent.expect("the crawl waits for its visits");
            }
        }
    }
}

pub async fn crawl_in_order(
    web: &Web,
    options: &Options,
    (pages, per_host): (usize, usize),
    pick: Pick<'_>,
) -> Crawled {
    let (jobs_in, jobs) = channel(1);
    let (visits_in, visits) = channel(1);
    let (results_in, results) = channel(1);
    let progress = Progress::hidden();
    let frontier = InMemory::new(pages, per_host);
    let crawl =
        crawl::run(options, frontier, jobs_in, visits, results_in, &progress);
    let (crawled, (requests, most), report) = tokio::join!(
        crawl,
        respond(web, jobs, visits_in, options.depth, pick),
        Reporter::new(options).run(results, &progress),
    );
    crawled.expect("the frontier does not fail");
    Crawled { requests, most, report }
}

pub fn options(depth: usize) -> Options {
    let options = Options::new(url("/"), Duration::from_secs(1));
    Options { depth, ..options }
}

/// Crawls in many orders, and all must give the same result.
pub async fn crawl_in_all_orders(
    web: &Web,
    options: &Options,
    limits: (usize, usize),
) -> Crawled {
    let first = crawl_in_order(web, options, limits, &mut |_| 0).await;
    let jobs = first.jobs();
    assert_eq!(jobs.len(), first.requests.len(), "each URL once");
    for seed in 0..20 {
        let mut random = Rng::with_seed(seed);
        // The last request first, to begin with.
        let pick: Pick<'_> = if seed == 0 {
            &mut |held| held - 1
        } else {
            &mut |held| random.usize(..held)
        };
        let other = crawl_in_order(web, options, limits, pick).await;
        assert_eq!(other.jobs(), jobs, "{web:?}");
        assert_eq!(other.json(), first.json(), "{web:?}");
    }
    first
}
