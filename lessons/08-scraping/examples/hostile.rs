//! Sixteen pages, each hostile in its own way. What does a search for
//! `<title>` in the text make of them, and what does a parser?
//!
//! ```sh
//! cargo run -p lesson08 --example hostile
//! ```
//!
//! The wrong run takes a page for text. What it finds is printed with its
//! control characters written out, because a terminal would obey them. Look at
//! which titles are not what a browser would show, and at what is no page.

use futures::future::join_all;
use lesson_kit::{Site, println};
use lesson08::{Page, PageError, client, fetch, harmless, shortened, title};
use tokio::runtime::Runtime;

/// Each is named after what is the matter with it.
pub const SITES: [&str; 16] = [
    "no-title.example",
    "empty-title.example",
    "nested-title.example",
    "comment-title.example",
    "script-title.example",
    "entities.example",
    "huge-title.example",
    "control.example",
    "escape.example",
    "latin1.example",
    "latin1-meta.example",
    "invalid-utf8.example",
    "unknown.example",
    "pdf.example",
    "no-type.example",
    "wrong-type.example",
];

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example hostile",
        "titles of hostile pages",
        &SITES,
    );
    let (client, sites) = (client()?, lesson.sites());
    let runtime = Runtime::new()?;

    println!("--- wrong: search the text ---");
    let found = sites.iter().map(|site| find(&client, &site.url));
    for (site, title) in sites.iter().zip(runtime.block_on(join_all(found))) {
        let written_out = |title| shortened(format!("{title:?}"));
        tell(site, title.map(|title: Option<String>| title.map(written_out)));
    }

    println!("\n--- right: decode, parse, print with care ---");
    let parsed = sites.iter().map(|site| fetch(&client, &site.url));
    for (site, page) in sites.iter().zip(runtime.block_on(join_all(parsed))) {
        tell(site, page.map(|page: Page| title(&page)));
    }
    Ok(())
}

// ANCHOR: wrong
/// Wrong: takes the page for text, the text for UTF-8, and the first `<title>`
/// in it for the title.
pub async fn find(
    client: &reqwest::Client,
    url: &str,
) -> Result<Option<String>, PageError> {
    let text = client.get(url).send().await?.text().await?;
    let title = text
        .split_once("<title>")
        .and_then(|(_, rest)| rest.split_once("</title>"))
        .map(|(title, _)| title.to_owned());
    Ok(title)
}
// ANCHOR_END: wrong

fn tell(site: &Site, title: Result<Option<String>, PageError>) {
    let words = match title {
        Ok(Some(title)) => title,
        Ok(None) => "(no title)".to_owned(),
        Err(error) => {
            let error = format!("{:#}", anyhow::Error::from(error));
            format!("({})", harmless(&error))
        }
    };
    println!("{:<22}{words}", site.name);
}
