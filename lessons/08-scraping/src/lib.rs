//! Titles from pages that nobody vouches for.
//!
//! In Python this is `await response.text()` and `BeautifulSoup`. A page is
//! neither text nor small nor well meant: it is bytes, as many as the site
//! likes, in an encoding that has to be found out, and its title may have been
//! written for your terminal rather than for you.

use std::borrow::Cow;
use std::time::Duration;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use futures::future::join_all;
use lesson_kit::{Site, println};
use mime::Mime;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use reqwest::{Response, StatusCode};
use scraper::{ElementRef, Html, Selector};
use tokio::task::{JoinError, spawn_blocking};
use url::Url;

/// How long to wait for a page, from the request to the last byte.
pub const TIME_LIMIT: Duration = Duration::from_secs(2);
/// A page that is larger, in bytes, is not read to its end.
pub const LARGEST: usize = 4_000_000;
/// A title that is longer, in characters, is cut.
pub const LONGEST: usize = 60;

/// A page as it came.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it came from, after all redirects.
    pub url: Url,
    /// What the site says it is, or nothing.
    pub content_type: String,
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
    /// The site says that it does not have it, or not here, or not now.
    #[error("the site answered {0}")]
    Status(StatusCode),
    /// There is more of it than anybody wants.
    #[error("the page has more than {0} bytes")]
    TooLarge(usize),
    /// It is something else.
    #[error("not a page, but {0}")]
    NotHtml(String),
    /// It is compressed, and nobody asked for that.
    #[error("the page is compressed")]
    Compressed,
    /// The parser panicked.
    #[error("the page could not be parsed")]
    Parser(#[from] JoinError),
}

impl From<reqwest::Error> for PageError {
    fn from(error: reqwest::Error) -> PageError {
        // Whose page it was is told beside it.
        PageError::Request(error.without_url())
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
    Ok(spawn_blocking(move || title(&page)).await?)
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
    read(succeeded(client.get(url).send().await?)?).await
}

/// An answer, if it is what was asked for: no error, and no redirect that was
/// not followed.
pub fn succeeded(response: Response) -> Result<Response, PageError> {
    let status = response.status();
    if status.is_success() {
        Ok(response)
    } else {
        Err(PageError::Status(status))
    }
}

/// Reads an answer, if it is a page and not too large.
pub async fn read(response: Response) -> Result<Page, PageError> {
    let headers = response.headers();
    let is_identity = |value: &HeaderValue| {
        value.as_bytes().eq_ignore_ascii_case(b"identity")
    };
    if !headers.get_all(CONTENT_ENCODING).iter().all(is_identity) {
        return Err(PageError::Compressed);
    }
    let content_type = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let content_type =
        String::from_utf8_lossy(content_type.unwrap_or_default()).into_owned();
    if !is_html(&content_type) {
        let words = shortened(harmless(&content_type));
        return Err(PageError::NotHtml(words));
    }
    let url = response.url().clone();
    let bytes = body(response, LARGEST).await?;
    Ok(Page { url, content_type, bytes })
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

/// By what stands before a `;`. What does not say what it is gets the benefit
/// of the doubt.
fn is_html(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ["", "text/html", "application/xhtml+xml"]
        .iter()
        .any(|html| essence.eq_ignore_ascii_case(html))
}

// ANCHOR: text
impl Page {
    /// The page as text, in the encoding that it has: what its first bytes say
    /// (a BOM), else what its header says, else what the page itself says, else
    /// UTF-8. What is wrong in that encoding becomes `�`.
    pub fn text(&self) -> Cow<'_, str> {
        let encoding = charset_in(&self.content_type)
            .and_then(|label| Encoding::for_label(label.as_bytes()))
            .or_else(|| encoding_in(&self.bytes))
            .unwrap_or(UTF_8);
        // It looks for a BOM first.
        encoding.decode(&self.bytes).0
    }
}

/// The `charset` of a content type, if it has one.
fn charset_in(content_type: &str) -> Option<String> {
    let mime: Mime = content_type.parse().ok()?;
    Some(mime.get_param(mime::CHARSET)?.to_string())
}

/// The encoding that a page gives for itself, within the first kilobyte: by
/// `<meta charset="…">`, or by a content type in a `<meta http-equiv="…">`.
fn encoding_in(page: &[u8]) -> Option<&'static Encoding> {
    let start = &page[..page.len().min(1_024)];
    // In whatever it is encoded: tags are ASCII.
    let html = Html::parse_document(&WINDOWS_1252.decode(start).0);
    let meta = "meta[charset], meta[http-equiv='content-type' i]";
    let label = html.select(&selector(meta)).find_map(|meta| {
        let charset = meta.attr("charset").map(str::to_owned);
        charset.or_else(|| charset_in(meta.attr("content")?))
    })?;
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
    // A drawing in the page (`<svg>`) may have titles of its own.
    let element = html.select(&selector("title")).find(is_of_html)?;
    let title = harmless(&element.text().collect::<String>());
    Some(shortened(title)).filter(|title| !title.is_empty())
}

fn is_of_html(element: &ElementRef) -> bool {
    *element.value().name.ns == *"http://www.w3.org/1999/xhtml"
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
