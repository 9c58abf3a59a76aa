//! Finds the links of an HTML page, and the anchors that links may point to.
//!
//! From lesson 08 it has the distrust of pages, and no tree of them: the tree
//! of a hostile page of 100 KB took twelve seconds, and one of 30 KB had more
//! than two million nodes. Looking at one tag after the other costs no more
//! than the page has bytes.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lol_html::errors::RewritingError;
use lol_html::html_content::{Element, TextType};
use lol_html::{
    HtmlRewriter, MemorySettings, Settings, doctype, element, end_tag, text,
};

use crate::message::{Incomplete, Page};
use crate::page::charset::MAX_PARSER_BYTES;
use crate::page::collector::Collector;
use crate::page::elements::{Namespace, Tag};

/// Parses a page. When `is_cancelled` returns true, it stops and returns what
/// it has.
pub fn parse(
    html: &str,
    collector: Collector<'_>,
    is_cancelled: impl Fn() -> bool,
) -> Page {
    let reader = Reader {
        collector: RefCell::new(collector),
        noscript: RefCell::default(),
        is_cancelled: &is_cancelled,
    };
    // The parser takes what's in a `<noscript>` for text, as a browser does
    // with scripts. A crawler has none, so it's a part of the page. In it there
    // can't be another one.
    let read = reader.read(html).and_then(|()| {
        let noscript = reader.noscript.take();
        reader.read(&noscript)
    });
    reader.collector.into_inner().page(read.err())
}

/// Passes the tags of a page on to its collector.
struct Reader<'p> {
    collector: RefCell<Collector<'p>>,
    /// What's in all its `<noscript>`s.
    noscript: RefCell<String>,
    is_cancelled: &'p dyn Fn() -> bool,
}

impl Reader<'_> {
    /// Reads the page, or a part of it.
    fn read(&self, html: &str) -> Result<(), Incomplete> {
        let templates = Templates::default();
        let mut attributes = Vec::new();
        let element = element!("*", |element| {
            if (self.is_cancelled)() {
                return Err("the crawl has ended".into());
            }
            if templates.are_closed() {
                attributes.clear();
                attributes.extend(attributes_in(html, element));
                self.element(html, element, &attributes, &templates);
            }
            Ok(())
        });
        let link = text!("a", |text| {
            if text.text_type() == TextType::Data && templates.are_closed() {
                self.collector.borrow_mut().text(text.as_str());
            }
            Ok(())
        });
        let noscript = text!("noscript", |text| {
            // In SVG it's like any other element.
            if text.text_type() == TextType::RawText && templates.are_closed() {
                let mut noscript = self.noscript.borrow_mut();
                noscript.push_str(text.as_str());
                if text.last_in_text_node() {
                    noscript.push_str("</noscript>");
                }
            }
            Ok(())
        });
        let settings = Settings::new()
            .append_element_content_handler(element)
            .append_element_content_handler(link)
            .append_element_content_handler(noscript);
        match run(html, settings) {
            Ok(()) => Ok(()),
            Err(RewritingError::ContentHandlerError(_)) => {
                Err(Incomplete::Cancelled)
            }
            Err(_) => Err(Incomplete::Memory),
        }
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
        let name = name_in(html, element);
        let tag = Tag { namespace, name: &name, attributes, is_xml: false };
        let is_in_shadow = templates.shadow.get() > 0;
        self.collector.borrow_mut().tag(&tag, is_in_shadow);
        if tag.is("template") {
            let is_shadow = tag.has("shadowrootmode", "open")
                || tag.has("shadowrootmode", "closed");
            templates.enter(is_shadow, element);
        }
    }
}

fn run(html: &str, settings: Settings<'_, '_>) -> Result<(), RewritingError> {
    // The parser remembers the open elements, and many pages never close
    // theirs.
    let memory =
        MemorySettings::new().with_max_allowed_memory_usage(MAX_PARSER_BYTES);
    // With a handler that may always be needed, the parser looks at a tag once.
    // Otherwise it does so twice: to see which handlers match, and to read it
    // for them. That takes 9 % more time.
    let looks_once = doctype!(|_| Ok(()));
    let settings = settings
        .with_strict(false)
        .with_memory_settings(memory)
        .append_document_content_handler(looks_once);
    // It could rewrite the page, too. We throw away what it writes.
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    parser.write(html.as_bytes())?;
    parser.end()
}

/// How many `<template>`s are open.
#[derive(Default)]
struct Templates {
    /// Their contents aren't part of the page.
    inert: Rc<Cell<usize>>,
    /// The shadow trees that a page has without a script. A person sees what's
    /// in them.
    shadow: Rc<Cell<usize>>,
}

impl Templates {
    /// Whether what goes by is a part of the page.
    fn are_closed(&self) -> bool {
        self.inert.get() == 0
    }

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
}

/// The name of an element, in lower case.
fn name_in<'p>(html: &'p str, element: &Element<'_, '_>) -> Cow<'p, str> {
    let start = element.source_location().bytes().start + "<".len();
    let tag = html.get(start..).unwrap_or_default();
    let is_end = |it: char| it.is_ascii_whitespace() || matches!(it, '/' | '>');
    let name = tag.split(is_end).next().unwrap_or_default();
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
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
    fn a_template_that_is_never_closed_ends_with_what_it_is_in() {
        let page = page("<div><template><a href=/no></div><a href=1></a>");
        assert_eq!(links(&page), [("/b/1", "<a>")]);
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
             <noscript><p></noscript></a><svg><noscript><a href=3></noscript>\
             </svg><noscript>&lt;<a href=4>four</a><p id=yes><template>\
             <i id=no></template></noscript><a href=5></a>\
             <template><noscript><a href=/no></noscript></template>\
             <noscript><img src=6>",
        );
        let found = [
            ("/x/2", "two"),
            ("/x/3", "<a>"),
            ("/x/5", "<a>"),
            ("/x/1", "<meta>"),
            ("/x/4", "four"),
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
        let many = "<noscript><p></noscript>".repeat(100_000);
        let many = page(&format!("{many}<a href=/last>"));
        assert_eq!(links(&many), [("/last", "<a>")]);
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
