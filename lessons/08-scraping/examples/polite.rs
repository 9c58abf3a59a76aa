//! Seven pages of each of two sites. One of the pages is private, and one of
//! the sites is busy. How do you ask?
//!
//! ```sh
//! cargo run -p lesson08 --example polite
//! ```
//!
//! The wrong run asks for everything at once. The right run reads robots.txt
//! first, says who it is, asks each site for one page at a time with a pause
//! between two, and comes back when it is told to. Look at what the server saw.

use std::time::{Duration, SystemTime};

use futures::future::join_all;
use lesson_kit::println;
use lesson08::{
    Page, PageError, TIME_LIMIT, body, client, fetch, harmless, read, succeeded,
};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use robotxt::{AccessResult, Robots};
use tokio::runtime::Runtime;
use tokio::time::sleep;
use url::Url;

/// The name that robots.txt knows this program by.
const NAME: &str = "lesson08";
/// What it says of itself: its name, and where to complain.
pub const AGENT: &str = "lesson08/0.1 (+http://lesson08.example/why)";
/// The pause where robots.txt asks for none.
const PAUSE: Duration = Duration::from_millis(500);
/// Who asks for a longer pause is not asked again.
const LONGEST: Duration = Duration::from_secs(10);
/// So often it asks for a page.
pub const TRIES: usize = 3;
/// A robots.txt that has more bytes (500 KiB) cannot be had.
pub const ENOUGH: usize = 512_000;
/// What a site answers that has a page, but not now.
const NOT_NOW: [StatusCode; 2] =
    [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE];

/// What there is to fetch of a site.
pub const PAGES: [&str; 7] =
    ["", "fiction", "science", "history", "novels", "poems", "staff/pay"];

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example polite",
        "asking politely",
        &["library.example", "busy.example"],
    );
    let sites: Vec<Url> = lesson
        .sites()
        .iter()
        .map(|site| Url::parse(&site.url))
        .collect::<Result<_, _>>()?;
    let runtime = Runtime::new()?;

    println!("--- wrong: everything at once ---");
    let client = client()?;
    let visits = sites.iter().map(|site| rush(&client, site));
    tell(runtime.block_on(join_all(visits)));
    lesson.blocking_summary("everything at once");

    println!("\n--- right: politely ---");
    let client = polite_client()?;
    let visits = sites.iter().map(|site| visit(&client, site));
    tell(runtime.block_on(join_all(visits)));
    lesson.blocking_timeline("politely");
    Ok(())
}

/// What became of the pages of a site.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Visit {
    /// They came.
    pub pages: usize,
    /// robots.txt asks not to.
    pub left_out: usize,
    /// They did not come.
    pub failed: Vec<String>,
}

fn tell(visits: Vec<Visit>) {
    for Visit { pages, left_out, failed } in visits {
        println!("{pages} pages, {left_out} left out, failed: {failed:?}");
    }
}

// ANCHOR: rush
/// Wrong: all pages of a site at once.
pub async fn rush(client: &Client, site: &Url) -> Visit {
    let mut visit = Visit::default();
    let urls = PAGES.iter().filter_map(|page| site.join(page).ok());
    let pages = urls.map(async |url| fetch(client, url.as_str()).await);
    for page in join_all(pages).await {
        visit.count(page);
    }
    visit
}
// ANCHOR_END: rush

// ANCHOR: client
/// It says who it is. And it follows no redirect, for that may lead to where
/// robots.txt does not want it.
pub fn polite_client() -> reqwest::Result<Client> {
    let client = Client::builder().user_agent(AGENT).timeout(TIME_LIMIT);
    client.redirect(Policy::none()).build()
}
// ANCHOR_END: client

// ANCHOR: visit
/// Right: one page after another, of those that robots.txt leaves open.
/// Several sites can be visited at once.
pub async fn visit(client: &Client, site: &Url) -> Visit {
    let mut visit = Visit::default();
    let robots = robots(client, site).await;
    let pause = pause(&robots);
    if pause > LONGEST {
        return Visit { left_out: PAGES.len(), ..Visit::default() };
    }
    for url in PAGES.iter().filter_map(|page| site.join(page).ok()) {
        if !robots.is_url_allowed(&url) {
            visit.left_out += 1;
            continue;
        }
        sleep(pause).await;
        let page = async { read(ask(client, &url).await?).await };
        visit.count(page.await);
    }
    visit
}

/// The pause that a site asks for.
pub fn pause(robots: &Robots) -> Duration {
    robots.crawl_delay().unwrap_or(PAUSE)
}
// ANCHOR_END: visit

// ANCHOR: robots
/// What a site asks of programs. A site that has no robots.txt asks for
/// nothing; of one that cannot say, better nothing is taken.
pub async fn robots(client: &Client, site: &Url) -> Robots {
    let Ok(url) = robotxt::robots_url(site) else {
        return Robots::disallow_all();
    };
    let text = async { body(ask(client, &url).await?, ENOUGH).await };
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
    Robots::from_access(access, NAME)
}
// ANCHOR_END: robots

// ANCHOR: ask
/// Asks for a page, and again when the site says *not now*, after as long as
/// it says; unless that is too long.
pub async fn ask(client: &Client, url: &Url) -> Result<Response, PageError> {
    let mut tries = 1;
    loop {
        let response = client.get(url.clone()).send().await?;
        let wait = retry_after(response.headers());
        let is_over = tries == TRIES || wait > LONGEST;
        if is_over || !NOT_NOW.contains(&response.status()) {
            return succeeded(response);
        }
        tries += 1;
        sleep(wait).await;
    }
}

/// `Retry-After` is a number of seconds or a date.
pub fn retry_after(headers: &HeaderMap) -> Duration {
    let value = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let seconds = value.and_then(|value| value.parse().ok());
    let date = value.and_then(|value| httpdate::parse_http_date(value).ok());
    let until =
        date.and_then(|date| date.duration_since(SystemTime::now()).ok());
    seconds.map(Duration::from_secs).or(until).unwrap_or(PAUSE)
}
// ANCHOR_END: ask

impl Visit {
    fn count(&mut self, page: Result<Page, PageError>) {
        match page {
            Ok(_page) => self.pages += 1,
            Err(error) => {
                let error = format!("{:#}", anyhow::Error::from(error));
                self.failed.push(harmless(&error));
            }
        }
    }
}
