//! Titles from pages that nobody vouches for.
//!
//! In Python this is `await response.text()` and `BeautifulSoup`. A page is
//! neither text nor small nor well meant: it is bytes, as many as the site
//! likes, in an encoding that has to be found out, and its title may have been
//! written for your terminal rather than for you.

// A reader copies what a lesson does, and `unwrap` is no way to handle an
// error.
#![warn(clippy::unwrap_used)]

use std::borrow::Cow;
use std::time::Duration;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use futures::future::join_all;
use lesson_kit::{Site, println};
use mime::Mime;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE};
use reqwest::{Response, StatusCode};
use scraper::{Html, Selector};

/// How long to wait for a page, from the request to the last byte.
pub const TIME_LIMIT: Duration = Duration::from_secs(2);
/// A page that is larger, in bytes, is not read to its end.
pub const LARGEST: usize = 4_000_000;
/// A title that is longer, in characters, is cut.
pub const LONGEST: usize = 60;

/// A page as it came.
#[derive(Clone, Debug)]
pub struct Page {
    /// What the site says it is, if it does.
    pub content_type: Option<Mime>,
    /// The body.
    pub bytes: Vec<u8>,
}

// ANCHOR: error
/// Why there is no page to look at.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// It did not come.
    #[error("no page")]
    Request(#[source] reqwest::Error),
    /// The site says that it does not have it, or not now.
    #[error("the site answered {0}")]
    Status(StatusCode),
    /// There is more of it than anybody wants.
    #[error("the page has more than {0} bytes")]
    TooLarge(usize),
    /// It is something else.
    #[error("not a page, but {0}")]
    NotHtml(Mime),
    /// It is compressed, and nobody asked for that.
    #[error("the page is compressed")]
    Compressed,
}

impl From<reqwest::Error> for PageError {
    fn from(error: reqwest::Error) -> PageError {
        match error.status() {
            Some(status) => PageError::Status(status),
            // Whose page it was is told beside it.
            None => PageError::Request(error.without_url()),
        }
    }
}
// ANCHOR_END: error

/// A client that gives up on a page after [`TIME_LIMIT`].
///
/// # Errors
///
/// When the system refuses what a client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(TIME_LIMIT).build()
}

// ANCHOR: fetch_title
/// Fetches a page and returns its title, if it has one.
pub async fn fetch_title(
    client: &reqwest::Client,
    site: &Site,
) -> Result<Option<String>, PageError> {
    let page = fetch(client, &site.url).await?;
    println!("Fetched {}", site.name);
    Ok(title(&page))
}

/// Fetches all pages at once. A title for each, in the order of the sites.
pub async fn fetch_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Result<Option<String>, PageError>> {
    join_all(sites.iter().map(|site| fetch_title(client, site))).await
}
// ANCHOR_END: fetch_title

// ANCHOR: fetch
/// Fetches a page, if it is one and not too large.
pub async fn fetch(
    client: &reqwest::Client,
    url: &str,
) -> Result<Page, PageError> {
    let response = client.get(url).send().await?;
    read(response.error_for_status()?).await
}

/// Reads an answer, if it is a page and not too large.
pub async fn read(response: Response) -> Result<Page, PageError> {
    let headers = response.headers();
    if headers.contains_key(CONTENT_ENCODING) {
        return Err(PageError::Compressed);
    }
    let content_type = headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type: Option<Mime> =
        content_type.and_then(|value| value.parse().ok());
    // What does not say what it is gets the benefit of the doubt.
    if let Some(mime) = content_type.clone().filter(|mime| !is_html(mime)) {
        return Err(PageError::NotHtml(mime));
    }
    let bytes = body(response, LARGEST).await?;
    Ok(Page { content_type, bytes })
}

/// Reads a body of up to so many bytes.
pub async fn body(
    mut response: Response,
    most: usize,
) -> Result<Vec<u8>, PageError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > most {
            return Err(PageError::TooLarge(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
// ANCHOR_END: fetch

fn is_html(mime: &Mime) -> bool {
    ["text/html", "application/xhtml+xml"].contains(&mime.essence_str())
}

// ANCHOR: text
impl Page {
    /// The page as text, in the encoding that it has: what its first bytes say
    /// (a BOM), else what its header says, else what the page itself says, else
    /// UTF-8. What is wrong in that encoding becomes `�`.
    pub fn text(&self) -> Cow<'_, str> {
        let header = self.content_type.as_ref();
        let charset = header.and_then(|mime| mime.get_param(mime::CHARSET));
        let encoding = charset
            .and_then(|label| Encoding::for_label(label.as_str().as_bytes()))
            .or_else(|| encoding_in(&self.bytes))
            .unwrap_or(UTF_8);
        // It looks for a BOM first.
        encoding.decode(&self.bytes).0
    }
}

/// The encoding that a page gives for itself: `<meta charset="…">`, within the
/// first kilobyte.
fn encoding_in(page: &[u8]) -> Option<&'static Encoding> {
    let start = &page[..page.len().min(1_024)];
    // In whatever it is encoded: tags are ASCII.
    let html = Html::parse_document(&WINDOWS_1252.decode(start).0);
    let meta = selector("meta[charset]");
    let label = html.select(&meta).next()?.attr("charset")?;
    // A page in which one can read this is not in UTF-16, whatever it says.
    Encoding::for_label(label.as_bytes()).map(Encoding::output_encoding)
}
// ANCHOR_END: text

// ANCHOR: title
/// The title of a page: `None` where there is none or it is empty. It is
/// [harmless].
pub fn title(page: &Page) -> Option<String> {
    title_in(&Html::parse_document(&page.text()))
}

/// The title in a parsed page, [harmless].
pub fn title_in(html: &Html) -> Option<String> {
    let element = html.select(&selector("title")).next()?;
    let title = harmless(&element.text().collect::<String>());
    Some(shortened(title)).filter(|title| !title.is_empty())
}
// ANCHOR_END: title

/// What finds elements, from CSS.
///
/// # Panics
///
/// Where it is no CSS selector: it is to be written out where this is called.
pub fn selector(css: &'static str) -> Selector {
    Selector::parse(css).expect("it is a selector")
}

// ANCHOR: harmless
/// Words from elsewhere, fit to be printed: in one line, and with nothing in
/// them that a terminal obeys.
pub fn harmless(words: &str) -> String {
    let words: Vec<_> = words.split_whitespace().collect();
    words.join(" ").replace(is_obeyed, "�")
}

/// A line of no more than [`LONGEST`] characters, and a mark where it was cut.
pub fn shortened(mut line: String) -> String {
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// Escapes, bells and the like; and what turns the direction of writing, so
/// that a line reads differently from what it says.
fn is_obeyed(character: char) -> bool {
    let turns = matches!(
        character,
        '\u{61c}' | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    character.is_control() || turns
}
// ANCHOR_END: harmless
