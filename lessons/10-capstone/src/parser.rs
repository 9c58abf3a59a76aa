//! Parses the pages, on threads that may block.
//!
//! From lesson 05 it has `buffer_unordered`; from lesson 09 CPU-bound work on
//! threads of its own.

use std::num::NonZero;
use std::pin::pin;
use std::thread::available_parallelism;

use futures::stream::{self, StreamExt};
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::spawn_blocking;
use url::Url;

use crate::http::media_type::looks_like_html;
use crate::message::{Body, Fetched, Incomplete, Page, PageKind, Visit};
use crate::page::charset;
use crate::page::collector::Collector;
use crate::page::html;
use crate::page::xhtml;

/// Parses the pages that arrive, as many at a time as there are cores. Links
/// count on pages up to this depth.
pub async fn run(
    depth: usize,
    mut fetched: Receiver<Fetched>,
    visits: Sender<Visit>,
) {
    let cores = available_parallelism().map_or(1, NonZero::get);
    let fetched = stream::poll_fn(|context| fetched.poll_recv(context));
    let parse = |fetched| parse_fetched(depth, fetched, visits.clone());
    let mut parsed = pin!(fetched.map(parse).buffer_unordered(cores));
    while let Some(visit) = parsed.next().await {
        if visits.send(visit).await.is_err() {
            return;
        }
    }
}

/// Parses a page for the crawl that receives `visits`. A thread can't be
/// dropped, so this one checks whether that crawl is still there.
async fn parse_fetched(
    depth: usize,
    fetched: Fetched,
    visits: Sender<Visit>,
) -> Visit {
    let Fetched { job, outcome, body } = fetched;
    let mut page = Page::default();
    if let Some(body) = body {
        let url = job.url.clone();
        let parse =
            move || decode_and_parse(&url, &body, || visits.is_closed());
        page = on_own_thread(parse).await;
    }
    if job.depth > depth {
        // Links to this page need its anchors.
        let Page { anchors, incomplete, .. } = page;
        page = Page { anchors, incomplete, ..Page::default() };
    }
    Visit { job, outcome, page }
}

/// Parses on a thread that may block. A page on which the parser panics isn't
/// worth losing the others.
async fn on_own_thread(parse: impl FnOnce() -> Page + Send + 'static) -> Page {
    let incomplete = Some(Incomplete::Panic);
    let failed = |_| Page { incomplete, ..Page::default() };
    spawn_blocking(parse).await.unwrap_or_else(failed)
}

fn decode_and_parse(
    url: &Url,
    body: &Body,
    is_cancelled: impl Fn() -> bool,
) -> Page {
    if body.kind == PageKind::Unknown && !looks_like_html(&body.bytes) {
        return Page::default();
    }
    let bytes = &body.bytes;
    let encoding = match body.kind {
        PageKind::Xhtml => charset::of_xhtml(bytes, body.charset),
        PageKind::Html | PageKind::Unknown => {
            charset::of_html(bytes, body.charset)
        }
    };
    let (text, ..) = encoding.decode(bytes);
    let collector = Collector::new(url, encoding, bytes.len());
    let mut page = match body.kind {
        PageKind::Xhtml => xhtml::parse(&text, collector, is_cancelled),
        PageKind::Html | PageKind::Unknown => {
            html::parse(&text, collector, is_cancelled)
        }
    };
    if body.incomplete.is_some() {
        // The rest of the page may have more anchors.
        page.incomplete = body.incomplete;
        page.anchors = None;
    }
    page
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::channel;

    use super::*;
    use crate::message::{Job, Outcome};

    #[tokio::test]
    async fn a_page_is_parsed_only_as_long_as_the_crawl_receives_visits() {
        let (visits, receiver) = channel(1);
        let fetched = || {
            let url = Url::parse("http://a.example").expect("it is a URL");
            let bytes = b"<a href=/>x</a>".repeat(3);
            Fetched {
                job: Job { url, inside: true, depth: 0, hops: 0 },
                outcome: Outcome::Fine,
                body: Some(Body {
                    bytes,
                    kind: PageKind::Html,
                    charset: None,
                    incomplete: None,
                }),
            }
        };
        let Visit { page, .. } =
            parse_fetched(0, fetched(), visits.clone()).await;
        assert_eq!((page.links.len(), page.incomplete), (3, None));
        drop(receiver);
        let Visit { page, .. } = parse_fetched(0, fetched(), visits).await;
        assert!(page.links.is_empty());
        assert_eq!(page.incomplete, Some(Incomplete::Cancelled));
    }

    #[tokio::test]
    async fn a_panic_of_the_parser_costs_only_its_page() {
        let page = on_own_thread(|| panic!("a page it has not met yet")).await;
        assert_eq!(page.incomplete, Some(Incomplete::Panic));
        assert!(page.links.is_empty() && page.anchors.is_none());
    }

    #[test]
    fn what_kind_of_page_it_is_decides_how_it_is_parsed() {
        let url = Url::parse("http://a.example").expect("it is a URL");
        let page = |kind, text: &str| {
            let bytes = text.as_bytes().to_vec();
            let body = Body { bytes, kind, charset: None, incomplete: None };
            decode_and_parse(&url, &body, || false)
        };
        let text = "<html xmlns='http://www.w3.org/1999/xhtml'>\
                    <script src='/1'/><a href='/2'/></html>";
        assert_eq!(page(PageKind::Xhtml, text).links.len(), 2);
        // In HTML the script isn't closed.
        assert_eq!(page(PageKind::Html, text).links.len(), 1);
        assert!(page(PageKind::Html, "<br></p>").anchors.is_some());
        let malformed = page(PageKind::Xhtml, "<br></p>");
        assert_eq!(malformed.incomplete, Some(Incomplete::Malformed));
        assert_eq!(page(PageKind::Unknown, text).links.len(), 1);
        let other = page(PageKind::Unknown, "text <a href='/no'>");
        assert!(other.links.is_empty() && other.anchors.is_none());
    }

    #[test]
    fn a_page_is_decoded_with_its_own_encoding() {
        const BOM: &[u8] = b"\xef\xbb\xbf";
        let url = Url::parse("http://a.example").expect("it is a URL");
        let text = |start: &[u8], letter: &[u8], charset| {
            let link = [b"<a href=/>caf".as_slice(), letter].concat();
            let bytes = [start, &link].concat();
            let page = decode_and_parse(
                &url,
                &Body {
                    bytes,
                    kind: PageKind::Html,
                    charset,
                    incomplete: None,
                },
                || false,
            );
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
        let page = decode_and_parse(
            &url,
            &Body {
                bytes,
                kind: PageKind::Html,
                charset: None,
                incomplete: None,
            },
            || false,
        );
        assert_eq!(page.links[0].text, "caf\u{e9}");
        assert_eq!(
            text(meta, latin1, greek),
            "caf\u{3b9}",
            "the header comes first"
        );
    }
}
