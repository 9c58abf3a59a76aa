//! Collects the links and the anchors of a page while its tags go by.

use encoding_rs::{Encoding, UTF_8};
use htmlize::unescape;
use url::{ParseError, Url};

use crate::address::{MAX_URL_BYTES, without_login};
use crate::message::{Incomplete, Link, NotUrl, Page};
use crate::page::anchors::{AnchorName, Anchors};
use crate::page::charset::encode_query;
use crate::page::elements::{Tag, for_each_url};
use crate::text::{MAX_TEXT_CHARS, harmless, shortened};

/// Of a link's text this many characters are kept until white space and
/// character references in it have been reduced.
pub const MAX_RAW_TEXT_CHARS: usize = 10 * MAX_TEXT_CHARS;

/// The links of a page may take this many times the bytes of the page. The
/// index of Python's documentation, which is nothing but links, needs two. A
/// long base URL with a million short links would need thousands.
const MAX_GROWTH: usize = 8;
/// They may take this many bytes more, because a short page may have long URLs.
const MIN_LINK_BYTES: usize = 8_000_000;

/// Collects links and anchors while a page goes by.
pub struct Collector<'u> {
    url: &'u Url,
    encoding: &'static Encoding,
    /// The `href` of the first `<base>` that has one.
    base: Option<String>,
    links: Vec<RawLink>,
    anchors: Vec<AnchorName>,
    /// The `<a>` whose text is going by.
    open: Option<OpenLink>,
    /// How many bytes the links may take.
    room: usize,
    over_limit: usize,
}

/// A link that waits for the end of the page, because a `<base>` counts for
/// the links before it, too.
struct RawLink {
    href: String,
    text: String,
}

struct OpenLink {
    /// Its place in the links.
    index: usize,
    /// How many more characters of its text are kept.
    room: usize,
}

impl Collector<'_> {
    /// A collector for a page with this many bytes, at this URL and in this
    /// encoding.
    pub fn new<'u>(
        url: &'u Url,
        encoding: &'static Encoding,
        page_bytes: usize,
    ) -> Collector<'u> {
        Collector {
            url,
            encoding,
            base: None,
            links: Vec::new(),
            anchors: Vec::new(),
            open: None,
            room: MIN_LINK_BYTES + MAX_GROWTH * page_bytes,
            over_limit: 0,
        }
    }

    /// Collects what's in a start tag. No fragment leads to an id in a shadow
    /// tree.
    pub fn tag(&mut self, tag: &Tag<'_>, in_shadow: bool) {
        if !in_shadow {
            self.anchor(tag.get("id"));
            if tag.is("a") {
                self.anchor(tag.get("name"));
            }
            if tag.is("base") && self.base.is_none() {
                self.base = tag.get("href").map(|href| href.into_owned());
            }
        }
        if tag.name == "a" {
            self.open = None;
        } else if tag.is("img") && self.open.is_some() {
            // A link that's only a picture is known by its description.
            self.text(" ");
            self.text(tag.raw("alt").unwrap_or_default());
            self.text(" ");
        }
        for_each_url(tag, |href| self.link(tag, href));
    }

    fn anchor(&mut self, name: Option<impl AsRef<str>>) {
        let name = name.as_ref().map(AsRef::as_ref).unwrap_or_default();
        if !name.is_empty() {
            self.anchors.push(AnchorName::new(name));
        }
    }

    fn link(&mut self, tag: &Tag<'_>, href: &str) {
        if self.links.len() * size_of::<Link>() > self.room / 2 {
            self.over_limit += 1;
            return;
        }
        let text = match tag.name {
            // Its visible text arrives later.
            "a" => {
                let index = self.links.len();
                self.open = Some(OpenLink { index, room: MAX_RAW_TEXT_CHARS });
                String::new()
            }
            name => {
                let alt = tag.raw("alt").filter(|_| name == "area");
                let alt = alt.filter(|alt| !alt.trim().is_empty());
                alt.map_or_else(|| format!("<{name}>"), str::to_owned)
            }
        };
        self.links.push(RawLink { href: href.to_owned(), text });
    }

    /// Adds a piece of visible text to the link that's open.
    pub fn text(&mut self, piece: &str) {
        let Some(open) = &mut self.open else { return };
        let end = piece.char_indices().nth(open.room);
        let piece = &piece[..end.map_or(piece.len(), |(end, _)| end)];
        open.room -= piece.chars().count();
        if let Some(link) = self.links.get_mut(open.index) {
            link.text.push_str(piece);
        }
    }

    /// What was found.
    pub fn page(mut self, incomplete: Option<Incomplete>) -> Page {
        let base = self.base_url();
        let mut page = Page::default();
        for RawLink { href, text } in std::mem::take(&mut self.links) {
            if self.room == 0 {
                page.over_limit += 1;
                continue;
            }
            let to = resolve(&base, &href, self.encoding);
            let bytes = to.as_ref().map_or(0, |to| to.as_str().len());
            self.room = self.room.saturating_sub(size_of::<Link>() + bytes);
            let to = match to {
                Ok(to) if !matches!(to.scheme(), "http" | "https") => {
                    page.non_http += 1;
                    continue;
                }
                Ok(to) if to.as_str().len() > MAX_URL_BYTES => {
                    page.over_limit += 1;
                    continue;
                }
                Ok(to) => Ok(without_login(to)),
                Err(error) => Err(not_url(&href, error)),
            };
            let text = shortened(harmless(&unescape(text)));
            let text = if text.is_empty() { "<a>".to_owned() } else { text };
            page.links.push(Link { text, to });
        }
        page.over_limit += self.over_limit;
        page.incomplete = incomplete;
        let anchors = std::mem::take(&mut self.anchors);
        page.anchors = incomplete.is_none().then(|| Anchors::from(anchors));
        page
    }

    /// What links are relative to (HTML Standard, "set the frozen base URL").
    fn base_url(&self) -> Url {
        let href = self.base.as_deref();
        let base = href.map(|href| resolve(self.url, href, self.encoding));
        match base {
            Some(Ok(base))
                if !matches!(base.scheme(), "data" | "javascript") =>
            {
                base
            }
            _ => self.url.clone(),
        }
    }
}

/// HTML Standard, "encoding-parse a URL": the query is in the encoding of the
/// page, and everything else in UTF-8.
fn resolve(
    base: &Url,
    href: &str,
    encoding: &'static Encoding,
) -> Result<Url, ParseError> {
    if encoding == UTF_8 {
        return base.join(href);
    }
    Url::options()
        .base_url(Some(base))
        .encoding_override(Some(&|query| encode_query(encoding, query)))
        .parse(href)
}

fn not_url(href: &str, error: ParseError) -> NotUrl {
    // There may be a password before an @.
    let shown = href.rsplit('@').next().unwrap_or_default();
    NotUrl { href: shortened(harmless(shown)), error }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{ISO_8859_7, WINDOWS_1252};

    use super::*;
    use crate::page::html::parse;

    fn page(html: &str) -> Page {
        page_at("http://a.example/b/c", UTF_8, html)
    }

    fn page_at(url: &str, encoding: &'static Encoding, html: &str) -> Page {
        let url = Url::parse(url).expect("it is a URL");
        parse(html, Collector::new(&url, encoding, html.len()), || false)
    }

    fn targets(page: &Page) -> Vec<String> {
        let to = page.links.iter().map(|link| match &link.to {
            Ok(url) => url.to_string(),
            Err(not) => format!("not a URL: {}", not.href),
        });
        to.collect()
    }

    #[test]
    fn the_first_base_counts_for_the_whole_page_whatever_it_is() {
        for (base, expected) in [
            ("<base href=/x/><base href=/no/>", "http://a.example/x/1"),
            ("<base target=x><base href=x/><p>", "http://a.example/b/x/1"),
            ("<base href=//c.example>", "http://c.example/1"),
            ("<base href='?q'>", "http://a.example/b/1"),
            // These are ignored, and so is the next one.
            ("<base href='http://['><base href=/no/>", "http://a.example/b/1"),
            ("<base href=data:x><base href=/no/>", "http://a.example/b/1"),
            ("<base href=javascript:x>", "http://a.example/b/1"),
            ("<base href><base href=/no/>", "http://a.example/b/1"),
            // Nothing is relative to this one.
            ("<base href=mailto:x>", "not a URL: 1"),
            // These aren't there.
            ("<!-- <base href=/no/> -->", "http://a.example/b/1"),
            ("<template><base href=/no/></template>", "http://a.example/b/1"),
            ("<svg><base href=/no/></svg>", "http://a.example/b/1"),
        ] {
            let before = page(&format!("{base}<a href=1>"));
            assert_eq!(targets(&before), [expected], "{base}");
            let after = page(&format!("<a href=1></a>{base}"));
            assert_eq!(targets(&after), [expected], "{base}");
        }
    }

    #[test]
    fn a_query_is_in_the_encoding_of_the_page_and_a_path_in_utf_8() {
        for (encoding, query) in [
            (UTF_8, "caf%C3%A9"),
            (WINDOWS_1252, "caf%E9"),
            (ISO_8859_7, "caf%26%23233%3B"),
        ] {
            let page = page_at(
                "http://a.example",
                encoding,
                "<a href='/caf\u{e9}?caf&eacute;#caf\u{e9}'>",
            );
            let to = format!("http://a.example/caf%C3%A9?{query}#caf%C3%A9");
            assert_eq!(targets(&page), [to], "{}", encoding.name());
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
    }

    #[test]
    fn all_links_of_a_page_have_a_limit_together() {
        // The base would be copied 100,000 times, into 1.5 GB.
        let long = "x".repeat(15_000);
        let html =
            format!("<base href=/{long}/>{}", "<a href=1>".repeat(100_000));
        let page = page(&html);
        let limit = MIN_LINK_BYTES + MAX_GROWTH * html.len();
        assert!(page.bytes() < limit + MAX_URL_BYTES);
        assert!(page.links.len() > 500, "{}", page.links.len());
        assert_eq!(page.links.len() + page.over_limit, 100_000);
        // A base that's too long takes room, too, for it's copied all the same.
        let longer = "x".repeat(100_000);
        let html =
            format!("<base href=/{longer}/>{}", "<a href=1>".repeat(1_000));
        let links = page_at("http://a.example", UTF_8, &html);
        assert_eq!((links.links.len(), links.over_limit), (0, 1_000));
        // Nor does the URL of the page itself make more of it.
        let url = format!("http://a.example/{long}/");
        let links = page_at(&url, UTF_8, &"<a href>".repeat(10_000));
        assert_eq!(links.links.len() + links.over_limit, 10_000);
        assert!(links.over_limit > 0);
    }

    #[test]
    fn a_long_list_of_links_is_within_the_limit() {
        let links = (0..50_000).map(|n| format!("<li><a href=/{n}>{n}</a>"));
        let page = page(&links.collect::<String>());
        assert_eq!((page.links.len(), page.over_limit), (50_000, 0));
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
