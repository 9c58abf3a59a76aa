//! One page and its links. Which of them are broken?
//!
//! ```sh
//! cargo run -p lesson10 --example one_page
//! ```
//!
//! The first step towards a link checker. It fetches a page, finds the links to
//! pages of the same site, and requests each of them. Look at the timeline: two
//! pages are requested twice, and never more than one at a time.

// ANCHOR: use
use std::time::Duration;

use lesson_kit::{Site, println, with_causes};
use lol_html::{RewriteStrSettings, element, rewrite_str};
use reqwest::Client;
use url::Url;
// ANCHOR_END: use

/// The timeout for a request.
const TIMEOUT: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson10 --example one_page",
        "one page and its links",
        &["library.example"],
    );
    let [site] = lesson.exact_sites();
    let client = Client::builder().timeout(TIMEOUT).build()?;

    println!("--- one page and its links ---");
    check_page(&client, site).await?;
    lesson.timeline("one page and its links").await;
    Ok(())
}

// ANCHOR: check
/// Requests every link of a site's page, and prints which work.
pub async fn check_page(client: &Client, site: &Site) -> anyhow::Result<()> {
    let page = Url::parse(&site.url)?;
    let html = fetch(client, &page).await?;
    for link in links_in(&html, &page)? {
        match fetch(client, &link).await {
            Ok(_html) => println!("fine    {}", link.path()),
            Err(error) => {
                let error = with_causes(&error.without_url());
                println!("BROKEN  {}: {error}", link.path());
            }
        }
    }
    Ok(())
}

async fn fetch(client: &Client, url: &Url) -> reqwest::Result<String> {
    let response = client.get(url.clone()).send().await?;
    response.error_for_status()?.text().await
}
// ANCHOR_END: check

// ANCHOR: links
/// The links of a page to pages of its own site. (In this program, an `&amp;` in
/// a link stays one.)
pub fn links_in(html: &str, page: &Url) -> anyhow::Result<Vec<Url>> {
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
// ANCHOR_END: links
