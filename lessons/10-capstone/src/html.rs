//! Finds the links of an HTML page, and the anchors that links may point to.
//!
//! From lesson 08 it has the distrust of pages, and no tree of them: the tree
//! of a hostile page of 100 KB took twelve seconds, and one of 30 KB had more
//! than two million nodes. Looking at one tag after the other costs no more
//! than the page has bytes.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::rc::Rc;

use lol_html::html_content::{Element, TextType};
use lol_html::{
    HandlerResult, HtmlRewriter, MemorySettings, Settings, doctype, element,
    end_tag, text,
};

use crate::collector::Collector;
use crate::elements::{Namespace, Tag};
use crate::message::{Incomplete, Page};

/// How much memory the parser may take for the open elements of a page, in
/// bytes.
const MAX_PARSER_BYTES: usize = 32_000_000;

/// Parses a page. When `is_cancelled` returns true, it stops and returns what
/// it has.
pub fn parse(
    html: &str,
    collector: Collector<'_>,
    is_cancelled: impl Fn() -> bool,
) -> Page {
    let parser = Parser {
        collector: RefCell::new(collector),
        is_cancelled: &is_cancelled,
        incomplete: Cell::new(None),
    };
    // What made it stop is in `incomplete`.
    let _ = parser.walk(html, &Templates::default(), true);
    let Parser { collector, incomplete, .. } = parser;
    collector.into_inner().page(incomplete.into_inner())
}

/// What the parts of a page share: the page itself, and each `<noscript>`.
struct Parser<'p> {
    collector: RefCell<Collector<'p>>,
    is_cancelled: &'p dyn Fn() -> bool,
    incomplete: Cell<Option<Incomplete>>,
}

/// How many `<template>`s are open.
#[derive(Clone, Default)]
struct Templates {
    /// Their contents aren't part of the page.
    inert: Rc<Cell<usize>>,
    /// The shadow trees that a page has without a script. A person sees what's
    /// in them.
    shadow: Rc<Cell<usize>>,
}

impl Parser<'_> {
    /// Parses the page, or a part of it.
    fn walk(
        &self,
        html: &str,
        templates: &Templates,
        is_page: bool,
    ) -> HandlerResult {
        let mut attributes = Vec::new();
        let element = element!("*", |element| {
            if (self.is_cancelled)() {
                self.incomplete.set(Some(Incomplete::Cancelled));
                return Err("the crawl has ended".into());
            }
            if templates.inert.get() == 0 {
                attributes.clear();
                attributes.extend(attributes_in(html, element));
                self.element(html, element, &attributes, templates);
            }
            Ok(())
        });
        let text = text!("a", |text| {
            let is_visible = match text.text_type() {
                TextType::Data | TextType::RCData | TextType::CDataSection => {
                    true
                }
                TextType::RawText
                | TextType::ScriptData
                | TextType::PlainText => false,
            };
            if is_visible && templates.inert.get() == 0 {
                self.collector.borrow_mut().text(text.as_str());
            }
            Ok(())
        });
        // The parser takes what's in a `<noscript>` for text, as a browser does
        // with scripts. A crawler has none, so it's a part of the page. It has
        // no `<noscript>` of its own.
        let mut content = 0..0;
        let noscript = text!("noscript", |text| {
            let is_raw = text.text_type() == TextType::RawText;
            if !is_raw || !is_page || templates.inert.get() > 0 {
                return Ok(());
            }
            content = joined(&content, text.source_location().bytes());
            if !text.last_in_text_node() {
                return Ok(());
            }
            let part = html.get(std::mem::take(&mut content));
            self.walk(part.unwrap_or_default(), &templates.in_part(), false)
        });
        // With a handler that may always be needed, the parser looks at a tag
        // once. Otherwise it does so twice: to see which handlers match, and
        // to read it for them. That takes 9 % more time.
        let reads_once = doctype!(|_| Ok(()));
        // The parser remembers the open elements, and many pages never close
        // theirs.
        let memory = MemorySettings::new()
            .with_max_allowed_memory_usage(MAX_PARSER_BYTES);
        let settings = Settings::new()
            .with_strict(false)
            .with_memory_settings(memory)
            .append_element_content_handler(element)
            .append_element_content_handler(text)
            .append_element_content_handler(noscript)
            .append_document_content_handler(reads_once);
        // It could rewrite the page, too. We throw away what it writes.
        let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
        let parsed = parser.write(html.as_bytes());
        let parsed = parsed.and_then(|()| parser.end());
        if parsed.is_err() && self.incomplete.get().is_none() {
            self.incomplete.set(Some(Incomplete::Memory));
        }
        Ok(parsed?)
    }

    fn element(
        &self,
        html: &str,
        element: &mut Element<'_, '_>,
        attributes: &[(&str, &str)],
        templates: &Templates,
    ) {
        let namespace = match element.namespace_uri() {
            "http://www.w3.org/1999/xhtml" => Namespace::Html,
            "http://www.w3.org/2000/svg" => Namespace::Svg,
            _ => Namespace::Other,
        };
        let start = element.source_location().bytes().start + 1;
        let tag = html.get(start..).unwrap_or_default();
        let is_end =
            |it: char| it.is_ascii_whitespace() || matches!(it, '/' | '>');
        let name = tag.split(is_end).next().unwrap_or_default();
        let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(name.to_ascii_lowercase())
        } else {
            Cow::Borrowed(name)
        };
        let tag = Tag { namespace, name: &name, attributes, is_xml: false };
        let in_shadow = templates.shadow.get() > 0;
        self.collector.borrow_mut().tag(&tag, in_shadow);
        if tag.is("template") {
            let is_shadow = tag.has("shadowrootmode", "open")
                || tag.has("shadowrootmode", "closed");
            templates.enter(is_shadow, element);
        }
    }
}

impl Templates {
    fn enter(&self, is_shadow: bool, template: &mut Element<'_, '_>) {
        let open = if is_shadow { &self.shadow } else { &self.inert };
        let open = Rc::clone(open);
        open.set(open.get() + 1);
        if let Some(handlers) = template.end_tag_handlers() {
            handlers.push(end_tag!(move |_| {
                open.set(open.get() - 1);
                Ok(())
            }));
        }
    }

    /// Those around a part of the page. What the part leaves open ends with it.
    fn in_part(&self) -> Templates {
        Templates {
            inert: Rc::new(self.inert.as_ref().clone()),
            shadow: Rc::new(self.shadow.as_ref().clone()),
        }
    }
}

/// The attributes of an element, as they are in the page.
fn attributes_in<'p>(
    html: &'p str,
    element: &Element<'_, '_>,
) -> impl Iterator<Item = (&'p str, &'p str)> {
    element.attributes().iter().filter_map(|attribute| {
        let name = html.get(attribute.name_source_location()?.bytes())?;
        let value = attribute.value_source_location();
        let value = value.and_then(|value| html.get(value.bytes()));
        Some((name, value.unwrap_or_default()))
    })
}

/// One range and the next.
fn joined(range: &Range<usize>, next: Range<usize>) -> Range<usize> {
    if range.is_empty() { next } else { range.start..next.end }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use encoding_rs::UTF_8;
    use url::Url;

    use super::*;

    fn page(text: &str) -> Page {
        parse_until(text, || false)
    }

    fn parse_until(text: &str, is_cancelled: impl Fn() -> bool) -> Page {
        let url = Url::parse("http://a.example/b/c").expect("it is a URL");
        let collector = Collector::new(&url, UTF_8, text.len());
        parse(text, collector, is_cancelled)
    }

    /// Their paths, and their texts.
    fn links(page: &Page) -> Vec<(&str, &str)> {
        let links = page.links.iter();
        links
            .map(|it| (it.to.as_ref().map_or("", Url::path), &*it.text))
            .collect()
    }

    fn has(page: &Page, anchor: &str) -> bool {
        page.anchors.as_ref().is_some_and(|anchors| anchors.has(anchor))
    }

    #[test]
    fn links_and_anchors_are_found() {
        let page = page(
            "<A CLASS=x HREF=1 id=one>One</A><img src=2/><a name=two>no</a>\
             <p name=no><LINK rel=icon href='3'><a href=mailto:4>no</a>\
             <a\nhref = '5'\n>Five<p ID=three><source src=6 srcset='7, 8 2x'>",
        );
        let found = [
            ("/b/1", "One"),
            ("/b/2/", "<img>"),
            ("/b/3", "<link>"),
            ("/b/5", "Five"),
            ("/b/6", "<source>"),
            ("/b/7", "<source>"),
            ("/b/8", "<source>"),
        ];
        assert_eq!(links(&page), found);
        assert_eq!((page.non_http, page.incomplete), (1, None));
        assert!(has(&page, "one") && has(&page, "two") && has(&page, "three"));
        assert!(!has(&page, "no"));
    }

    #[test]
    fn attributes_and_texts_mean_what_they_mean_in_a_browser() {
        let page = page(
            "<a href='/1?a=1&amp;b=2&copy=3' HREF=/no id='&lt;'>Q &amp; <b>A\
             </b><script>no</script><style>no</style></a> no \
             <a href=tel:1>no</a><!-- <a href=/no> --><textarea><a href=/no>\
             </textarea><script>'<a href=/no id=no>'</script><a href=/2>\
             <img alt='a &lt;b>' src=/3> c</a><area href=/4 alt='&amp;d'>",
        );
        let found =
            [("/1", "Q & A"), ("/2", "a <b> c"), ("/3", "<img>"), ("/4", "&d")];
        assert_eq!(links(&page), found);
        let to = page.links[0].to.as_ref().expect("it is a URL");
        assert_eq!(to.query(), Some("a=1&b=2&copy=3"));
        assert!(has(&page, "<") && !has(&page, "no"));
    }

    #[test]
    fn svg_has_links_and_anchors_of_its_own() {
        let page = page(
            "<svg><a xlink:href='&#47;1' id=one>x<img src=/2></svg>\
             <svg><IMAGE href=/3 xlink:href=/no /><linearGradient href=/4 />\
             <style><a href=/5></style><image src=/no /><p></p>\
             <image src=/6><math><a href=/no></math>",
        );
        let found = [
            ("/1", "x"),
            ("/2", "<img>"),
            ("/3", "<image>"),
            ("/4", "<lineargradient>"),
            ("/5", "<a>"),
            ("/6", "<image>"),
        ];
        assert_eq!(links(&page), found);
        assert!(has(&page, "one"));
    }

    #[test]
    fn a_template_is_not_a_part_of_the_page() {
        let page = page(
            "<a href=1>one<template id=yes><base href=/no/><a href=/no>no\
             <p id=no><template><i id=no></template><img src=/no></template>\
             </a><svg><template><a href=2></template></svg><a href=3></a>\
             <template><a href=/no>",
        );
        let found = [("/b/1", "one"), ("/b/2", "<a>"), ("/b/3", "<a>")];
        assert_eq!(links(&page), found);
        assert!(has(&page, "yes") && !has(&page, "no"));
    }

    #[test]
    fn a_shadow_tree_has_links_and_no_anchors() {
        let page = page(
            "<div><template shadowrootmode=open><base href=/no/><a href=1>one\
             </a><p id=no><template><a href=/no></template></template></div>\
             <a href=2></a><p id=yes>",
        );
        assert_eq!(links(&page), [("/b/1", "one"), ("/b/2", "<a>")]);
        assert!(has(&page, "yes") && !has(&page, "no"));
    }

    #[test]
    fn what_a_page_has_for_clients_without_scripts_counts() {
        let page = page(
            "<noscript><base href=/x/><meta http-equiv=refresh \
             content='0; url=1'></noscript><a href=2>two<noscript>no\
             <noscript><p></noscript></a><noscript>&lt;<a href=3>three</a>\
             <p id=yes><template><i id=no></noscript><a href=4></a>\
             <template><noscript><a href=/no></noscript></template>\
             <svg><noscript><a href=5></noscript></svg>\
             <noscript><img src=6>",
        );
        let found = [
            ("/x/1", "<meta>"),
            ("/x/2", "two"),
            ("/x/3", "three"),
            ("/x/4", "<a>"),
            ("/x/5", "<a>"),
            ("/x/6", "<img>"),
        ];
        assert_eq!(links(&page), found);
        assert!(has(&page, "yes") && !has(&page, "no"));
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
        assert_eq!(links(&deeper), [("/first", "<a>")]);
        assert_eq!(deeper.incomplete, Some(Incomplete::Memory));
        let names = (0..200_000).map(|n| format!(" a{n}")).collect::<String>();
        let wide = page(&format!("<p{names}><a href=/last>"));
        assert_eq!(links(&wide), [("/last", "<a>")]);
        let deep = "<template shadowrootmode=open>".repeat(100_000);
        let deep = page(&format!("{deep}<a href=/last>"));
        assert_eq!(links(&deep), [("/last", "<a>")]);
        let deep = "<noscript>".repeat(100_000);
        let deep = page(&format!("{deep}<a href=/no>"));
        assert_eq!(deep.incomplete, None);
        let letters = "&amp;".repeat(400_000);
        let text = page(&format!("<a href=/>{letters}</a><a href=/last>"));
        assert_eq!(text.links.len(), 2);
        assert_eq!(text.incomplete, None);
    }

    #[test]
    fn parsing_stops_when_it_is_cancelled() {
        let looks = Cell::new(0);
        let is_cancelled = || looks.replace(looks.get() + 1) == 3;
        let page = parse_until(&"<a href=/>".repeat(10), is_cancelled);
        assert_eq!((page.links.len(), looks.get()), (3, 4));
        assert_eq!(page.incomplete, Some(Incomplete::Cancelled));
    }
}
