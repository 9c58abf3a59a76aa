//! Finds the links of a page, and the anchors on it that a link may lead to.
//!
//! From lesson 08, pages that nobody vouches for, and no tree of them: that of a
//! hostile page of 100 KB took twelve seconds, and that of one of 30 KB had more
//! than two million nodes. To look at one tag after another costs no more than
//! the page has bytes. From lesson 09, work for the processor on a thread that
//! may block.

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

use crate::fetcher::{Body, Fetched, LARGEST};
use crate::{Job, Outcome, without_login};

/// Of a page no more links are looked at, and no more anchors known.
pub const MOST: usize = 10_000;
/// A longer URL, in bytes, is not followed.
pub const LONGEST_URL: usize = 4_000;
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
    /// The anchors on it; `None` where not all are known.
    pub anchors: Option<Anchors>,
    /// How many links it has that are none of the web: `mailto:` and the like.
    pub others: usize,
    /// How many links it has that are too long, or more than [`MOST`].
    pub beyond: usize,
    /// Why it was not read to its end, if it was not.
    pub broke_off: Option<&'static str>,
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
/// Searches the pages that come in, one after the other.
pub async fn run(mut fetched: Receiver<Fetched>, visits: Sender<Visit>) {
    while let Some(Fetched { job, mut outcome, body }) = fetched.recv().await {
        let mut page = Page::default();
        if let Some(body) = body {
            let (url, crawl) = (job.url.clone(), visits.clone());
            // A thread cannot be dropped: this one looks whether the crawl
            // goes on.
            let read = move || read(&url, &body, || crawl.is_closed());
            page = apart(read).await;
        }
        if let Some(word) = page.broke_off {
            outcome = Outcome::Fine(Some(word));
        }
        // On the rest there may be more anchors.
        let is_whole = matches!(outcome, Outcome::Fine(None));
        page.anchors = page.anchors.filter(|_| is_whole);
        if visits.send(Visit { job, outcome, page }).await.is_err() {
            return;
        }
    }
}

/// Reads a page on a thread that may block. One that the parser panics at is
/// not worth the others.
async fn apart(read: impl FnOnce() -> Page + Send + 'static) -> Page {
    let word = Some("it cannot be parsed");
    let broken = |_| Page { broke_off: word, ..Page::default() };
    spawn_blocking(read).await.unwrap_or_else(broken)
}

fn read(url: &Url, body: &Body, is_over: impl Fn() -> bool) -> Page {
    let bom = Encoding::for_bom(&body.bytes).map(|(encoding, _)| encoding);
    match bom.or(body.charset) {
        Some(known) => {
            let html = known.decode(&body.bytes).0;
            parse(url, html.as_bytes(), false, is_over)
        }
        None => parse(url, &body.bytes, true, is_over),
    }
}
/// What is on a page in UTF-8, or in what its own `<meta>` says; or on the part
/// of it that came by before all was over.
pub fn parse(
    url: &Url,
    html: &[u8],
    says_charset: bool,
    is_over: impl Fn() -> bool,
) -> Page {
    let (page, anchors) = (Page::default(), Anchors::default());
    let seen =
        RefCell::new(Seen { url, base: None, page, anchors, open: None });
    let element = element!("*", |element| {
        if is_over() {
            return Err("nobody waits for this page any more".into());
        }
        seen.borrow_mut().element(element);
        Ok(())
    });
    let text = text!("a[href]", |text| {
        // That of a script or a style is not seen.
        if text.text_type().allows_html_entities() {
            seen.borrow_mut().text(text.as_str());
        }
        Ok(())
    });
    // It remembers which elements are open, and many pages never close theirs.
    let memory =
        MemorySettings::new().with_max_allowed_memory_usage(16 * LARGEST);
    let settings = Settings::new()
        .with_strict(false)
        .with_memory_settings(memory)
        .with_adjust_charset_on_meta_tag(says_charset)
        .append_element_content_handler(element)
        .append_element_content_handler(text);
    // It could change the page, too. Here what it writes is thrown away.
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    let read = parser.write(html).and_then(|()| parser.end());
    seen.into_inner().page(read.is_ok())
}

/// What came by of a page so far.
struct Seen<'a> {
    url: &'a Url,
    /// From the first `<base>`; it counts for what comes after it.
    base: Option<Url>,
    page: Page,
    anchors: Anchors,
    /// The link whose text comes by now.
    open: Option<usize>,
}

impl Seen<'_> {
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
        let Page { links, others, beyond, .. } = &mut self.page;
        if links.len() + *others + *beyond >= MOST {
            *beyond += 1;
            return;
        }
        let to = match self.base.as_ref().unwrap_or(self.url).join(href) {
            Ok(to) if !matches!(to.scheme(), "http" | "https") => {
                *others += 1;
                return;
            }
            Ok(to) if to.as_str().len() > LONGEST_URL => {
                *beyond += 1;
                return;
            }
            Ok(to) => Ok(without_login(to)),
            Err(error) => {
                // Before an @ there may be a password.
                let shown = href.rsplit('@').next().unwrap_or_default();
                Err(NotUrl { href: shortened(harmless(shown)), error })
            }
        };
        if name == "a" {
            self.open = Some(links.len());
        }
        // What a person sees of an <a> comes by later.
        let text = match name {
            "a" => String::new(),
            other => format!("<{other}>"),
        };
        links.push(Link { text, to });
    }

    fn text(&mut self, piece: &str) {
        let links = &mut self.page.links;
        if let Some(link) = self.open.and_then(|open| links.get_mut(open)) {
            // It may have a million letters.
            let room = (10 * LONGEST_TEXT).saturating_sub(link.text.len());
            link.text.extend(piece.chars().take(room));
        }
    }

    fn page(self, is_whole: bool) -> Page {
        let Seen { mut page, anchors, .. } = self;
        for link in &mut page.links {
            let text = shortened(harmless(&unescape(&link.text)));
            link.text = if text.is_empty() { "<a>".to_owned() } else { text };
        }
        page.anchors = Some(anchors).filter(|anchors| anchors.0.len() <= MOST);
        page.broke_off =
            (!is_whole).then_some("reading it takes too much memory");
        page
    }
}

/// `<link rel="preconnect">` and the like name a host, and no page.
fn is_hint(rel: &str) -> bool {
    rel.split_whitespace().any(|rel| {
        rel.eq_ignore_ascii_case("preconnect")
            || rel.eq_ignore_ascii_case("dns-prefetch")
    })
}
/// The anchors on a page, by a number made of each name: a page has up to
/// [`MOST`] of them, of any length.
#[derive(Debug, Default)]
pub struct Anchors(HashSet<u64>);

impl Anchors {
    /// Whether a browser finds the anchor that is behind a `#`.
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
    use std::cell::Cell;
    use std::time::{Duration, Instant};

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
    fn of_a_page_only_so_much_is_kept() {
        let link = |n| format!("<a id=i{n} href=/{n}>{}</a>", "x".repeat(100));
        let most = page(&(0..MOST).map(link).collect::<String>());
        assert_eq!((most.links.len(), most.beyond), (MOST, 0));
        assert!(most.anchors.is_some());
        let more = page(&(0..=MOST).map(link).collect::<String>());
        assert_eq!((more.links.len(), more.beyond), (MOST, 1));
        assert!(more.anchors.is_none(), "one may be there or not");
        let letters = more.links[0].text.chars().count();
        assert_eq!(letters, LONGEST_TEXT + 1, "and a mark");
        let long = page(&format!("<a href=/{}>", "x".repeat(LONGEST_URL)));
        assert_eq!((long.links.len(), long.beyond, long.others), (0, 1, 0));
        let name = page(&format!("<{} href=/>", "x".repeat(100)));
        let letters = name.links[0].text.chars().count();
        assert_eq!(letters, LONGEST_TEXT + 1);
    }

    #[test]
    fn attributes_and_texts_are_read_as_a_browser_reads_them() {
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
    fn what_a_page_costs_has_a_bound() {
        let deep =
            page(&("<a href=/first>".to_owned() + &"<p>".repeat(50_000)));
        assert_eq!(deep.broke_off, None, "many pages close nothing");
        // A tree takes twelve seconds for a sixteenth of this, and four times
        // as long for twice as much.
        let deeper = "<a href=/first>".to_owned() + &"<div>".repeat(350_000);
        let deeper = page(&(deeper + "<a href=/last>"));
        assert_eq!(targets(&deeper), ["http://a.example/first"]);
        assert_eq!(deeper.broke_off, Some("reading it takes too much memory"));
        let names = (0..200_000).map(|n| format!(" a{n}")).collect::<String>();
        let wide = page(&format!("<p{names}><a href=/last>"));
        assert_eq!(targets(&wide), ["http://a.example/last"]);
        let letters = "&amp;".repeat(400_000);
        let text = page(&format!("<a href=/>{letters}</a><a href=/last>"));
        assert_eq!(text.links.len(), 2);
        assert_eq!(text.broke_off, None);
    }

    #[test]
    fn a_page_that_nobody_waits_for_is_not_read_on() {
        let url = Url::parse("http://a.example").expect("it is a URL");
        let looks = Cell::new(0);
        let is_over = || looks.replace(looks.get() + 1) == 3;
        let page = parse(&url, &b"<a href=/>".repeat(10), false, is_over);
        assert_eq!((page.links.len(), looks.get()), (3, 4));
        assert!(page.broke_off.is_some());
    }

    /// Until a page is read, or until the crawl is known to be over.
    async fn time_to_read(bytes: Vec<u8>, is_over: bool) -> Duration {
        let (fetched_in, fetched) = channel(1);
        let (visits_in, mut visits) = channel(1);
        let url = Url::parse("http://a.example").expect("it is a URL");
        let job = Job { url, inside: true, depth: 0, hops: 0 };
        let body = Some(Body { bytes, charset: None });
        let page = Fetched { job, outcome: Outcome::Fine(None), body };
        fetched_in.send(page).await.expect("there is room");
        drop(fetched_in);
        if is_over {
            visits.close();
        }
        let start = Instant::now();
        run(fetched, visits_in).await;
        start.elapsed()
    }

    #[tokio::test]
    async fn the_end_of_the_crawl_is_heard_while_a_page_is_read() {
        let long = b"<a href=/>x</a>".repeat(100_000);
        let read = time_to_read(long.clone(), false).await;
        let over = time_to_read(long, true).await;
        assert!(over < read / 2, "{over:?} and {read:?}");
    }

    #[tokio::test]
    async fn a_page_that_the_parser_panics_at_is_told_and_no_more() {
        let page = apart(|| panic!("what it has not met before")).await;
        assert_eq!(page.broke_off, Some("it cannot be parsed"));
        assert!(page.links.is_empty() && page.anchors.is_none());
    }

    #[test]
    fn a_page_is_read_in_the_encoding_that_it_has() {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        let url = Url::parse("http://a.example").expect("it is a URL");
        let text = |start: &[u8], letter: &[u8], charset| {
            let link = [b"<a href=/>caf".as_slice(), letter].concat();
            let bytes = [start, &link].concat();
            let page = read(&url, &Body { bytes, charset }, || false);
            page.links.into_iter().map(|link| link.text).collect::<String>()
        };
        let (utf8, latin1) = (b"\xc3\xa9".as_slice(), b"\xe9".as_slice());
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
        let page = read(&url, &Body { bytes, charset: None }, || false);
        assert_eq!(page.links[0].text, "caf\u{e9}");
        assert_eq!(text(meta, latin1, greek), "caf\u{3b9}", "the header first");
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
    fn what_a_terminal_obeys_does_not_get_there() {
        let evil = "\x1b[31mred\u{9b}1m\r\n\u{202e}der\u{2066} \u{7f}end";
        assert_eq!(harmless(evil), "[31mred 1m der end");
    }
}
