//! A slow page, of which you want the title. When is that there?
//!
//! ```sh
//! cargo run -p lesson08 --example stop_at_title
//! ```
//!
//! The page comes in thirty pieces, one every tenth of a second, and its title
//! is in the first. A parser that makes a tree wants the whole page. One that
//! takes a page as it comes can stop. Look at where the client leaves.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use lesson_kit::{Site, println};
use lesson08::{LARGEST, PageError, fetch, harmless, title, title_in};
use lol_html::{HtmlRewriter, Settings, element, end_tag, text};
use reqwest::Client;
use scraper::Html;
use tokio::runtime::Runtime;

/// Longer than the page takes.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> anyhow::Result<()> {
    let lesson = lesson_kit::start_on(
        "lesson08 --example stop_at_title",
        "a parser that stops",
        &["dribbling-site.example"],
    );
    let client = Client::builder().timeout(PATIENCE).build()?;
    let runtime = Runtime::new()?;
    for site in lesson.sites() {
        println!("--- the whole page, then its title ---");
        let start = Instant::now();
        tell(runtime.block_on(whole(&client, site)), start);
        lesson.blocking_timeline("the whole page");

        println!("\n--- as far as the title ---");
        let start = Instant::now();
        tell(runtime.block_on(streamed(&client, site)), start);
        lesson.blocking_timeline("as far as the title");
    }
    Ok(())
}

fn tell(title: anyhow::Result<Option<String>>, start: Instant) {
    match title {
        Ok(title) => println!("{}", title.as_deref().unwrap_or("No title")),
        Err(error) => println!("failed: {}", harmless(&format!("{error:#}"))),
    }
    println!("Total time: {:.2} seconds", start.elapsed().as_secs_f64());
}

/// The title of a page that has come as a whole.
pub async fn whole(
    client: &Client,
    site: &Site,
) -> anyhow::Result<Option<String>> {
    Ok(title(&fetch(client, &site.url).await?))
}

// ANCHOR: streamed
/// Reads as far as `</title>`, or to where what is shown begins: `<body>`, or a
/// drawing or a formula, which may have titles of its own. Lets the rest go.
pub async fn streamed(
    client: &Client,
    site: &Site,
) -> anyhow::Result<Option<String>> {
    // From the parser: a piece of the title, or `None` when it is over.
    let (piece, pieces) = mpsc::channel::<Option<String>>();
    let (over, shown) = (piece.clone(), piece.clone());
    let title = text!("title", move |text| {
        Ok(piece.send(Some(text.as_str().to_owned()))?)
    });
    let end = element!("title", move |title| {
        let over = over.clone();
        title.on_end_tag(end_tag!(move |_| Ok(over.send(None)?)))
    });
    let body = element!("body, svg, math", move |_| Ok(shown.send(None)?));
    // Handlers that are `Send`, so that this can be a task.
    let settings = Settings::new_send()
        .with_strict(false)
        .append_element_content_handler(title)
        .append_element_content_handler(end)
        .append_element_content_handler(body);
    // It could change the page, too. Here what it writes is thrown away.
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});

    let request = client.get(&site.url).send();
    let mut response = request.await?.error_for_status()?;
    let (mut raw, mut read) = (String::new(), 0);
    'page: while let Some(chunk) = response.chunk().await? {
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
    // It is as the page has it, `&amp;` and all. A tree of it has it decoded.
    Ok(title_in(&Html::parse_document(&format!("<title>{raw}</title>"))))
}
// ANCHOR_END: streamed
