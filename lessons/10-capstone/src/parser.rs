//! Finds the links of a page, and the anchors that links may point to.
//!
//! From lesson 08 it has the distrust of pages, and no tree of them: the tree
//! of a hostile page of 100 KB took twelve seconds, and one of 30 KB had more
//! than two million nodes. Looking at one tag after the other costs no more
//! than the page has bytes. From lesson 09 it has CPU-bound work on a thread
//! that may block.

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use encoding_rs::Encoding;
use htmlize::{unescape, unescape_attribute};
use lol_html::html_content::Element;
use lol_html::{HtmlRewriter, MemorySettings, Settings, element, text};
use percent_encoding::percent_decode_str;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::spawn_blocking;
use url::{ParseError, Url};

use crate::fetcher::{Body, Fetched, MAX_PAGE_BYTES};
use crate::{Job, Outcome, without_login};

/// How many links and how many anchors of a page count.
pub const MAX_LINKS: usize = 10_000;
/// A URL with more bytes isn't followed.
pub const MAX_URL_BYTES: usize = 4_000;
/// The text of a link is cut after this many characters.
const MAX_TEXT_CHARS: usize = 60;
/// Of a link's text this many characters are kept until white space and
/// character references in it have been reduced.
const MAX_RAW_TEXT_CHARS: usize = 10 * MAX_TEXT_CHARS;

/// The result of a job, with what's on its page.
#[derive(Debug)]
pub struct Visit {
    /// The job.
    pub job: Job,
    /// Its result.
    pub outcome: Outcome,
    /// Its page, or an empty one if there's none.
    pub page: Page,
}

/// What's on a page.
#[derive(Debug, Default)]
pub struct Page {
    /// Its links.
    pub links: Vec<Link>,
    /// Its anchors; `None` if some of them may be missing.
    pub anchors: Option<Anchors>,
    /// How many of its links aren't HTTP: `mailto:`, `tel:` and so on.
    pub non_http: usize,
    /// How many of its links are too long, or over [`MAX_LINKS`].
    pub over_limit: usize,
    /// Why only part of it was parsed, if that's the case.
    pub incomplete: Option<&'static str>,
}

/// A link on a page.
#[derive(Debug)]
pub struct Link {
    /// Its text, in one line.
    pub text: String,
    /// Its target, or its `href` if that's no URL.
    pub to: Result<Url, NotUrl>,
}

/// An `href` that isn't a valid URL.
#[derive(Clone, Debug)]
pub struct NotUrl {
    /// The `href`.
    pub href: String,
    /// Why it isn't a URL.
    pub error: ParseError,
}

/// Parses the pages that arrive, one after the other.
pub async fn run(mut fetched: Receiver<Fetched>, visits: Sender<Visit>) {
    while let Some(Fetched { job, mut outcome, body }) = fetched.recv().await {
        let mut page = Page::default();
        if let Some(body) = body {
            let url = job.url.clone();
            let visits = visits.clone();
            page = on_own_thread(move || parse_for(&visits, &url, &body)).await;
        }
        if let Some(reason) = page.incomplete {
            outcome = Outcome::Fine(Some(reason));
        }
        // The rest of the page may have more anchors.
        let is_whole = matches!(outcome, Outcome::Fine(None));
        page.anchors = page.anchors.filter(|_| is_whole);
        if visits.send(Visit { job, outcome, page }).await.is_err() {
            return;
        }
    }
}

/// Parses on a thread that may block. A page on which the parser panics isn't
/// worth losing the others.
async fn on_own_thread(parse: impl FnOnce() -> Page + Send + 'static) -> Page {
    let incomplete = Some("the parser failed");
    let failed = |_| Page { incomplete, ..Page::default() };
    spawn_blocking(parse).await.unwrap_or_else(failed)
}

/// Parses a page for the crawl that receives `visits`. A thread can't be
/// dropped, so this one checks whether that crawl is still there.
fn parse_for(visits: &Sender<Visit>, url: &Url, body: &Body) -> Page {
    decode_and_parse(url, body, || visits.is_closed())
}

fn decode_and_parse(
    url: &Url,
    body: &Body,
    is_cancelled: impl Fn() -> bool,
) -> Page {
    let bom = Encoding::for_bom(&body.bytes).map(|(encoding, _)| encoding);
    match bom.or(body.charset) {
        Some(known) => {
            let html = known.decode(&body.bytes).0;
            parse(url, html.as_bytes(), false, is_cancelled)
        }
        None => parse(url, &body.bytes, true, is_cancelled),
    }
}

/// Parses a page in UTF-8, or in the encoding of its `<meta>` if
/// `follows_meta`. When `is_cancelled` returns true, it stops and returns what
/// it has.
pub fn parse(
    url: &Url,
    html: &[u8],
    follows_meta: bool,
    is_cancelled: impl Fn() -> bool,
) -> Page {
    let collector = RefCell::new(Collector {
        url,
        base: None,
        page: Page::default(),
        anchors: Anchors::default(),
        open: None,
    });
    let element = element!("*", |element| {
        if is_cancelled() {
            return Err("the crawl has ended".into());
        }
        collector.borrow_mut().element(element);
        Ok(())
    });
    let text = text!("a[href]", |text| {
        // A script or a style isn't visible.
        if text.text_type().allows_html_entities() {
            collector.borrow_mut().text(text.as_str());
        }
        Ok(())
    });
    // The parser remembers the open elements, and many pages never close
    // theirs.
    let memory = MemorySettings::new()
        .with_max_allowed_memory_usage(16 * MAX_PAGE_BYTES);
    let settings = Settings::new()
        .with_strict(false)
        .with_memory_settings(memory)
        .with_adjust_charset_on_meta_tag(follows_meta)
        .append_element_content_handler(element)
        .append_element_content_handler(text);
    // It could rewrite the page, too. We throw away what it writes.
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    let parsed = parser.write(html).and_then(|()| parser.end());
    collector.into_inner().page(parsed.is_ok())
}

/// Collects links and anchors while a page goes by.
struct Collector<'a> {
    url: &'a Url,
    /// The first `<base>`. It counts for the links after it.
    base: Option<Url>,
    page: Page,
    anchors: Anchors,
    /// The `<a>` whose text is going by.
    open: Option<OpenLink>,
}

struct OpenLink {
    /// Its place in the page's links.
    index: usize,
    /// How many more characters of its text are kept.
    room: usize,
}

impl Collector<'_> {
    fn element(&mut self, element: &Element<'_, '_>) {
        let name = element.tag_name();
        let attribute = |name| {
            let value = element.get_attribute(name)?;
            Some(unescape_attribute(value).into_owned())
        };
        let named = attribute("name").filter(|_| name == "a");
        for name in attribute("id").into_iter().chain(named) {
            self.anchors.0.insert(digest(&name));
        }
        if name == "base" {
            let base = attribute("href").map(|href| self.url.join(&href));
            let base = base.map(|base| base.unwrap_or(self.url.clone()));
            self.base = self.base.take().or(base);
            return;
        }
        if name == "link" && is_hint(&attribute("rel").unwrap_or_default()) {
            return;
        }
        if name == "a" {
            self.open = None;
        }
        for href in ["href", "src"].into_iter().filter_map(attribute) {
            self.link(&name, &href);
        }
    }

    fn link(&mut self, name: &str, href: &str) {
        let Page { links, non_http, over_limit, .. } = &mut self.page;
        if links.len() + *non_http + *over_limit >= MAX_LINKS {
            *over_limit += 1;
            return;
        }
        let to = match self.base.as_ref().unwrap_or(self.url).join(href) {
            Ok(to) if !matches!(to.scheme(), "http" | "https") => {
                *non_http += 1;
                return;
            }
            Ok(to) if to.as_str().len() > MAX_URL_BYTES => {
                *over_limit += 1;
                return;
            }
            Ok(to) => Ok(without_login(to)),
            Err(error) => {
                // There may be a password before an @.
                let shown = href.rsplit('@').next().unwrap_or_default();
                Err(NotUrl { href: shortened(harmless(shown)), error })
            }
        };
        if name == "a" {
            let index = links.len();
            self.open = Some(OpenLink { index, room: MAX_RAW_TEXT_CHARS });
        }
        // The visible text of an <a> arrives later.
        let text = match name {
            "a" => String::new(),
            other => format!("<{other}>"),
        };
        links.push(Link { text, to });
    }

    fn text(&mut self, piece: &str) {
        let Some(open) = &mut self.open else { return };
        if let Some(link) = self.page.links.get_mut(open.index) {
            link.text.extend(piece.chars().take(open.room));
            open.room = open.room.saturating_sub(piece.chars().count());
        }
    }

    fn page(self, is_whole: bool) -> Page {
        let Collector { mut page, anchors, .. } = self;
        for link in &mut page.links {
            let text = shortened(harmless(&unescape(&link.text)));
            link.text = if text.is_empty() { "<a>".to_owned() } else { text };
        }
        page.anchors =
            Some(anchors).filter(|anchors| anchors.0.len() <= MAX_LINKS);
        page.incomplete =
            (!is_whole).then_some("parsing it takes too much memory");
        page
    }
}

/// Whether a `<link>` only names a host, as `rel="preconnect"` does.
fn is_hint(rel: &str) -> bool {
    rel.split_whitespace().any(|rel| {
        rel.eq_ignore_ascii_case("preconnect")
            || rel.eq_ignore_ascii_case("dns-prefetch")
    })
}

/// The anchors of a page, as hashes, because their names can be of any length.
#[derive(Debug, Default)]
pub struct Anchors(HashSet<u64>);

impl Anchors {
    /// Whether a browser finds an anchor for this fragment, the part after `#`.
    pub fn has(&self, fragment: &str) -> bool {
        // After `:~:` there's a text to search for.
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

/// Makes a text safe to print: one line, without control characters and without
/// characters that change the direction of writing.
pub fn harmless(text: &str) -> String {
    let is_dangerous = |character: char| {
        character.is_control()
            || matches!(
                character,
                '\u{61c}' | '\u{200e}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            )
    };
    let text = text.replace(is_dangerous, " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A line of at most [`MAX_TEXT_CHARS`] characters, and a mark if it was cut.
fn shortened(mut line: String) -> String {
    if let Some((end, _)) = line.char_indices().nth(MAX_TEXT_CHARS) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::sync::mpsc::channel;

    use super::*;

    fn page(text: &str) -> Page {
        let url = Url::parse("http://a.example/b/c").expect("it is a URL");
        parse(&url, text.as_bytes(), false, || false)
    }

    fn targets(page: &Page) -> Vec<String> {
        let to = page.links.iter().map(|link| match &link.to {
            Ok(url) => url.to_string(),
            Err(not) => format!("not a URL: {}", not.href),
        });
        to.collect()
    }

    #[test]
    fn links_of_all_kinds_are_found_and_are_relative_to_the_first_base() {
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
        assert_eq!(page.non_http, 1);
        let texts: Vec<_> =
            page.links.iter().map(|link| link.text.as_str()).collect();
        assert_eq!(texts[..2], ["One", "<img>"]);
    }

    #[test]
    fn anchors_are_what_a_browser_finds() {
        let page = page("<a name=old><p id='caf\u{e9}'><p name=no><p id=a%62>");
        let anchors = page.anchors.expect("they are known");
        for there in
            ["", "top", "Top", "old", "caf%C3%A9", "a%62", ":~:text=any"]
        {
            assert!(anchors.has(there), "{there}");
        }
        for not_there in ["no", "Old", "b", "old%20", "old:~"] {
            assert!(!anchors.has(not_there), "{not_there}");
        }
    }

    #[test]
    fn what_is_kept_of_a_page_is_limited() {
        let link = |n| format!("<a id=i{n} href=/{n}>{}</a>", "x".repeat(100));
        let most = page(&(0..MAX_LINKS).map(link).collect::<String>());
        assert_eq!((most.links.len(), most.over_limit), (MAX_LINKS, 0));
        assert!(most.anchors.is_some());
        let more = page(&(0..=MAX_LINKS).map(link).collect::<String>());
        assert_eq!((more.links.len(), more.over_limit), (MAX_LINKS, 1));
        assert!(more.anchors.is_none(), "one may be there or not");
        let letters = more.links[0].text.chars().count();
        assert_eq!(letters, MAX_TEXT_CHARS + 1, "and a mark");
        let long = page(&format!("<a href=/{}>", "x".repeat(MAX_URL_BYTES)));
        assert_eq!(
            (long.links.len(), long.over_limit, long.non_http),
            (0, 1, 0)
        );
        let name = page(&format!("<{} href=/>", "x".repeat(100)));
        let letters = name.links[0].text.chars().count();
        assert_eq!(letters, MAX_TEXT_CHARS + 1);
    }

    #[test]
    fn attributes_and_texts_mean_what_they_mean_in_a_browser() {
        let page = page(
            "<a href='/?a=1&amp;b=2&copy=3' HREF=/no id='&lt;'>Q &amp; <b>A\
             </b><script>no</script></a> no <a href=tel:1>no</a>\
             <svg><a href='&#47;x'>x<img src=/y></svg><!-- <a href=/no> -->",
        );
        let found = ["?a=1&b=2&copy=3", "x", "y"];
        let found = found.map(|path| format!("http://a.example/{path}"));
        assert_eq!(targets(&page), found);
        let texts: Vec<_> =
            page.links.iter().map(|link| link.text.as_str()).collect();
        assert_eq!(texts, ["Q & A", "x", "<img>"]);
        assert!(page.anchors.expect("they are known").has("<"));
    }

    #[test]
    fn the_cost_of_a_page_is_limited() {
        let deep =
            page(&("<a href=/first>".to_owned() + &"<p>".repeat(50_000)));
        assert_eq!(deep.incomplete, None, "many pages close nothing");
        // A tree takes twelve seconds for a sixteenth of this, and four times
        // as long for twice as much.
        let deeper = "<a href=/first>".to_owned() + &"<div>".repeat(350_000);
        let deeper = page(&(deeper + "<a href=/last>"));
        assert_eq!(targets(&deeper), ["http://a.example/first"]);
        assert_eq!(deeper.incomplete, Some("parsing it takes too much memory"));
        let names = (0..200_000).map(|n| format!(" a{n}")).collect::<String>();
        let wide = page(&format!("<p{names}><a href=/last>"));
        assert_eq!(targets(&wide), ["http://a.example/last"]);
        let letters = "&amp;".repeat(400_000);
        let text = page(&format!("<a href=/>{letters}</a><a href=/last>"));
        assert_eq!(text.links.len(), 2);
        assert_eq!(text.incomplete, None);
    }

    #[test]
    fn parsing_stops_when_it_is_cancelled() {
        let url = Url::parse("http://a.example").expect("it is a URL");
        let looks = Cell::new(0);
        let is_cancelled = || looks.replace(looks.get() + 1) == 3;
        let page = parse(&url, &b"<a href=/>".repeat(10), false, is_cancelled);
        assert_eq!((page.links.len(), looks.get()), (3, 4));
        assert!(page.incomplete.is_some());
    }

    #[test]
    fn a_page_is_parsed_only_as_long_as_the_crawl_receives_visits() {
        let (visits, receiver) = channel(1);
        let url = Url::parse("http://a.example").expect("it is a URL");
        let bytes = b"<a href=/>x</a>".repeat(3);
        let body = Body { bytes, charset: None };
        let page = parse_for(&visits, &url, &body);
        assert_eq!((page.links.len(), page.incomplete), (3, None));
        drop(receiver);
        let page = parse_for(&visits, &url, &body);
        assert!(page.links.is_empty() && page.incomplete.is_some());
    }

    #[tokio::test]
    async fn a_panic_of_the_parser_costs_only_its_page() {
        let page = on_own_thread(|| panic!("a page it has not met yet")).await;
        assert_eq!(page.incomplete, Some("the parser failed"));
        assert!(page.links.is_empty() && page.anchors.is_none());
    }

    #[test]
    fn how_much_of_a_text_is_kept_does_not_depend_on_the_pieces_it_comes_in() {
        // An ideographic space has three bytes, and is white space.
        let space = "\u{3000}".repeat(300);
        let text = |html: &str| page(html).links.remove(0).text;
        let whole = text(&format!("<a href=/>{space}word</a>"));
        let pieces = text(&format!("<a href=/>{space}<b>word</b></a>"));
        assert_eq!((whole.as_str(), pieces.as_str()), ("word", "word"));
        let long = "\u{3000}".repeat(MAX_RAW_TEXT_CHARS);
        let whole = text(&format!("<a href=/>{long}word</a>"));
        let pieces = text(&format!("<a href=/>{long}<b>word</b></a>"));
        assert_eq!((whole.as_str(), pieces.as_str()), ("<a>", "<a>"));
    }

    #[test]
    fn a_page_is_decoded_with_its_own_encoding() {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        let url = Url::parse("http://a.example").expect("it is a URL");
        let text = |start: &[u8], letter: &[u8], charset| {
            let link = [b"<a href=/>caf".as_slice(), letter].concat();
            let bytes = [start, &link].concat();
            let page =
                decode_and_parse(&url, &Body { bytes, charset }, || false);
            page.links.into_iter().map(|link| link.text).collect::<String>()
        };
        let utf8 = b"\xc3\xa9".as_slice();
        let latin1 = b"\xe9".as_slice();
        let greek = Some(encoding_rs::ISO_8859_7);
        let meta = b"<meta name=x content=y><meta charset=latin1>".as_slice();
        let equiv = b"<meta http-equiv=Content-Type \
            content='text/html; charset=iso-8859-1'><meta charset=utf-8>";
        for (start, letter, charset) in [
            (b"".as_slice(), utf8, None),
            (meta, latin1, None),
            (equiv, latin1, None),
            (b"<meta charset=utf-16>", utf8, None),
            (BOM, utf8, Some(encoding_rs::WINDOWS_1252)),
        ] {
            assert_eq!(text(start, letter, charset), "caf\u{e9}");
        }
        // In UTF-16 each of these is two bytes.
        let wide = "\u{feff}<a href=/>caf\u{e9}".encode_utf16();
        let bytes: Vec<_> = wide.flat_map(u16::to_be_bytes).collect();
        let page =
            decode_and_parse(&url, &Body { bytes, charset: None }, || false);
        assert_eq!(page.links[0].text, "caf\u{e9}");
        assert_eq!(
            text(meta, latin1, greek),
            "caf\u{3b9}",
            "the header comes first"
        );
    }

    #[test]
    fn passwords_are_left_out() {
        let page = page(
            "<base href=http://me:secret@b.example/><a href=1></a>\
             <a href=//me:secret@c.example></a><a href=http://me:secret@[>",
        );
        let found = ["http://b.example/1", "http://c.example/", "not a URL: ["];
        assert_eq!(targets(&page), found);
    }

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        let evil = "\x1b[31mred\u{9b}1m\r\n\u{202e}der\u{2066} \u{7f}end";
        assert_eq!(harmless(evil), "[31mred 1m der end");
    }
}
