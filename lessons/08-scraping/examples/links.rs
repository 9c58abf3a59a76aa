//! From page to page by their links, and never to another site. When is it
//! over?
//!
//! ```sh
//! cargo run -p lesson08 --example links
//! ```
//!
//! The pages of the site link to each other, in circles. The wrong run follows
//! every link, up to thirty pages, for it would never end. The right run
//! remembers where it was. Look at how many pages there are in each.

use std::collections::{HashSet, VecDeque};

use futures::pin_mut;
use futures::stream::{self, Stream, StreamExt};
use lesson_kit::println;
use lesson08::{
    Page, PageError, TIME_LIMIT, fetch, harmless, selector, title_in,
};
use reqwest::Client;
use reqwest::redirect::{Action, Attempt, Policy};
use scraper::Html;
use serde::Serialize;
use tokio::runtime::Runtime;
use tokio::task::spawn_blocking;
use url::{Position, Url};

/// After so many pages it is enough, even of a large site.
const MOST: usize = 30;

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example links",
        "from page to page",
        &["library.example"],
    );
    let client = client()?;
    let runtime = Runtime::new()?;
    for site in lesson.sites() {
        let start = Url::parse(&site.url)?;

        println!("--- wrong: every link ---");
        let pages = runtime.block_on(collected(every_link(&client, &start)));
        println!("{} pages, {} different", pages.len(), different(&pages));

        println!("\n--- right: every page once ---");
        let pages = runtime.block_on(collected(every_page(&client, &start)));
        println!("{} pages, {} different", pages.len(), different(&pages));

        println!("\n--- as a table ---");
        table(&pages);
        println!("\n--- as CSV ---");
        println!("{}", csv(&pages)?.trim_end());
        println!("\n--- as JSON ---");
        println!("{}", serde_json::to_string_pretty(&pages)?);
    }
    Ok(())
}

// ANCHOR: entry
/// What is worth knowing of a page.
#[derive(Debug, Default, Serialize)]
pub struct Entry {
    /// Where it is on its site, with what comes after a `?`.
    pub path: String,
    /// Its title, if it has one.
    pub title: Option<String>,
    /// The words of its body, those of scripts included.
    pub words: usize,
    /// How many links within the site it has.
    pub links: usize,
    /// Why it did not come.
    pub error: Option<String>,
}
// ANCHOR_END: entry

// ANCHOR: every_page
/// Right: follows no link twice, and remembers no more of them than it will
/// follow.
pub fn every_page(client: &Client, start: &Url) -> impl Stream<Item = Entry> {
    let queue = VecDeque::from([start.clone()]);
    let seen = HashSet::from([start.clone()]);
    stream::unfold((queue, seen), async |(mut queue, mut seen)| {
        let url = queue.pop_front()?;
        let (entry, links) = look(client, &url).await;
        for link in links {
            if seen.len() < MOST && seen.insert(link.clone()) {
                queue.push_back(link);
            }
        }
        Some((entry, (queue, seen)))
    })
}
// ANCHOR_END: every_page

// ANCHOR: every_link
/// Wrong: follows each link.
pub fn every_link(client: &Client, start: &Url) -> impl Stream<Item = Entry> {
    let queue = VecDeque::from([start.clone()]);
    stream::unfold(queue, async |mut queue| {
        let url = queue.pop_front()?;
        let (entry, links) = look(client, &url).await;
        queue.extend(links);
        Some((entry, queue))
    })
    .take(MOST)
}
// ANCHOR_END: every_link

// ANCHOR: within
/// A client that stays on the site of a page.
pub fn client() -> reqwest::Result<Client> {
    let client = Client::builder().timeout(TIME_LIMIT);
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

/// What is on a page, and where it leads to on the same site.
async fn look(client: &Client, url: &Url) -> (Entry, Vec<Url>) {
    let path = harmless(&url[Position::BeforePath..Position::AfterQuery]);
    match fetch_and_read(client, url).await {
        Ok((entry, links)) => (Entry { path, ..entry }, links),
        Err(error) => {
            let error = format!("{:#}", anyhow::Error::from(error));
            let error = Some(harmless(&error));
            (Entry { path, error, ..Entry::default() }, Vec::new())
        }
    }
}

// ANCHOR: look
async fn fetch_and_read(
    client: &Client,
    url: &Url,
) -> Result<(Entry, Vec<Url>), PageError> {
    let page = fetch(client, url.as_str()).await?;
    Ok(spawn_blocking(move || read(&page)).await?)
}

fn read(page: &Page) -> (Entry, Vec<Url>) {
    let html = Html::parse_document(&page.text());
    let body = selector("body");
    let text = html.select(&body).flat_map(|body| body.text());
    let words = text.flat_map(str::split_whitespace).count();
    let links = links_in(&html, &page.url);
    let title = title_in(&html);
    let entry = Entry { title, words, links: links.len(), ..Entry::default() };
    (entry, links)
}

/// The links of a page that lead to pages of its own site.
fn links_in(html: &Html, from: &Url) -> Vec<Url> {
    let mut links = Vec::new();
    for element in html.select(&selector("a[href]")) {
        let target = element.attr("href").map(|href| from.join(href));
        let Some(Ok(mut url)) = target else { continue };
        // What comes after a `#` is a place on the page, and no other page.
        url.set_fragment(None);
        if url.origin() == from.origin() {
            links.push(url);
        }
    }
    links
}
// ANCHOR_END: look

async fn collected(pages: impl Stream<Item = Entry>) -> Vec<Entry> {
    pin_mut!(pages);
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.push(page);
    }
    all
}

fn different(pages: &[Entry]) -> usize {
    let paths = pages.iter().map(|page| &page.path);
    paths.collect::<HashSet<_>>().len()
}

fn table(pages: &[Entry]) {
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
