//! One stage fetches pages, and a slower one parses them. How far ahead does
//! the fast one get?
//!
//! ```sh
//! cargo run -p lesson10 --example two_stages
//! ```
//!
//! The second step towards a link checker. A channel with room for one page
//! connects the stages. When it's full, `send` waits, so no more than three
//! pages are in memory: one that's being parsed, one in the channel, and one
//! that waits in `send`. Look at the gaps between the requests.

// ANCHOR: use
use std::time::{Duration, Instant};

use lesson_kit::{Site, println};
use lol_html::{RewriteStrSettings, element, rewrite_str};
use reqwest::Client;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::sleep;
use url::Url;
// ANCHOR_END: use

/// The timeout for a request.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How many pages the channel holds.
const CAPACITY: usize = 1;
/// The time to parse a page. These pages are small, so it's a pause.
const PARSING: Duration = Duration::from_millis(350);
/// The pages of the site.
const PAGES: [&str; 6] =
    ["/", "/fiction", "/science", "/history", "/novels", "/poems"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson10 --example two_stages",
        "two stages and the channel between them",
        &["library.example"],
    );
    let [site] = lesson.exact_sites();
    let client = Client::builder().timeout(TIMEOUT).build()?;

    println!("--- two stages ---");
    let start = Instant::now();
    run(&client, site, CAPACITY, async || sleep(PARSING).await).await?;
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
    lesson.timeline("two stages").await;
    Ok(())
}

/// Runs both stages, with a channel of this capacity between them.
pub async fn run(
    client: &Client,
    site: &Site,
    capacity: usize,
    pause: impl AsyncFn(),
) -> anyhow::Result<()> {
    // ANCHOR: run
    let (pages_in, pages) = channel(capacity);
    let fetching = fetch_stage(client, site, pages_in);
    let parsing = parse_stage(pages, pause);
    tokio::try_join!(fetching, parsing)?;
    // ANCHOR_END: run
    Ok(())
}

// ANCHOR: stages
struct Page {
    url: Url,
    html: String,
}

async fn fetch_stage(
    client: &Client,
    site: &Site,
    pages: Sender<Page>,
) -> anyhow::Result<()> {
    for path in PAGES {
        let url = Url::parse(&site.url)?.join(path)?;
        let html = fetch(client, &url).await?;
        println!("fetched {path}");
        pages.send(Page { url, html }).await?;
    }
    Ok(())
}

async fn parse_stage(
    mut pages: Receiver<Page>,
    pause: impl AsyncFn(),
) -> anyhow::Result<()> {
    while let Some(Page { url, html }) = pages.recv().await {
        pause().await;
        let links = links_in(&html, &url)?.len();
        println!("         parsed {}: {links} links", url.path());
    }
    Ok(())
}
// ANCHOR_END: stages

async fn fetch(client: &Client, url: &Url) -> reqwest::Result<String> {
    let response = client.get(url.clone()).send().await?;
    response.error_for_status()?.text().await
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
