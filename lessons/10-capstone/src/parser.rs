//! Finds the links of a page, and the places on it that a link may lead to.
//!
//! From lesson 08, pages that nobody vouches for; from lesson 09, work for the
//! processor on a thread that may block; from lesson 04, a value that is not
//! `Send` (`scraper::Html`), which so never crosses an `.await`.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use percent_encoding::percent_decode_str;
use scraper::{ElementRef, Html};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::spawn_blocking;
use url::{ParseError, Url};

use crate::fetcher::{Body, Fetched};
use crate::{Job, Outcome};

/// Of a page no more links are followed, and no more places known.
pub const MOST: usize = 10_000;
/// A longer URL, in bytes, is not followed.
const LONGEST_URL: usize = 4_000;
/// The text of a link is looked for in so many elements and texts inside it.
const MOST_INSIDE: usize = 100;
/// A longer text of a link, in characters, is cut.
const LONGEST_TEXT: usize = 60;

/// What became of a job, with what is on its page.
#[derive(Debug)]
pub struct Visit {
    /// The job.
    pub job: Job,
    /// What became of it.
    pub outcome: Outcome,
    /// Its page; an empty one where there was none.
    pub page: Page,
}

/// What there is to know of a page.
#[derive(Debug, Default)]
pub struct Page {
    /// Its links.
    pub links: Vec<Link>,
    /// The places on it; `None` where not all are known.
    pub places: Option<Places>,
    /// How many links it has that are none of the web: `mailto:` and the like.
    pub others: usize,
}

/// A link, as it stands on a page.
#[derive(Debug)]
pub struct Link {
    /// What is written there, in one line.
    pub text: String,
    /// Where it leads; or what stands there and is no URL.
    pub to: Result<Url, NotUrl>,
}

/// A link that leads nowhere.
#[derive(Clone, Debug)]
pub struct NotUrl {
    /// What stands there.
    pub href: String,
    /// Why it is no URL.
    pub error: ParseError,
}

// ANCHOR: run
/// Searches the pages that come in, one after the other: a page takes a
/// millisecond, and a request a hundred of them.
pub async fn run(mut fetched: Receiver<Fetched>, visits: Sender<Visit>) {
    while let Some(Fetched { job, mut outcome, body }) = fetched.recv().await {
        let is_whole = matches!(outcome, Outcome::Fine(None));
        let mut page = Page::default();
        if let Some(body) = body {
            let url = job.url.clone();
            match spawn_blocking(move || read(&url, &body)).await {
                Ok(read) => page = read,
                // It panicked. One page is not worth the others.
                Err(_) => outcome = Outcome::Fine(Some("it cannot be parsed")),
            }
        }
        // On the rest there may be more places.
        page.places = page.places.filter(|_| is_whole);
        if visits.send(Visit { job, outcome, page }).await.is_err() {
            return;
        }
    }
}
// ANCHOR_END: run

fn read(url: &Url, body: &Body) -> Page {
    parse(url, &body.encoding.decode(&body.bytes).0)
}

// ANCHOR: parse
/// What is on a page.
pub fn parse(url: &Url, text: &str) -> Page {
    let html = Html::parse_document(text);
    let elements = || html.root_element().descendent_elements();
    let base = elements()
        .filter(|element| element.value().name() == "base")
        .find_map(|base| base.attr("href"))
        .and_then(|href| url.join(href).ok());
    let base = base.as_ref().unwrap_or(url);
    let mut page = Page::default();
    let mut places = Places::default();
    for element in elements() {
        let name = element.value().name();
        let anchor = element.attr("name").filter(|_| name == "a");
        for place in element.attr("id").into_iter().chain(anchor) {
            places.0.insert(digest(place));
        }
        if name == "base" || is_hint(element) {
            continue;
        }
        for attribute in ["href", "src"] {
            let Some(href) = element.attr(attribute) else { continue };
            match link(base, href) {
                Some(to) if page.links.len() < MOST => {
                    page.links.push(Link { text: text_of(element), to });
                }
                _ => page.others += 1,
            }
        }
    }
    page.places = Some(places).filter(|places| places.0.len() <= MOST);
    page
}
// ANCHOR_END: parse

/// Where a link leads, if it is one of the web.
fn link(base: &Url, href: &str) -> Option<Result<Url, NotUrl>> {
    match base.join(href) {
        Ok(url) => {
            let is_web = matches!(url.scheme(), "http" | "https");
            let follow = is_web && url.as_str().len() <= LONGEST_URL;
            follow.then_some(Ok(url))
        }
        Err(error) => {
            let href = shortened(harmless(href));
            Some(Err(NotUrl { href, error }))
        }
    }
}

/// `<link rel="preconnect">` and the like name a host, and no page.
fn is_hint(element: ElementRef<'_>) -> bool {
    let rel = element.attr("rel").unwrap_or_default();
    element.value().name() == "link"
        && rel.split_whitespace().any(|rel| {
            rel.eq_ignore_ascii_case("preconnect")
                || rel.eq_ignore_ascii_case("dns-prefetch")
        })
}

/// What a person sees of a link; else what it is.
fn text_of(element: ElementRef<'_>) -> String {
    // It may have a million letters, and half the page inside.
    let inside = element.descendants().take(MOST_INSIDE);
    let texts = inside.filter_map(|node| node.value().as_text());
    let letters = texts.flat_map(|text| text.chars()).take(10 * LONGEST_TEXT);
    let text = shortened(harmless(&letters.collect::<String>()));
    if text.is_empty() {
        return format!("<{}>", harmless(element.value().name()));
    }
    text
}

// ANCHOR: places
/// The places on a page, by a number made of each name: a page has up to
/// [`MOST`] of them, of any length.
#[derive(Debug, Default)]
pub struct Places(HashSet<u64>);

impl Places {
    /// Whether a browser finds the place that is behind a `#`.
    pub fn has(&self, fragment: &str) -> bool {
        // What is behind `:~:` tells the browser to look for words.
        let name = fragment.split(":~:").next().unwrap_or_default();
        let decoded = percent_decode_str(name).decode_utf8_lossy();
        name.is_empty()
            || decoded.eq_ignore_ascii_case("top")
            || self.0.contains(&digest(name))
            || self.0.contains(&digest(&decoded))
    }
}

fn digest(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}
// ANCHOR_END: places

// ANCHOR: harmless
/// Words from elsewhere, fit to be printed: in one line, and with nothing in
/// them that a terminal obeys or that turns the direction of writing.
pub fn harmless(words: &str) -> String {
    let obeyed = |character: char| {
        character.is_control()
            || matches!(
                character,
                '\u{61c}' | '\u{200e}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            )
    };
    let words = words.replace(obeyed, " ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
// ANCHOR_END: harmless

/// A line of no more than [`LONGEST_TEXT`] characters, with a mark where it was
/// cut.
fn shortened(mut line: String) -> String {
    if let Some((end, _)) = line.char_indices().nth(LONGEST_TEXT) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        let url = Url::parse("http://a.example/b/c").expect("it is a URL");
        parse(&url, text)
    }

    fn targets(page: &Page) -> Vec<String> {
        let to = page.links.iter().map(|link| match &link.to {
            Ok(url) => url.to_string(),
            Err(not) => format!("not a URL: {}", not.href),
        });
        to.collect()
    }

    #[test]
    fn links_of_all_kinds_are_found_and_led_from_the_first_base() {
        let page = page(
            "<base target=x><base href=/x/><base href=/y/><a href=1>One</a>\
             <img src=2><link rel=stylesheet href=3><area href=//c.example>\
             <link rel='x preconnect' href=//d.example><a name=4>\
             <a href=mailto:5><a href='http://[\n6'><form action=7>",
        );
        let found = [
            "http://a.example/x/1",
            "http://a.example/x/2",
            "http://a.example/x/3",
            "http://c.example/",
            "not a URL: http://[ 6",
        ];
        assert_eq!(targets(&page), found);
        assert_eq!(page.others, 1);
        let texts: Vec<_> =
            page.links.iter().map(|link| link.text.as_str()).collect();
        assert_eq!(texts[..2], ["One", "<img>"]);
    }

    #[test]
    fn places_are_what_a_browser_finds() {
        let page = page("<a name=old><p id='caf\u{e9}'><p name=no><p id=a%62>");
        let places = page.places.expect("they are known");
        for there in
            ["", "top", "Top", "old", "caf%C3%A9", "a%62", ":~:text=any"]
        {
            assert!(places.has(there), "{there}");
        }
        for not_there in ["no", "Old", "b", "old%20", "old:~"] {
            assert!(!places.has(not_there), "{not_there}");
        }
    }

    #[test]
    fn of_a_page_only_so_much_is_kept() {
        let link = |n| format!("<a id=i{n} href=/{n}>{}</a>", "x".repeat(100));
        let most = page(&(0..MOST).map(link).collect::<String>());
        assert_eq!((most.links.len(), most.others), (MOST, 0));
        assert!(most.places.is_some());
        let more = page(&(0..=MOST).map(link).collect::<String>());
        assert_eq!((more.links.len(), more.others), (MOST, 1));
        assert!(more.places.is_none(), "a place may be there or not");
        let letters = more.links[0].text.chars().count();
        assert_eq!(letters, LONGEST_TEXT + 1, "and a mark");
        let long = page(&format!("<a href=/{}>", "x".repeat(LONGEST_URL)));
        assert_eq!((long.links.len(), long.others), (0, 1));
    }

    #[test]
    fn what_a_terminal_obeys_does_not_get_there() {
        let evil = "\x1b[31mred\u{9b}1m\r\n\u{202e}der\u{2066} \u{7f}end";
        assert_eq!(harmless(evil), "[31mred 1m der end");
    }
}
