//! Knows which attributes hold URLs, by the index of attributes in the HTML
//! Standard and the one in SVG 2.
//!
//! Some addresses are left out, because a GET request for them wouldn't be the
//! request that a browser sends: `action` and `formaction` get the data of a
//! form, and `ping` gets a POST. So are names that only look like URLs
//! (`itemtype`, `itemid`), and attributes that browsers no longer follow
//! (`longdesc`, `manifest`, `codebase`).

use std::borrow::Cow;

use htmlize::unescape_attribute;

use crate::page::refresh::refresh_target;
use crate::page::srcset::candidates;

/// What language an element belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// HTML.
    Html,
    /// SVG.
    Svg,
    /// Any other, MathML for example.
    Other,
}

/// A start tag.
#[derive(Debug)]
pub struct Tag<'t> {
    /// The language of the element.
    pub namespace: Namespace,
    /// Its name without a prefix; in HTML in lower case.
    pub name: &'t str,
    /// Its attributes, and their values as they are in the page.
    pub attributes: &'t [(&'t str, &'t str)],
    /// Whether it's XML, where `HREF` isn't `href`.
    pub is_xml: bool,
}

impl<'t> Tag<'t> {
    /// Whether it's this HTML element.
    pub fn is(&self, name: &str) -> bool {
        self.namespace == Namespace::Html && self.name == name
    }

    /// The value of an attribute as it is in the page. Of several attributes
    /// with the same name the first one counts.
    pub fn raw(&self, name: &str) -> Option<&'t str> {
        let mut attributes = self.attributes.iter();
        let (_, value) = attributes.find(|(given, _)| {
            *given == name || !self.is_xml && given.eq_ignore_ascii_case(name)
        })?;
        Some(value)
    }

    /// The value of an attribute without character references.
    pub fn get(&self, name: &str) -> Option<Cow<'t, str>> {
        let value = self.raw(name)?;
        Some(if self.is_xml && value.contains(['\t', '\n', '\r']) {
            // XML, "attribute-value normalization".
            let value =
                value.replace("\r\n", " ").replace(['\t', '\n', '\r'], " ");
            Cow::Owned(unescape_attribute(value).into_owned())
        } else {
            unescape_attribute(value)
        })
    }

    /// Whether an attribute has this value, in any case.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|it| it.eq_ignore_ascii_case(value))
    }
}

/// Calls `found` with every URL that an element refers to.
pub fn for_each_url(tag: &Tag<'_>, mut found: impl FnMut(&str)) {
    // Only a hyperlink may be empty, and leads to its own page.
    let mut one = |name| {
        if let Some(url) = tag.get(name).filter(|url| !url.is_empty()) {
            found(&url);
        }
    };
    match tag.namespace {
        Namespace::Html => match tag.name {
            "a" | "area" => {
                if let Some(url) = tag.get("href") {
                    found(&url);
                }
            }
            "link" if is_fetched(tag) => {
                one("href");
                images(tag, "imagesrcset", found);
            }
            "img" | "source" => {
                one("src");
                images(tag, "srcset", found);
            }
            // HTML's parser takes it for an <img>.
            "image" if !tag.is_xml => {
                one("src");
                images(tag, "srcset", found);
            }
            "audio" | "embed" | "frame" | "iframe" | "script" | "track" => {
                one("src");
            }
            "video" => {
                one("src");
                one("poster");
            }
            "input" if tag.has("type", "image") => one("src"),
            "object" => one("data"),
            "blockquote" | "del" | "ins" | "q" => one("cite"),
            // It's obsolete, and browsers still load it.
            "body" | "table" | "tbody" | "td" | "tfoot" | "th" | "thead"
            | "tr" => one("background"),
            "meta" if tag.has("http-equiv", "refresh") => {
                let content = tag.get("content");
                if let Some(url) = content.as_deref().and_then(refresh_target) {
                    found(url);
                }
            }
            _ => {}
        },
        Namespace::Svg if may_refer(tag.name) => {
            // The old name counts only without the new one.
            let is_new = tag.get("href").is_some();
            one(if is_new { "href" } else { "xlink:href" });
        }
        Namespace::Svg | Namespace::Other => {}
    }
}

fn images(tag: &Tag<'_>, name: &str, found: impl FnMut(&str)) {
    let srcset = tag.get(name);
    candidates(srcset.as_deref().unwrap_or_default()).for_each(found);
}

/// Whether a GET request for a `<link>` makes sense. `preconnect` and
/// `dns-prefetch` only name a host, and `pingback` needs a POST. Without a
/// `rel` it isn't a link at all.
fn is_fetched(tag: &Tag<'_>) -> bool {
    let rel = tag.get("rel").unwrap_or_default();
    rel.split_ascii_whitespace().any(|rel| {
        !["preconnect", "dns-prefetch", "pingback"]
            .iter()
            .any(|other| rel.eq_ignore_ascii_case(other))
    })
}

/// Whether it's an SVG element that may have an `href`. HTML's parser ignores
/// case.
fn may_refer(name: &str) -> bool {
    [
        "a",
        "animate",
        "animateMotion",
        "animateTransform",
        "feImage",
        "image",
        "linearGradient",
        "mpath",
        "pattern",
        "radialGradient",
        "script",
        "set",
        "textPath",
        "use",
    ]
    .iter()
    .any(|it| it.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(
        namespace: Namespace,
        name: &str,
        attributes: &[(&str, &str)],
        is_xml: bool,
    ) -> Vec<String> {
        let mut urls = Vec::new();
        let tag = Tag { namespace, name, attributes, is_xml };
        for_each_url(&tag, |url| urls.push(url.to_owned()));
        urls
    }

    fn html(name: &str, attributes: &[(&str, &str)]) -> Vec<String> {
        urls(Namespace::Html, name, attributes, false)
    }

    #[test]
    fn the_attributes_that_hold_urls_are_those_of_the_standards() {
        for (names, attribute) in [
            (vec!["a", "area"], "href"),
            (
                vec![
                    "audio", "embed", "frame", "iframe", "image", "img",
                    "script", "source", "track", "video",
                ],
                "src",
            ),
            (vec!["img", "source"], "srcset"),
            (vec!["video"], "poster"),
            (vec!["object"], "data"),
            (vec!["blockquote", "del", "ins", "q"], "cite"),
            (vec!["body", "table", "td"], "background"),
        ] {
            for name in names {
                let found = html(name, &[("class", "x"), (attribute, "/to")]);
                assert_eq!(found, ["/to"], "{name} {attribute}");
            }
        }
    }

    #[test]
    fn attributes_of_other_elements_mean_nothing() {
        let all = [
            "href",
            "src",
            "srcset",
            "data",
            "poster",
            "cite",
            "action",
            "formaction",
            "ping",
            "longdesc",
            "itemtype",
            "usemap",
            "manifest",
            "imagesrcset",
            "xlink:href",
            "background",
        ]
        .map(|name| (name, "/no"));
        for name in [
            "base", "button", "form", "html", "input", "li", "meta", "my-card",
            "p", "span", "use",
        ] {
            assert!(html(name, &all).is_empty(), "{name}");
        }
        assert!(urls(Namespace::Other, "a", &all, false).is_empty());
        assert!(urls(Namespace::Svg, "img", &all, false).is_empty());
    }

    #[test]
    fn a_link_counts_if_it_is_requested() {
        let link = |rel| html("link", &[("rel", rel), ("href", "/to")]);
        for rel in ["stylesheet", "x Preconnect", "icon"] {
            assert_eq!(link(rel), ["/to"], "{rel}");
        }
        for rel in ["", " ", "preconnect", "DNS-Prefetch  pingback"] {
            assert!(link(rel).is_empty(), "{rel}");
        }
        assert!(html("link", &[("href", "/no")]).is_empty());
        let preload = [("rel", "preload"), ("imagesrcset", "/1 1x, /2 2x")];
        assert_eq!(html("link", &preload), ["/1", "/2"]);
    }

    #[test]
    fn other_attributes_decide_what_an_element_is() {
        let input = |kind| html("input", &[("type", kind), ("src", "/to")]);
        assert_eq!(input("IMAGE"), ["/to"]);
        assert!(input("text").is_empty());
        let meta = |equiv| {
            html("meta", &[("http-equiv", equiv), ("content", "1;/to")])
        };
        assert_eq!(meta("Refresh"), ["/to"]);
        assert!(meta("x").is_empty());
    }

    #[test]
    fn only_a_hyperlink_may_be_empty() {
        assert_eq!(html("a", &[("href", "")]), [""]);
        for (name, attribute) in
            [("img", "src"), ("video", "poster"), ("q", "cite")]
        {
            assert!(html(name, &[(attribute, "")]).is_empty(), "{name}");
        }
    }

    #[test]
    fn svg_links_have_an_old_name_and_a_new_one() {
        let svg = |name, attributes: &[_]| {
            urls(Namespace::Svg, name, attributes, false)
        };
        let both = [("xlink:href", "/old"), ("href", "/new")];
        assert_eq!(svg("a", &both), ["/new"]);
        assert_eq!(svg("image", &both[..1]), ["/old"]);
        assert_eq!(svg("lineargradient", &[("HREF", "#x")]), ["#x"]);
        assert!(svg("path", &both).is_empty());
    }

    #[test]
    fn a_value_loses_its_character_references_and_in_xml_its_line_ends() {
        let value = [("href", "/?a=1&amp;b&#61;2\n3")];
        assert_eq!(html("a", &value), ["/?a=1&b=2\n3"]);
        let xml = urls(Namespace::Html, "a", &value, true);
        assert_eq!(xml, ["/?a=1&b=2 3"]);
        let capitals = [("HREF", "/no"), ("Href", "/no")];
        assert_eq!(html("a", &capitals), ["/no"]);
        assert!(urls(Namespace::Html, "a", &capitals, true).is_empty());
    }
}
