// This crawler has no limit: a site where each page has a link to the next one
// keeps it busy until the site ends. Make it obey the option `--depth`, which
// `check_site` gets as a number. With 0, it requests only the start page. With
// 1, it also requests the pages that the start page links to, with 2 the pages
// that those link to, too, and so on.
//
// Answer two questions first. Which stage enforces the limit, so that the
// crawl still ends? And how does that stage know how deep a page is? Visits
// don't come in the order of the jobs, because some pages are slow. So the
// stages have to send each other more than they do now.
//
// The tests check which pages are requested, that each is requested and counted
// once, and that the crawl ends.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use exercises::checker::{fetch, links_in, page_with, site_with, start_page};
use exercises::show;
use mock_server::{Builder, Fault, MockWeb};
use reqwest::{Client, Url};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;

const AT_ONCE: usize = 4;
const CAPACITY: usize = 4;

// What's on a page: its links, or an error.
struct Visit {
    url: Url,
    links: reqwest::Result<Vec<Url>>,
}

// Returns how many pages were fetched.
// TODO: Obey `depth`.
async fn check_site(client: &Client, start: Url, _depth: usize) -> usize {
    let mut frontier = Frontier::default();
    frontier.add(start);
    let (jobs_in, jobs) = channel(CAPACITY);
    let (visits_in, visits) = channel(CAPACITY);
    let crawling = crawl(frontier, jobs_in, visits);
    let fetching = fetch_stage(client, jobs, visits_in);
    let (fine, ()) = tokio::join!(crawling, fetching);
    fine
}

async fn crawl(
    mut frontier: Frontier,
    jobs: Sender<Url>,
    mut visits: Receiver<Visit>,
) -> usize {
    let (mut next, mut in_flight, mut fine) = (None, 0, 0);
    loop {
        next = next.or_else(|| frontier.waiting.pop_front());
        if next.is_none() && in_flight == 0 {
            return fine;
        }
        tokio::select! {
            permit = jobs.reserve(), if next.is_some() => {
                let Ok(permit) = permit else { return fine };
                let Some(url) = next.take() else { return fine };
                permit.send(url);
                in_flight += 1;
            }
            visit = visits.recv() => {
                let Some(Visit { url, links }) = visit else { return fine };
                in_flight -= 1;
                match links {
                    Ok(links) => {
                        fine += 1;
                        links.into_iter().for_each(|url| frontier.add(url));
                    }
                    Err(error) => println!("{}: {error}", url.path()),
                }
            }
        }
    }
}

// Fetches a few pages at a time, and finds their links.
async fn fetch_stage(
    client: &Client,
    mut jobs: Receiver<Url>,
    visits: Sender<Visit>,
) {
    let mut tasks = JoinSet::new();
    loop {
        tokio::select! {
            job = jobs.recv(), if tasks.len() < AT_ONCE => {
                let Some(url) = job else { break };
                let (client, visits) = (client.clone(), visits.clone());
                tasks.spawn(async move {
                    let html = fetch(&client, &url).await;
                    let links = html.map(|html| links_in(&html, &url));
                    // This fails only when the crawl has ended.
                    let _ = visits.send(Visit { url, links }).await;
                });
            }
            Some(ended) = tasks.join_next() => {
                ended.expect("a request doesn't panic");
            }
        }
    }
    tasks.join_all().await;
}

// The URLs that are known, and those that haven't been requested yet.
#[derive(Default)]
struct Frontier {
    known: HashSet<Url>,
    waiting: VecDeque<Url>,
}

impl Frontier {
    // Adds a URL, unless it's known.
    fn add(&mut self, url: Url) {
        if self.known.insert(url.clone()) {
            self.waiting.push_back(url);
        }
    }
}

// Two series of nine pages. Each page links to the next one, and back to the
// start page.
fn two_series() -> Builder {
    let slow = Fault::Delay { time: Duration::from_millis(50) };
    let mut site = site_with(&["/quick/1", "/slow/1"]);
    for page in 1..=9 {
        let links = page_with(&["/".to_owned(), (page + 1).to_string()]);
        site = site
            .also(&format!("/quick/{page}"), "text/html", links.clone())
            .also_failing(&format!("/slow/{page}"), links, slow.clone());
    }
    MockWeb::builder().sites([site])
}

fn main() {
    show(two_series(), async |web, client| {
        let fine = check_site(client, start_page(web), 2).await;
        println!("with --depth 2: {fine} pages");
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::checker::requested;
    use exercises::{PATIENCE, check};
    use tokio::time::timeout;

    // Crawls both series, and checks which of these pages it requests.
    fn assert_requested(depth: usize, pages: &[&str]) {
        check(two_series(), async |web, client| {
            let site = check_site(client, start_page(web), depth);
            let ended = timeout(PATIENCE, site).await;
            assert_eq!(requested(web), pages, "requested with --depth {depth}");
            let fine = ended.expect("it doesn't end: is a visit missing?");
            assert_eq!(fine, pages.len(), "counted with --depth {depth}");
        });
    }

    #[test]
    fn depth_0_is_the_start_page() {
        assert_requested(0, &["/"]);
    }

    #[test]
    fn depth_3_is_three_pages_of_the_quick_series_and_of_the_slow_one() {
        let quick = ["/quick/1", "/quick/2", "/quick/3"];
        let slow = ["/slow/1", "/slow/2", "/slow/3"];
        assert_requested(3, &[&["/"], &quick[..], &slow[..]].concat());
    }
}
