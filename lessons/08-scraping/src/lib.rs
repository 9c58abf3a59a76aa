//! Titles from pages that a stranger wrote.
//!
//! In Python this is `await response.text()` and `BeautifulSoup`. But a page is
//! bytes: as many as the site likes to send, in an encoding you have to find
//! out, and its title may have been written for your terminal rather than for
//! you.

// ANCHOR: use
use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::Duration;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use futures::stream::{self, StreamExt};
use lesson_kit::{Site, println};
use mime::Mime;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};
use reqwest::{Response, StatusCode};
use scraper::{ElementRef, Html, Selector};
use tokio::task::{JoinError, spawn_blocking};
use url::Url;
// ANCHOR_END: use

/// How long a page may take, from the request to the last byte.
pub const TIMEOUT: Duration = Duration::from_secs(2);
/// The size limit of a page, in bytes.
pub const LARGEST: usize = 4_000_000;
/// The length limit of a title, in characters.
pub const LONGEST: usize = 60;
/// How many pages are fetched or parsed at the same time.
pub const CONCURRENCY: usize = 8;

// ANCHOR: page
/// A page as it arrived.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it came from, after all redirects.
    pub url: Url,
    /// The `Content-Type` header, or an empty string.
    pub content_type: String,
    /// The body.
    pub bytes: Vec<u8>,
}
// ANCHOR_END: page

// ANCHOR: error
/// The reasons why there's no page to look at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// The request failed, or the connection broke.
    #[error("the page did not arrive")]
    Request(#[source] reqwest::Error),
    /// The site sent an error, or a redirect that isn't followed.
    #[error("the site answered {0}")]
    Status(StatusCode),
    /// The page is larger than the limit, which is in bytes.
    #[error("the page has more than {0} bytes")]
    TooLarge(usize),
    /// The `Content-Type` isn't HTML.
    #[error("not a page, but {0}")]
    NotHtml(String),
    /// The body is compressed, although the request didn't ask for that.
    #[error("the page is compressed")]
    Compressed,
    /// The parser panicked, or the runtime shut down before it began.
    #[error("the page could not be parsed")]
    Parser(#[from] JoinError),
}

impl From<reqwest::Error> for PageError {
    fn from(error: reqwest::Error) -> PageError {
        // The program prints the name of the site beside the error.
        PageError::Request(error.without_url())
    }
}
// ANCHOR_END: error

/// A client that gives up on a page after [`TIMEOUT`].
///
/// # Errors
///
/// When the system refuses what a client needs.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().timeout(TIMEOUT).build()
}

// ANCHOR: fetch_title
/// Fetches a page and returns its title, if it has one.
pub async fn fetch_title(
    client: &reqwest::Client,
    site: &Site,
) -> Result<Option<String>, PageError> {
    let page = fetch_page(client, &site.url).await?;
    println!("Fetched {}", site.name);
    Ok(spawn_blocking(move || title(&page)).await?)
}

/// The titles of all sites in their order, [`CONCURRENCY`] at a time.
pub async fn fetch_all(
    client: &reqwest::Client,
    sites: &[Site],
) -> Vec<Result<Option<String>, PageError>> {
    let titles = sites.iter().map(|site| fetch_title(client, site));
    stream::iter(titles).buffered(CONCURRENCY).collect().await
}
// ANCHOR_END: fetch_title

// ANCHOR: fetch_page
/// Fetches a page, unless it's something else or too large.
pub async fn fetch_page(
    client: &reqwest::Client,
    url: &str,
) -> Result<Page, PageError> {
    read_page(check_status(client.get(url).send().await?)?).await
}

// ANCHOR_END: fetch_page

// ANCHOR: read_page
/// The same response if it's a success. An error isn't, and neither is a
/// redirect that the client didn't follow.
pub fn check_status(response: Response) -> Result<Response, PageError> {
    let status = response.status();
    if status.is_success() {
        Ok(response)
    } else {
        Err(PageError::Status(status))
    }
}

/// Reads a response, unless it isn't HTML or too large.
pub async fn read_page(response: Response) -> Result<Page, PageError> {
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
        let printable = shortened(harmless(&content_type));
        return Err(PageError::NotHtml(printable));
    }
    let url = response.url().clone();
    let bytes = read_body(response, LARGEST).await?;
    Ok(Page { url, content_type, bytes })
}

// ANCHOR_END: read_page

// ANCHOR: read_body
/// Reads a body of up to `limit` bytes.
pub async fn read_body(
    mut response: Response,
    limit: usize,
) -> Result<Vec<u8>, PageError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > limit {
            return Err(PageError::TooLarge(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
// ANCHOR_END: read_body

/// Looks at what comes before a `;`. A response without a content type may well
/// be a page.
fn is_html(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    ["", "text/html", "application/xhtml+xml"]
        .iter()
        .any(|html| essence.eq_ignore_ascii_case(html))
}

// ANCHOR: text
impl Page {
    /// The page as text. Its encoding is what its first bytes say (a BOM), else
    /// what its header says, else what the page itself says, else UTF-8.
    /// Whatever isn't valid in that encoding becomes `�`.
    pub fn text(&self) -> Cow<'_, str> {
        let encoding = charset_in(&self.content_type)
            .and_then(|label| Encoding::for_label(label.as_bytes()))
            .or_else(|| encoding_in(&self.bytes))
            .unwrap_or(UTF_8);
        // `decode` looks for a BOM first.
        encoding.decode(&self.bytes).0
    }
}
// ANCHOR_END: text

// ANCHOR: encoding_in
/// The `charset` of a content type, if it has one.
fn charset_in(content_type: &str) -> Option<String> {
    let mime: Mime = content_type.parse().ok()?;
    Some(mime.get_param(mime::CHARSET)?.to_string())
}

/// The encoding that a page names in its first kilobyte: in `<meta charset="…">`,
/// or in the content type of a `<meta http-equiv="…">`.
fn encoding_in(page: &[u8]) -> Option<&'static Encoding> {
    let start = &page[..page.len().min(1_024)];
    // Tags are ASCII, so any encoding that includes ASCII will do here.
    let html = Html::parse_document(&WINDOWS_1252.decode(start).0);
    let label = html.select(&META).find_map(|meta| {
        let charset = meta.attr("charset").map(str::to_owned);
        charset.or_else(|| charset_in(meta.attr("content")?))
    })?;
    // If we can read the tag, the page isn't UTF-16, whatever it claims.
    Encoding::for_label(label.as_bytes()).map(Encoding::output_encoding)
}

static META: LazyLock<Selector> = LazyLock::new(|| {
    selector("meta[charset], meta[http-equiv='content-type' i]")
});
// ANCHOR_END: encoding_in

// ANCHOR: title
/// The [harmless] title of a page: `None` if there is none or it's empty.
pub fn title(page: &Page) -> Option<String> {
    title_in(&Html::parse_document(&page.text()))
}

/// The [harmless] title in a parsed page.
pub fn title_in(html: &Html) -> Option<String> {
    // A drawing in the page (`<svg>`) may have titles of its own.
    let element = html.select(&TITLE).find(is_of_html)?;
    let title = harmless(&element.text().collect::<String>());
    Some(shortened(title)).filter(|title| !title.is_empty())
}

// A selector is parsed once, when it's first used.
static TITLE: LazyLock<Selector> = LazyLock::new(|| selector("title"));
// ANCHOR_END: title

fn is_of_html(element: &ElementRef) -> bool {
    *element.value().name.ns == *"http://www.w3.org/1999/xhtml"
}

/// Parses a CSS selector.
///
/// # Panics
///
/// When it isn't one, so it has to be a literal in the source.
pub fn selector(css: &'static str) -> Selector {
    Selector::parse(css).expect("a literal in the source is a CSS selector")
}

// ANCHOR: harmless
/// The same words, safe to print: on one line, and without the characters that
/// a terminal obeys.
pub fn harmless(words: &str) -> String {
    let words: Vec<_> = words.split_whitespace().collect();
    words.join(" ").replace(is_obeyed, "�")
}
// ANCHOR_END: harmless

// ANCHOR: obeyed
/// A line of no more than [`LONGEST`] characters, with a mark where it was cut.
pub fn shortened(mut line: String) -> String {
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// Escapes, bells and the like; and the characters that set the direction of
/// writing, which make a line read differently from what it says.
fn is_obeyed(character: char) -> bool {
    let changes_direction = matches!(
        character,
        '\u{61c}' | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    character.is_control() || changes_direction
}
// ANCHOR_END: obeyed
