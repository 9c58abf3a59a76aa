//! You want the title of a slow page. How soon can you have it?
//!
//! ```sh
//! cargo run -p lesson08 --example stop_at_title
//! ```
//!
//! The page arrives in thirty pieces, one every tenth of a second, and its title
//! is in the first. A parser that makes a tree needs the whole page. A parser
//! that reads a page as it arrives can stop. Look at where the client leaves.

// ANCHOR: use
use std::sync::mpsc;
use std::time::{Duration, Instant};

use lesson_kit::{Site, println, with_causes};
use lesson08::{
    LARGEST, PageError, check_status, fetch_page, harmless, title, title_in,
};
use lol_html::{HtmlRewriter, Settings, element, end_tag, text};
use reqwest::Client;
use scraper::Html;
use tokio::task::spawn_blocking;
// ANCHOR_END: use

/// Longer than the page takes.
const TIMEOUT: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example stop_at_title",
        "a parser that stops",
        &["dribbling-site.example"],
    );
    let [site] = lesson.exact_sites();
    let client = Client::builder().timeout(TIMEOUT).build()?;

    println!("--- the whole page, then its title ---");
    let start = Instant::now();
    print_title(whole(&client, site).await, start);
    lesson.timeline("the whole page").await;

    println!("\n--- up to the title ---");
    let start = Instant::now();
    print_title(streamed(&client, site).await, start);
    lesson.timeline("up to the title").await;
    Ok(())
}

fn print_title(title: anyhow::Result<Option<String>>, start: Instant) {
    match title {
        Ok(title) => println!("{}", title.as_deref().unwrap_or("No title")),
        Err(error) => println!("failed: {}", harmless(&with_causes(&*error))),
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}

/// The title of a page that has arrived as a whole.
pub async fn whole(
    client: &Client,
    site: &Site,
) -> anyhow::Result<Option<String>> {
    let page = fetch_page(client, &site.url).await?;
    Ok(spawn_blocking(move || title(&page)).await?)
}

// ANCHOR: streamed
/// Reads up to `</title>`, or to where the visible part begins: at `<body>`, or at
/// a drawing or a formula, which may have titles of their own. It leaves the rest.
pub async fn streamed(
    client: &Client,
    site: &Site,
) -> anyhow::Result<Option<String>> {
    // The handlers send pieces of the title, and `None` at its end.
    let (piece, pieces) = mpsc::channel::<Option<String>>();
    let (end, visible) = (piece.clone(), piece.clone());
    let title = text!("title", move |text| {
        Ok(piece.send(Some(text.as_str().to_owned()))?)
    });
    let title_end = element!("title", move |title| {
        let end = end.clone();
        title.on_end_tag(end_tag!(move |_| Ok(end.send(None)?)))
    });
    let body = element!("body, svg, math", move |_| Ok(visible.send(None)?));
    // `new_send` takes handlers that are `Send`, so that this can be a task.
    let settings = Settings::new_send()
        .with_strict(false)
        .append_element_content_handler(title)
        .append_element_content_handler(title_end)
        .append_element_content_handler(body);
    // A rewriter also writes the page. We don't keep what it writes.
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});

    // ANCHOR: read
    let request = client.get(&site.url).send();
    let mut response = check_status(request.await?)?;
    let (mut raw, mut read) = (String::new(), 0);
    'page: while let Some(chunk) = response.chunk().await? {
        // One chunk takes a moment, and then there's an `.await`.
        parser.write(&chunk)?;
        for piece in pieces.try_iter() {
            let Some(piece) = piece else { break 'page };
            raw += &piece;
        }
        read += chunk.len();
        if read > LARGEST {
            return Err(PageError::TooLarge(LARGEST).into());
        }
    }
    // The rest of the page isn't needed, so this closes the connection.
    drop(response);
    // ANCHOR_END: read
    // `raw` still has its entities (`&amp;`). A tree of this one element decodes
    // them. A site decides how long a title is, so not on this thread.
    let decode = move || {
        title_in(&Html::parse_document(&format!("<title>{raw}</title>")))
    };
    Ok(spawn_blocking(decode).await?)
}
// ANCHOR_END: streamed
