//! A small link checker with three stages. Who stops them?
//!
//! ```sh
//! cargo run -p lesson10 --example stopping
//! ```
//!
//! The last step towards a link checker, and the sum of the others. Press
//! Ctrl-C, or wait a second: the program pretends that you did. That stops the
//! crawl loop, which drops its ends of the channels. In the wrong run the other
//! stages then finish their work, so the fetcher waits for a host that never
//! responds, until its timeout fires. In the right run a second token stops the
//! fetcher. Look at the total time, and at the bar of the silent site.

// ANCHOR: use
use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use lesson_kit::{Site, println, with_causes};
use lol_html::{RewriteStrSettings, element, rewrite_str};
use reqwest::Client;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use url::Url;
// ANCHOR_END: use

/// The timeout for a request.
const TIMEOUT: Duration = Duration::from_secs(3);
/// When the program pretends that someone pressed Ctrl-C.
const PRETEND: Duration = Duration::from_secs(1);
/// How many requests are in flight at the same time.
const AT_ONCE: usize = 4;
/// How many of them may go to one host.
const PER_HOST: usize = 2;
/// How many values each channel holds.
const CAPACITY: usize = 4;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson10 --example stopping",
        "who stops whom",
        &["library.example", "silent-site.example"],
    );
    let client = Client::builder().timeout(TIMEOUT).build()?;

    println!("--- wrong: stop the crawl loop ---");
    let start = Instant::now();
    let stop = on_ctrl_c();
    check_to_the_end(&client, lesson.sites(), &stop).await?.print(start);
    lesson.timeline("stop the crawl loop").await;

    println!("\n--- right: stop the fetcher, too ---");
    let start = Instant::now();
    let stop = on_ctrl_c();
    check(&client, lesson.sites(), &stop).await?.print(start);
    lesson.timeline("stop the fetcher, too").await;
    Ok(())
}

/// A token that's cancelled on Ctrl-C, or when a second has passed.
fn on_ctrl_c() -> CancellationToken {
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        if timeout(PRETEND, tokio::signal::ctrl_c()).await.is_err() {
            println!("(no Ctrl-C yet; pretending that it came)");
        }
        token.cancel();
    });
    stop
}

/// What's known about the links so far.
#[derive(Debug, Default)]
pub struct Report {
    /// How many URLs were found.
    pub known: usize,
    /// How many of them work.
    pub fine: usize,
    /// The others, each with its error.
    pub broken: Vec<String>,
}

impl Report {
    fn print(&self, start: Instant) {
        let Report { known, fine, broken } = self;
        println!("{known} URLs: {fine} fine, {} broken", broken.len());
        for broken in broken {
            println!("{broken}");
        }
        println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
    }
}

// ANCHOR: messages
/// A response: the page, or an error.
struct Page {
    url: Url,
    html: reqwest::Result<String>,
}

/// What's on a page: its links, or an error.
struct Visit {
    url: Url,
    links: anyhow::Result<Vec<Url>>,
}
// ANCHOR_END: messages

/// Wrong.
pub async fn check_to_the_end(
    client: &Client,
    sites: &[Site],
    stop: &CancellationToken,
) -> anyhow::Result<Report> {
    let (mut frontier, mut report) = (Frontier::of(sites)?, Report::default());
    // ANCHOR: wrong
    let (jobs_in, jobs) = channel(CAPACITY);
    let (pages_in, pages) = channel(CAPACITY);
    let (visits_in, visits) = channel(CAPACITY);
    let crawl = crawl(&mut frontier, jobs_in, visits, &mut report);
    tokio::join!(
        stop.run_until_cancelled(crawl),
        fetch_stage(client, jobs, pages_in),
        parse_stage(pages, visits_in),
    );
    // ANCHOR_END: wrong
    report.known = frontier.known.len();
    Ok(report)
}

/// Right.
pub async fn check(
    client: &Client,
    sites: &[Site],
    stop: &CancellationToken,
) -> anyhow::Result<Report> {
    let (mut frontier, mut report) = (Frontier::of(sites)?, Report::default());
    let (jobs_in, jobs) = channel(CAPACITY);
    let (pages_in, pages) = channel(CAPACITY);
    let (visits_in, visits) = channel(CAPACITY);
    // ANCHOR: right
    let crawl_ended = CancellationToken::new();
    let crawling = async {
        let _guard = crawl_ended.clone().drop_guard();
        let crawl = crawl(&mut frontier, jobs_in, visits, &mut report);
        stop.run_until_cancelled(crawl).await
    };
    let fetching = fetch_stage(client, jobs, pages_in);
    tokio::join!(
        crawling,
        crawl_ended.run_until_cancelled(fetching),
        parse_stage(pages, visits_in),
    );
    // ANCHOR_END: right
    report.known = frontier.known.len();
    Ok(report)
}

// ANCHOR: crawl
/// Crawls until nothing is left. It returns early only if another stage ends.
async fn crawl(
    frontier: &mut Frontier,
    jobs: Sender<Url>,
    mut visits: Receiver<Visit>,
    report: &mut Report,
) {
    let (mut next, mut in_flight) = (None, 0);
    loop {
        next = next.or_else(|| frontier.take());
        if next.is_none() && in_flight == 0 {
            return;
        }
        tokio::select! {
            permit = jobs.reserve(), if next.is_some() => {
                let Ok(permit) = permit else { return };
                let Some(url) = next.take() else { return };
                permit.send(url);
                in_flight += 1;
            }
            visit = visits.recv() => {
                let Some(Visit { url, links }) = visit else { return };
                in_flight -= 1;
                frontier.done(&url);
                match links {
                    Ok(links) => {
                        report.fine += 1;
                        links.into_iter().for_each(|url| frontier.add(url));
                    }
                    Err(error) => {
                        let error = with_causes(&*error);
                        report.broken.push(format!("{}: {error}", url.path()));
                    }
                }
            }
        }
    }
}
// ANCHOR_END: crawl

// ANCHOR: fetch_stage
/// Fetches a few pages at a time, until `jobs` is closed and the last response
/// has arrived.
async fn fetch_stage(
    client: &Client,
    mut jobs: Receiver<Url>,
    pages: Sender<Page>,
) {
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            job = jobs.recv(), if tasks.len() < AT_ONCE => {
                let Some(url) = job else { break };
                let (client, pages) = (client.clone(), pages.clone());
                tasks.spawn(async move {
                    let html = fetch(&client, &url).await;
                    // This fails only when the crawl has ended.
                    let _ = pages.send(Page { url, html }).await;
                });
            }
            Some(ended) = tasks.join_next() => {
                ended.expect("a request doesn't panic");
            }
        }
    }
    tasks.join_all().await;
}
// ANCHOR_END: fetch_stage

// ANCHOR: fetch
async fn fetch(client: &Client, url: &Url) -> reqwest::Result<String> {
    let response = client.get(url.clone()).send().await?;
    response.error_for_status()?.text().await
}
// ANCHOR_END: fetch

// ANCHOR: parse
/// Finds the links of one page after the other. These pages are small, so they
/// need no thread of their own.
async fn parse_stage(mut pages: Receiver<Page>, visits: Sender<Visit>) {
    while let Some(Page { url, html }) = pages.recv().await {
        let links = match html {
            Ok(html) => links_in(&html, &url),
            Err(error) => Err(error.without_url().into()),
        };
        if visits.send(Visit { url, links }).await.is_err() {
            return;
        }
    }
}

/// The links of a page to pages of its own site. (In this program, an `&amp;` in
/// a link stays one.)
fn links_in(html: &str, page: &Url) -> anyhow::Result<Vec<Url>> {
    let mut links = Vec::new();
    let handler = element!("a[href]", |a| {
        let href = a.get_attribute("href").unwrap_or_default();
        if let Ok(mut link) = page.join(&href)
            && link.origin() == page.origin()
        {
            link.set_fragment(None);
            links.push(link);
        }
        Ok(())
    });
    let settings = RewriteStrSettings::new();
    rewrite_str(html, settings.append_element_content_handler(handler))?;
    Ok(links)
}
// ANCHOR_END: parse

// ANCHOR: frontier
/// The URLs that are known, and those that haven't been requested yet.
#[derive(Default)]
struct Frontier {
    known: HashSet<Url>,
    waiting: VecDeque<Url>,
    /// The number of requests in flight to each host.
    in_flight: HashMap<String, usize>,
}

impl Frontier {
    fn of(sites: &[Site]) -> anyhow::Result<Frontier> {
        let mut frontier = Frontier::default();
        for site in sites {
            frontier.add(Url::parse(&site.url)?);
        }
        Ok(frontier)
    }

    /// Adds a URL, unless it's known.
    fn add(&mut self, url: Url) {
        if self.known.insert(url.clone()) {
            self.waiting.push_back(url);
        }
    }

    /// Takes the first URL whose host may get another request.
    fn take(&mut self) -> Option<Url> {
        let is_ready = |url: &Url| {
            let in_flight = self.in_flight.get(&host_of(url));
            in_flight.is_none_or(|number| *number < PER_HOST)
        };
        let index = self.waiting.iter().position(is_ready)?;
        let url = self.waiting.remove(index)?;
        *self.in_flight.entry(host_of(&url)).or_default() += 1;
        Some(url)
    }

    /// The request for this URL has ended.
    fn done(&mut self, url: &Url) {
        *self.in_flight.entry(host_of(url)).or_default() -= 1;
    }
}

/// The host of a URL, with its port.
fn host_of(url: &Url) -> String {
    url.authority().to_owned()
}
// ANCHOR_END: frontier
