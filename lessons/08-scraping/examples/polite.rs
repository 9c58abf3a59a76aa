//! Seven pages from each of two sites. One of the pages is private, and one of
//! the sites is busy. How do you ask for them?
//!
//! ```sh
//! cargo run -p lesson08 --example polite
//! ```
//!
//! The wrong run requests everything at the same time. The right run reads
//! robots.txt first, says who it is, requests one page at a time from each site
//! with a pause in between, and waits when a site says it's busy. Look at what
//! the server saw.

// ANCHOR: use
use std::time::{Duration, SystemTime};

use futures::future::{join_all, try_join_all};
use lesson_kit::{println, with_causes};
use lesson08::{
    Page, PageError, TIMEOUT, check_status, client, fetch_page, harmless,
    read_body, read_page,
};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use robotxt::{AccessResult, Robots};
use tokio::time::sleep;
use url::{ParseError, Url};
// ANCHOR_END: use

/// The name of this program in a robots.txt.
const NAME: &str = "lesson08";
/// What the program says about itself: its name, and where to complain.
pub const AGENT: &str = "lesson08/0.1 (+http://lesson08.example/bot)";
/// The pause if robots.txt asks for none.
const DEFAULT_PAUSE: Duration = Duration::from_millis(500);
/// If a site asks for a longer pause, it gets no further request.
const MAX_PAUSE: Duration = Duration::from_secs(10);
/// How often a page is requested from a site that's busy.
pub const MAX_TRIES: usize = 3;
/// The size limit of a robots.txt, in bytes (500 KiB, the least that RFC 9309
/// asks for). A larger one counts as one that can't be fetched.
pub const MAX_ROBOTS: usize = 512_000;
/// The statuses of a site that has the page, but can't send it now.
const BUSY: [StatusCode; 2] =
    [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];

/// The pages of each site.
pub const PAGES: [&str; 7] =
    ["", "fiction", "science", "history", "novels", "poems", "staff/pay"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example polite",
        "asking politely",
        &["library.example", "busy.example"],
    );
    let sites = lesson.sites().iter().map(|site| Url::parse(&site.url));
    let sites = sites.collect::<Result<Vec<_>, _>>()?;

    println!("--- wrong: everything at the same time ---");
    let client = client()?;
    let visits = sites.iter().map(|site| rush(&client, site));
    print_visits(&try_join_all(visits).await?);
    lesson.summary("everything at the same time").await;

    println!("\n--- right: politely ---");
    let client = PoliteClient::new()?;
    let visits = sites.iter().map(|site| client.visit(site));
    print_visits(&try_join_all(visits).await?);
    lesson.timeline("politely").await;
    Ok(())
}

/// What became of a site's pages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// How many arrived.
    pub pages: usize,
    /// How many weren't requested, because robots.txt closes them.
    pub left_out: usize,
    /// The errors of the others.
    pub failed: Vec<String>,
}

fn print_visits(visits: &[Visit]) {
    for Visit { pages, left_out, failed } in visits {
        println!("{pages} pages, {left_out} left out, failed: {failed:?}");
    }
}

/// The URLs of a site's pages.
fn urls(site: &Url) -> Result<Vec<Url>, ParseError> {
    PAGES.iter().map(|page| site.join(page)).collect()
}

// ANCHOR: rush
/// Wrong.
pub async fn rush(client: &Client, site: &Url) -> Result<Visit, ParseError> {
    let mut visit = Visit::default();
    let urls = urls(site)?;
    let pages = urls.iter().map(|url| fetch_page(client, url.as_str()));
    for page in join_all(pages).await {
        visit.count(page);
    }
    Ok(visit)
}
// ANCHOR_END: rush

// ANCHOR: client
/// Two clients that say who they are.
#[derive(Debug)]
pub struct PoliteClient {
    /// It follows no redirect, which could lead to a page robots.txt closes.
    for_pages: Client,
    /// It follows five. A robots.txt may have moved, even to another host.
    for_robots: Client,
}

impl PoliteClient {
    /// Builds both clients.
    pub fn new() -> reqwest::Result<PoliteClient> {
        let client = || Client::builder().user_agent(AGENT).timeout(TIMEOUT);
        Ok(PoliteClient {
            for_pages: client().redirect(Policy::none()).build()?,
            for_robots: client().redirect(Policy::limited(5)).build()?,
        })
    }
}
// ANCHOR_END: client

// ANCHOR: visit
impl PoliteClient {
    /// Right.
    pub async fn visit(&self, site: &Url) -> anyhow::Result<Visit> {
        let mut visit = Visit::default();
        let robots = self.robots(site).await?;
        let pause = pause(&robots);
        if pause > MAX_PAUSE {
            return Ok(Visit { left_out: PAGES.len(), ..Visit::default() });
        }
        for url in urls(site)? {
            if !robots.is_url_allowed(&url) {
                visit.left_out += 1;
                continue;
            }
            sleep(pause).await;
            visit.count(self.page(&url).await);
        }
        Ok(visit)
    }

    async fn page(&self, url: &Url) -> Result<Page, PageError> {
        read_page(get(&self.for_pages, url).await?).await
    }
}

/// The pause that a site asks for.
pub fn pause(robots: &Robots) -> Duration {
    robots.crawl_delay().unwrap_or(DEFAULT_PAUSE)
}
// ANCHOR_END: visit

// ANCHOR: robots
impl PoliteClient {
    /// What a site asks of programs. Without a robots.txt it asks for nothing;
    /// while its robots.txt can't be fetched, we stay away.
    pub async fn robots(&self, site: &Url) -> Result<Robots, robotxt::Error> {
        let url = robotxt::robots_url(site)?;
        let text = async {
            read_body(get(&self.for_robots, &url).await?, MAX_ROBOTS).await
        };
        let text = text.await;
        let access = match &text {
            Ok(text) => AccessResult::Successful(text),
            Err(PageError::Status(status))
                if status.is_client_error()
                    && *status != StatusCode::TOO_MANY_REQUESTS =>
            {
                AccessResult::Unavailable
            }
            Err(_) => AccessResult::Unreachable,
        };
        Ok(Robots::from_access(access, NAME))
    }
}
// ANCHOR_END: robots

// ANCHOR: get
/// Requests a page, and again after a pause if the site is busy; unless the site
/// asks for too long a pause.
pub async fn get(client: &Client, url: &Url) -> Result<Response, PageError> {
    let mut tries = 1;
    loop {
        let response = client.get(url.clone()).send().await?;
        let wait = busy_pause(response.headers());
        let is_last = tries == MAX_TRIES || wait > MAX_PAUSE;
        if is_last || !BUSY.contains(&response.status()) {
            return check_status(response);
        }
        tries += 1;
        sleep(wait).await;
    }
}

/// What `Retry-After` says, in seconds or as a date, but at least our own pause.
pub fn busy_pause(headers: &HeaderMap) -> Duration {
    let value = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let seconds = value.and_then(|value| value.parse().ok());
    let date = value.and_then(|value| httpdate::parse_http_date(value).ok());
    let until =
        date.and_then(|date| date.duration_since(SystemTime::now()).ok());
    let asked = seconds.map(Duration::from_secs).or(until);
    asked.unwrap_or_default().max(DEFAULT_PAUSE)
}
// ANCHOR_END: get

impl Visit {
    fn count(&mut self, page: Result<Page, PageError>) {
        match page {
            Ok(_page) => self.pages += 1,
            Err(error) => self.failed.push(harmless(&with_causes(&error))),
        }
    }
}
