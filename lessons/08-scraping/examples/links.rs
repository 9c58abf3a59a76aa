//! From page to page by their links, and never to another site. When does it
//! end?
//!
//! ```sh
//! cargo run -p lesson08 --example links
//! ```
//!
//! The pages of the site link to each other, in circles. The wrong run follows
//! every link, so it would never end; it stops after thirty pages. The right run
//! remembers the links it has seen. Look at how many pages there are in each.

// ANCHOR: use
use std::collections::{HashSet, VecDeque};
use std::sync::LazyLock;

use futures::stream::{self, Stream, StreamExt};
use lesson_kit::{println, with_causes};
use lesson08::{
    Page, PageError, TIMEOUT, fetch_page, harmless, selector, title_in,
};
use reqwest::Client;
use reqwest::redirect::{Action, Attempt, Policy};
use scraper::{Html, Selector};
use serde::Serialize;
use tokio::task::spawn_blocking;
use url::{Position, Url};
// ANCHOR_END: use

/// The limit on pages, even for a large site.
const MAX_PAGES: usize = 30;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example links",
        "from page to page",
        &["library.example"],
    );
    let [site] = lesson.exact_sites();
    let (client, start) = (client()?, Url::parse(&site.url)?);

    println!("--- wrong: every link ---");
    let pages: Vec<_> = every_link(&client, &start).collect().await;
    println!("{} pages, {} different", pages.len(), different(&pages));

    println!("\n--- right: every page once ---");
    let pages: Vec<_> = every_page(&client, &start).collect().await;
    println!("{} pages, {} different", pages.len(), different(&pages));

    println!("\n--- as a table ---");
    print_table(&pages);
    println!("\n--- as CSV ---");
    println!("{}", csv(&pages)?.trim_end());
    println!("\n--- as JSON ---");
    println!("{}", serde_json::to_string_pretty(&pages)?);
    Ok(())
}

// ANCHOR: entry
/// What we keep of a page.
#[derive(Debug, Default, Serialize)]
pub struct Entry {
    /// Where it is on its site, with what comes after a `?`.
    pub path: String,
    /// Its title, if it has one.
    pub title: Option<String>,
    /// The number of words in its body, scripts included.
    pub words: usize,
    /// The number of links within the site.
    pub links: usize,
    /// The error, if it didn't arrive.
    pub error: Option<String>,
}
// ANCHOR_END: entry

// ANCHOR: every_page
/// Right.
pub fn every_page(client: &Client, start: &Url) -> impl Stream<Item = Entry> {
    let queue = VecDeque::from([start.clone()]);
    let seen = HashSet::from([start.clone()]);
    stream::unfold((queue, seen), async |(mut queue, mut seen)| {
        let url = queue.pop_front()?;
        let (entry, links) = visit(client, &url).await;
        for link in links {
            if seen.len() < MAX_PAGES && seen.insert(link.clone()) {
                queue.push_back(link);
            }
        }
        Some((entry, (queue, seen)))
    })
}
// ANCHOR_END: every_page

// ANCHOR: every_link
/// Wrong.
pub fn every_link(client: &Client, start: &Url) -> impl Stream<Item = Entry> {
    let queue = VecDeque::from([start.clone()]);
    stream::unfold(queue, async |mut queue| {
        let url = queue.pop_front()?;
        let (entry, links) = visit(client, &url).await;
        queue.extend(links);
        Some((entry, queue))
    })
    .take(MAX_PAGES)
}
// ANCHOR_END: every_link

// ANCHOR: within
/// A client that stays on a page's site.
pub fn client() -> reqwest::Result<Client> {
    let client = Client::builder().timeout(TIMEOUT);
    client.redirect(Policy::custom(within_the_site)).build()
}

/// Follows a redirect, unless it leads to another site.
fn within_the_site(attempt: Attempt) -> Action {
    let from = attempt.previous().last().map(Url::origin);
    if from == Some(attempt.url().origin()) {
        Policy::default().redirect(attempt)
    } else {
        attempt.error("it leads to another site")
    }
}
// ANCHOR_END: within

// ANCHOR: visit
/// What's on a page, and its links within the site.
async fn visit(client: &Client, url: &Url) -> (Entry, Vec<Url>) {
    let path = harmless(&url[Position::BeforePath..Position::AfterQuery]);
    match fetch_and_parse(client, url).await {
        Ok((entry, links)) => (Entry { path, ..entry }, links),
        Err(error) => {
            let error = Some(harmless(&with_causes(&error)));
            (Entry { path, error, ..Entry::default() }, Vec::new())
        }
    }
}
// ANCHOR_END: visit

// ANCHOR: parse
async fn fetch_and_parse(
    client: &Client,
    url: &Url,
) -> Result<(Entry, Vec<Url>), PageError> {
    let page = fetch_page(client, url.as_str()).await?;
    Ok(spawn_blocking(move || parse(&page)).await?)
}

static BODY: LazyLock<Selector> = LazyLock::new(|| selector("body"));
static LINK: LazyLock<Selector> = LazyLock::new(|| selector("a[href]"));

fn parse(page: &Page) -> (Entry, Vec<Url>) {
    let html = Html::parse_document(&page.text());
    let text = html.select(&BODY).flat_map(|body| body.text());
    let words = text.flat_map(str::split_whitespace).count();
    let links = links_in(&html, &page.url);
    let title = title_in(&html);
    let entry = Entry { title, words, links: links.len(), ..Entry::default() };
    (entry, links)
}

// ANCHOR_END: parse

// ANCHOR: links_in
/// The links of a page that lead to pages of its own site.
fn links_in(html: &Html, from: &Url) -> Vec<Url> {
    let mut links = Vec::new();
    for element in html.select(&LINK) {
        let target = element.attr("href").map(|href| from.join(href));
        // An `href` that isn't a URL leads nowhere.
        let Some(Ok(mut url)) = target else { continue };
        // The part after a `#` is a place on the page, not another page.
        url.set_fragment(None);
        if url.origin() == from.origin() {
            links.push(url);
        }
    }
    links
}
// ANCHOR_END: links_in

fn different(pages: &[Entry]) -> usize {
    let paths = pages.iter().map(|page| &page.path);
    paths.collect::<HashSet<_>>().len()
}

fn print_table(pages: &[Entry]) {
    println!("{:<34}{:>6}{:>7}", "title", "words", "links");
    for Entry { title, words, links, error, .. } in pages {
        let title = title.as_ref().or(error.as_ref());
        let title = title.map_or("No title", String::as_str);
        println!("{title:<34}{words:>6}{links:>7}");
    }
}

// ANCHOR: csv
/// The pages as CSV, with a line of headings.
pub fn csv(pages: &[Entry]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for page in pages {
        writer.serialize(page)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}
// ANCHOR_END: csv
