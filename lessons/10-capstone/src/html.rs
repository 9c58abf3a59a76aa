//! Finds the links of an HTML page, and the anchors that links may point to.
//!
//! From lesson 08 it has the distrust of pages, and no tree of them: the tree
//! of a hostile page of 100 KB took twelve seconds, and one of 30 KB had more
//! than two million nodes. Looking at one tag after the other costs no more
//! than the page has bytes.

use std::cell::RefCell;

use htmlize::{unescape, unescape_attribute};
use lol_html::errors::RewritingError;
use lol_html::html_content::Element;
use lol_html::{HtmlRewriter, MemorySettings, Settings, element, text};
use url::Url;

use crate::address::{MAX_URL_BYTES, without_login};
use crate::message::{Anchors, Incomplete, Link, NotUrl, Page};
use crate::text::{MAX_TEXT_CHARS, harmless, shortened};

/// Of a link's text this many characters are kept until white space and
/// character references in it have been reduced.
const MAX_RAW_TEXT_CHARS: usize = 10 * MAX_TEXT_CHARS;
/// How much memory the parser may take for the open elements of a page, in
/// bytes.
const MAX_PARSER_BYTES: usize = 32_000_000;

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
    let memory =
        MemorySettings::new().with_max_allowed_memory_usage(MAX_PARSER_BYTES);
    let settings = Settings::new()
        .with_strict(false)
        .with_memory_settings(memory)
        .with_adjust_charset_on_meta_tag(follows_meta)
        .append_element_content_handler(element)
        .append_element_content_handler(text);
    // It could rewrite the page, too. We throw away what it writes.
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    let parsed = parser.write(html).and_then(|()| parser.end());
    let incomplete = match parsed {
        Ok(()) => None,
        Err(RewritingError::ContentHandlerError(_)) => {
            Some(Incomplete::Cancelled)
        }
        Err(_) => Some(Incomplete::Memory),
    };
    collector.into_inner().page(incomplete)
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
            self.anchors.0.insert(name.into_boxed_str());
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

    fn page(self, incomplete: Option<Incomplete>) -> Page {
        let Collector { mut page, anchors, .. } = self;
        for link in &mut page.links {
            let text = shortened(harmless(&unescape(&link.text)));
            link.text = if text.is_empty() { "<a>".to_owned() } else { text };
        }
        page.incomplete = incomplete;
        page.anchors = incomplete.is_none().then_some(anchors);
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

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
        let words = page(&format!("<a href=/>{}</a>", "x".repeat(100)));
        let letters = words.links[0].text.chars().count();
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
        assert_eq!(deeper.incomplete, Some(Incomplete::Memory));
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
        assert_eq!(page.incomplete, Some(Incomplete::Cancelled));
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
    fn passwords_are_left_out() {
        let page = page(
            "<base href=http://me:secret@b.example/><a href=1></a>\
             <a href=//me:secret@c.example></a><a href=http://me:secret@[>",
        );
        let found = ["http://b.example/1", "http://c.example/", "not a URL: ["];
        assert_eq!(targets(&page), found);
    }
}
