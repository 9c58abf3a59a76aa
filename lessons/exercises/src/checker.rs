//! Parts of a small link checker, which the exercises of chapter 10 share. They
//! come from `lessons/10-capstone/examples/stopping.rs`, and are complete.

use std::collections::{HashSet, VecDeque};
use std::fmt::Display;
use std::sync::LazyLock;

use mock_server::{MockWeb, Site};
use reqwest::header::LOCATION;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};
use scraper::{Html, Selector};
use tokio::sync::mpsc::{Receiver, Sender};

static LINK: LazyLock<Selector> =
    LazyLock::new(|| Selector::parse("a[href]").expect("it is a selector"));

/// The URLs that are known, and those that haven't been requested yet.
#[derive(Default)]
pub struct Frontier {
    known: HashSet<Url>,
    waiting: VecDeque<Url>,
}

impl Frontier {
    /// Adds a URL, unless it's known.
    pub fn add(&mut self, url: Url) {
        if self.known.insert(url.clone()) {
            self.waiting.push_back(url);
        }
    }

    /// Takes the URL that has waited the longest.
    pub fn take(&mut self) -> Option<Url> {
        self.waiting.pop_front()
    }
}

/// A response: the page, or an error.
pub struct Page {
    pub url: Url,
    pub html: reqwest::Result<String>,
}

/// What's on a page: its links, or an error.
pub struct Visit {
    pub url: Url,
    pub links: reqwest::Result<Vec<Url>>,
}

/// Crawls until nothing is left. It returns early only if another stage ends.
pub async fn crawl(start: Url, jobs: Sender<Url>, mut visits: Receiver<Visit>) {
    let mut frontier = Frontier::default();
    frontier.add(start);
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
                match links {
                    Ok(links) => {
                        links.into_iter().for_each(|url| frontier.add(url));
                    }
                    Err(error) => println!("{}: {error}", url.path()),
                }
            }
        }
    }
}

/// Fetches one page after the other, until `jobs` is closed.
pub async fn fetch_stage(
    client: &Client,
    mut jobs: Receiver<Url>,
    pages: Sender<Page>,
) {
    while let Some(url) = jobs.recv().await {
        let html = fetch(client, &url).await;
        if pages.send(Page { url, html }).await.is_err() {
            return;
        }
    }
}

/// Fetches a page.
pub async fn fetch(client: &Client, url: &Url) -> reqwest::Result<String> {
    let response = client.get(url.clone()).send().await?;
    response.error_for_status()?.text().await
}

/// The links of a page to pages of its own site.
pub fn links_in(html: &str, page: &Url) -> Vec<Url> {
    let html = Html::parse_document(html);
    let links = html.select(&LINK).filter_map(|link| link.attr("href"));
    links
        .filter_map(|link| page.join(link).ok())
        .filter(|link| link.origin() == page.origin())
        .collect()
}

/// Where a response redirects to, if it's a redirect.
pub fn redirect_target(response: &Response) -> Option<Url> {
    if !response.status().is_redirection() {
        return None;
    }
    let target = response.headers().get(LOCATION)?.to_str().ok()?;
    response.url().join(target).ok()
}

/// A client that follows no redirects by itself.
pub fn client() -> Client {
    // The web is in this process, so a proxy must not get between.
    let client = Client::builder().no_proxy().redirect(Policy::none());
    client.build().expect("a client")
}

/// The name of the site in these exercises.
pub const SITE: &str = "library.example";

/// A site with a start page that has these links.
pub fn site_with(links: &[impl Display]) -> Site {
    Site::new(SITE).page(page_with(links))
}

/// A page that has these links and nothing else.
pub fn page_with(links: &[impl Display]) -> String {
    links.iter().map(|link| format!("<a href='{link}'>{link}</a> ")).collect()
}

/// The URL of the start page.
pub fn start_page(web: &MockWeb) -> Url {
    Url::parse(web.url(SITE)).expect("it is a URL")
}

/// The paths that were requested, in alphabetical order.
pub fn requested(web: &MockWeb) -> Vec<String> {
    let record = web.record();
    let mut paths: Vec<_> =
        record.exchanges().map(|exchange| exchange.path.clone()).collect();
    paths.sort();
    paths
}
