//! Finds the links of an XHTML page, which is XML, and its anchors.
//!
//! `<a id="x"/>` is a whole element there, names have prefixes, and a browser
//! stops where it finds an error. No entity is expanded but those of HTML, and
//! no tree is built, so a page costs no more than it has bytes.

use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{
    Namespace as Uri, NamespaceError, NamespaceResolver, QName, ResolveResult,
};
use quick_xml::{Error, NsReader};

use crate::message::{Incomplete, Page};
use crate::page::collector::Collector;
use crate::page::elements::{Namespace, Tag};

const HTML: Uri<'_> = Uri("http://www.w3.org/1999/xhtml");
const SVG: Uri<'_> = Uri("http://www.w3.org/2000/svg");
const XLINK: Uri<'_> = Uri("http://www.w3.org/1999/xlink");

/// Parses a page. When `is_cancelled` returns true, it stops and returns what
/// it has.
pub fn parse(
    xml: &str,
    collector: Collector<'_>,
    is_cancelled: impl Fn() -> bool,
) -> Page {
    let mut parser = Parser { collector, depth: 0, link: None, ignored: None };
    let incomplete = parser.run(xml, is_cancelled).err();
    parser.collector.page(incomplete)
}

struct Parser<'u> {
    collector: Collector<'u>,
    /// How many elements are open.
    depth: usize,
    /// The depth of the `<a>` that's open.
    link: Option<usize>,
    /// The depth of the open element whose contents don't count: those of a
    /// `<template>` aren't part of the page, and code isn't visible.
    ignored: Option<usize>,
}

impl Parser<'_> {
    fn run(
        &mut self,
        xml: &str,
        is_cancelled: impl Fn() -> bool,
    ) -> Result<(), Incomplete> {
        let mut reader = NsReader::from_str(xml);
        loop {
            match reader.read_event().map_err(reason)? {
                Event::Start(_) | Event::Empty(_) if is_cancelled() => {
                    return Err(Incomplete::Cancelled);
                }
                Event::Start(tag) => self.start(reader.resolver(), &tag)?,
                Event::Empty(tag) => {
                    self.start(reader.resolver(), &tag)?;
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::Text(text) => self.text(&text),
                Event::GeneralRef(name) => self.text(&format!("&{};", &*name)),
                Event::CData(text) => self.text(&text.replace('&', "&amp;")),
                Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_) => {}
                // Something was never closed.
                Event::Eof if self.depth > 0 => {
                    return Err(Incomplete::Malformed);
                }
                Event::Eof => return Ok(()),
            }
        }
    }

    fn start(
        &mut self,
        names: &NamespaceResolver,
        start: &BytesStart<'_>,
    ) -> Result<(), Incomplete> {
        self.depth += 1;
        if self.ignored.is_some() {
            return Ok(());
        }
        let (uri, name) = names.resolve_element(start.name());
        let namespace = match uri {
            ResolveResult::Bound(HTML) => Namespace::Html,
            ResolveResult::Bound(SVG) => Namespace::Svg,
            ResolveResult::Bound(_) | ResolveResult::Unbound => {
                Namespace::Other
            }
            ResolveResult::Unknown(_) => return Err(Incomplete::Malformed),
        };
        let attributes: Result<Vec<_>, _> = start.attributes().collect();
        let attributes = attributes.map_err(|_| Incomplete::Malformed)?;
        let mut pairs = Vec::with_capacity(attributes.len());
        for Attribute { key, value } in &attributes {
            if let Some(name) = html_name(names, *key)? {
                pairs.push((name, value.as_ref()));
            }
        }
        let name = name.into_inner();
        let tag = Tag { namespace, name, attributes: &pairs, is_xml: true };
        self.collector.tag(&tag, false);
        match name {
            "template" if tag.is(name) => self.ignored = Some(self.depth),
            "script" | "style" => self.ignored = Some(self.depth),
            "a" => self.link = Some(self.depth),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self) {
        if self.ignored == Some(self.depth) {
            self.ignored = None;
        }
        if self.link == Some(self.depth) {
            self.link = None;
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn text(&mut self, piece: &str) {
        if self.link.is_some() && self.ignored.is_none() {
            self.collector.text(piece);
        }
    }
}

/// The name that an attribute has in HTML, if it has one. The prefix of
/// `xlink:href` may be a different one.
fn html_name<'t>(
    names: &NamespaceResolver,
    name: QName<'t>,
) -> Result<Option<&'t str>, Incomplete> {
    if name.prefix().is_none() {
        return Ok(Some(name.into_inner()));
    }
    match names.resolve_attribute(name) {
        (ResolveResult::Bound(XLINK), local) => {
            let is_href = local.into_inner() == "href";
            Ok(is_href.then_some("xlink:href"))
        }
        (ResolveResult::Unknown(_), _) => Err(Incomplete::Malformed),
        (ResolveResult::Bound(_) | ResolveResult::Unbound, _) => Ok(None),
    }
}

fn reason(error: Error) -> Incomplete {
    match error {
        Error::Namespace(
            NamespaceError::TooDeeplyNested(_)
            | NamespaceError::TooManyBindings(_),
        ) => Incomplete::Memory,
        _ => Incomplete::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::UTF_8;
    use url::Url;

    use super::*;

    fn page(body: &str) -> Page {
        let xml = format!(
            "<?xml version='1.0'?><!DOCTYPE html><html \
             xmlns='http://www.w3.org/1999/xhtml' \
             xmlns:x='http://www.w3.org/1999/xlink' \
             xmlns:s='http://www.w3.org/2000/svg'>{body}</html>"
        );
        parse_all(&xml)
    }

    fn parse_all(xml: &str) -> Page {
        let url = Url::parse("http://a.example/b/c").expect("it is a URL");
        parse(xml, Collector::new(&url, UTF_8, xml.len()), || false)
    }

    /// Their paths, and their texts.
    fn links(page: &Page) -> Vec<(&str, &str)> {
        let links = page.links.iter();
        links
            .map(|it| (it.to.as_ref().map_or("", Url::path), &*it.text))
            .collect()
    }

    #[test]
    fn an_empty_element_is_closed() {
        let page = page(
            "<script src='/1'/><a id='one'/>no<a href='/2'>two</a>\
             <p id='three'/><template/><a href='/3'/>no",
        );
        let found = [("/1", "<script>"), ("/2", "two"), ("/3", "<a>")];
        assert_eq!(links(&page), found);
        let anchors = page.anchors.expect("they are known");
        assert!(anchors.has("one") && anchors.has("three"));
    }

    #[test]
    fn texts_have_references_and_sections() {
        let page = page(
            "<a href='/?a=1&amp;b'>A &amp; B&#33; <![CDATA[<i> &amp; \
             ]]><script>no</script>&nbsp;end</a>",
        );
        assert_eq!(links(&page), [("/", "A & B! <i> &amp; end")]);
    }

    #[test]
    fn names_belong_to_a_namespace_and_have_a_case() {
        let page = page(
            "<A href='/no'/><a HREF='/no'/><s:a x:href='/1'>x</s:a>\
             <s:image x:href='/2'/><o:a xmlns:o='http://o.example' \
             href='/no' id='o'/><a xmlns='' href='/no'/>\
             <s:a s:href='/no'/><s:title s:id='no' xml:id='no'/>",
        );
        assert_eq!(links(&page), [("/1", "x"), ("/2", "<image>")]);
        let anchors = page.anchors.expect("they are known");
        assert!(anchors.has("o") && !anchors.has("no"));
    }

    #[test]
    fn a_template_is_left_out_and_a_base_counts() {
        let page = page(
            "<a href='1'/><template><template/><base href='/no/'/>\
             <a href='/no'/><p id='no'/></template><base href='/x/'/>\
             <noscript><a href='2'/></noscript>",
        );
        assert_eq!(links(&page), [("/x/1", "<a>"), ("/x/2", "<a>")]);
        assert!(!page.anchors.expect("they are known").has("no"));
    }

    #[test]
    fn a_browser_stops_at_an_error() {
        for wrong in [
            "<br></p>",
            "<p a>",
            "<p a=1/>",
            "<p a='' a=''/>",
            "<y:p/>",
            "<p y:a=''/>",
            "<p>",
            "&",
            "<!--",
        ] {
            let page = page(&format!("<a href='/1'/>{wrong}<a href='/2'/>"));
            assert_eq!(page.incomplete, Some(Incomplete::Malformed), "{wrong}");
            assert_eq!(links(&page)[0], ("/1", "<a>"), "{wrong}");
            assert!(page.anchors.is_none(), "{wrong}");
        }
        assert_eq!(page("<a href='/1'/>").incomplete, None);
        let cut = parse_all("<html><p/>");
        assert_eq!(cut.incomplete, Some(Incomplete::Malformed));
    }

    #[test]
    fn the_cost_of_a_page_is_limited() {
        let deep = page(&"<p>".repeat(1_000_000));
        assert_eq!(deep.incomplete, Some(Incomplete::Memory));
        let names = (0..100_000).map(|n| format!(" xmlns:n{n}='x'"));
        let names = page(&format!("<p{}/>", names.collect::<String>()));
        assert_eq!(names.incomplete, Some(Incomplete::Memory));
        let wide = (0..200_000).map(|n| format!(" a{n}='x'"));
        let wide = wide.collect::<String>();
        let wide = page(&format!("<p{wide}/><a href='/last'/>"));
        assert_eq!(links(&wide), [("/last", "<a>")]);
        let bomb = "<!DOCTYPE p [<!ENTITY a '&b;&b;'><!ENTITY b 'x'>]>\
                    <a xmlns='http://www.w3.org/1999/xhtml' href='/'>&a;</a>";
        assert_eq!(links(&parse_all(bomb)), [("/", "&a;")]);
    }

    #[test]
    fn parsing_stops_when_it_is_cancelled() {
        let url = Url::parse("http://a.example").expect("it is a URL");
        let collector = Collector::new(&url, UTF_8, 0);
        let page = parse("<p><a/></p>", collector, || true);
        assert_eq!(page.incomplete, Some(Incomplete::Cancelled));
    }
}
