//! Sixteen pages, each hostile in its own way. What does a search for
//! `<title>` in the text make of them, and what does a parser?
//!
//! ```sh
//! cargo run -p lesson08 --example hostile
//! ```
//!
//! It first prints what five of the sites send. The wrong run takes a page for
//! text, the text for UTF-8, and the first `<title>` in it for the title. Its
//! titles are printed with their control characters written out, because a
//! terminal would obey them. Look at which titles aren't what a browser would
//! show, and at which pages aren't pages.

// ANCHOR: use
use futures::future::join_all;
use lesson_kit::{Site, println, with_causes};
use lesson08::{
    Page, PageError, client, fetch_page, harmless, shortened, title,
};
// ANCHOR_END: use

/// Each is named after what's the matter with it.
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

/// The ones whose source is printed.
const SHOWN: [&str; 5] = [
    "comment-title.example",
    "entities.example",
    "escape.example",
    "latin1-meta.example",
    "unknown.example",
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example hostile",
        "titles of hostile pages",
        &SITES,
    );
    let (client, sites) = (client()?, lesson.sites());

    println!("--- what five of the sites send ---");
    for site in sites.iter().filter(|site| SHOWN.contains(&&*site.name)) {
        print_source(site, &fetch_page(&client, &site.url).await?);
    }

    println!("\n--- wrong: search the text ---");
    let found = sites.iter().map(|site| find(&client, &site.url));
    for (site, title) in sites.iter().zip(join_all(found).await) {
        let written_out = |title| shortened(format!("{title:?}"));
        print_title(site, title.map(|title| title.map(written_out)));
    }

    println!("\n--- right: decode, parse, print with care ---");
    let pages = sites.iter().map(|site| fetch_page(&client, &site.url));
    for (site, page) in sites.iter().zip(join_all(pages).await) {
        // Nothing else runs by now, so parsing may have the runtime's thread.
        print_title(site, page.map(|page| title(&page)));
    }
    Ok(())
}

/// Prints the content type, and the page from its `<meta charset>` to its title.
fn print_source(site: &Site, page: &Page) {
    println!("{}: {}", site.name, harmless(&page.content_type));
    let source = page.bytes.escape_ascii().to_string().replace("\\\"", "\"");
    let lines = source.split(r"\n").skip_while(|line| !line.contains("<meta"));
    for line in lines.take(2) {
        println!("    {line}");
    }
}

// ANCHOR: wrong
/// Wrong.
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

fn print_title(site: &Site, title: Result<Option<String>, PageError>) {
    let line = match title {
        Ok(Some(title)) => title,
        Ok(None) => "(no title)".to_owned(),
        Err(error) => format!("({})", harmless(&with_causes(&error))),
    };
    println!("{:<22}{line}", site.name);
}
