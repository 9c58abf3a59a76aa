//! What a response says about its body, in the `Content-Type` header.

use data_url::mime::Mime;
use encoding_rs::Encoding;
use encoding_rs::mem::decode_latin1;
use reqwest::header::{
    CONTENT_TYPE, HeaderMap, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};

use crate::message::PageKind;

/// This many bytes of a body decide what it is when no header does.
const SNIFFED_BYTES: usize = 1_445;
/// The tags that a page without a type may start with.
const FIRST_TAGS: [&[u8]; 17] = [
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<script",
    b"<iframe",
    b"<h1",
    b"<div",
    b"<font",
    b"<table",
    b"<a",
    b"<style",
    b"<title",
    b"<b",
    b"<body",
    b"<br",
    b"<p",
    b"<!--",
];

/// What kind of page a response has, and its encoding, if a header says so.
/// `None` if it isn't a page.
pub fn page_type(
    headers: &HeaderMap,
) -> Option<(PageKind, Option<&'static Encoding>)> {
    let Some(mime) = media_type(headers) else {
        return (!has_no_sniff(headers)).then_some((PageKind::Unknown, None));
    };
    let kind = match (mime.type_.as_str(), mime.subtype.as_str()) {
        ("text", "html") => PageKind::Html,
        ("application", "xhtml+xml") => PageKind::Xhtml,
        ("unknown" | "application", "unknown") => PageKind::Unknown,
        _ => return None,
    };
    let charset = mime.get_parameter("charset");
    Some((kind, charset.and_then(|it| Encoding::for_label(it.as_bytes()))))
}

/// Whether a body without a type is an HTML page (MIME Sniffing Standard,
/// "rules for identifying an unknown MIME type").
pub fn looks_like_html(body: &[u8]) -> bool {
    let start = body[..body.len().min(SNIFFED_BYTES)].trim_ascii_start();
    FIRST_TAGS.iter().any(|tag| {
        start.split_at_checked(tag.len()).is_some_and(|(first, rest)| {
            first.eq_ignore_ascii_case(tag)
                && (*tag == b"<!--"
                    || matches!(rest.first(), Some(b' ' | b'>')))
        })
    })
}

/// Fetch Standard, "extract a MIME type": there may be several, and the last
/// one that can be parsed counts.
fn media_type(headers: &HeaderMap) -> Option<Mime> {
    let values = headers.get_all(CONTENT_TYPE).iter();
    let values: Vec<_> =
        values.map(|it| decode_latin1(it.as_bytes())).collect();
    let mut last: Option<Mime> = None;
    for part in values.iter().flat_map(|value| split_at_commas(value)) {
        let Ok(mut mime) = part.parse::<Mime>() else { continue };
        if mime.matches("*", "*") {
            continue;
        }
        // The same type once more keeps the encoding that was there before.
        if let Some(last) = &last
            && last.matches(&mime.type_, &mime.subtype)
            && let Some(charset) = last.get_parameter("charset")
            && mime.get_parameter("charset").is_none()
        {
            mime.parameters.push(("charset".to_owned(), charset.to_owned()));
        }
        last = Some(mime);
    }
    last
}

/// A comma between quotes doesn't separate.
fn split_at_commas(value: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    value.split(move |character| {
        is_quoted ^= character == '"';
        character == ',' && !is_quoted
    })
}

fn has_no_sniff(headers: &HeaderMap) -> bool {
    let first = headers.get(X_CONTENT_TYPE_OPTIONS).map(HeaderValue::as_bytes);
    first.is_some_and(|value| {
        let first = value.split(|byte| *byte == b',').next();
        first.unwrap_or_default().trim_ascii().eq_ignore_ascii_case(b"nosniff")
    })
}

#[cfg(test)]
mod tests {
    use encoding_rs::{UTF_8, WINDOWS_1252};

    use super::*;

    fn headers(types: &[&'static str]) -> HeaderMap {
        let value = |it: &&'static str| HeaderValue::from_static(it);
        types.iter().map(value).map(|it| (CONTENT_TYPE, it)).collect()
    }

    #[test]
    fn a_content_type_is_read_as_a_browser_reads_it() {
        let html = PageKind::Html;
        let latin1 = Some(WINDOWS_1252);
        for (types, expected) in [
            (vec!["text/html"], Some((html, None))),
            (vec!["TEXT/HTML;CHARSET=UTF-8"], Some((html, Some(UTF_8)))),
            (vec!["text/html ; charset=iso-8859-1"], Some((html, latin1))),
            (vec!["text/html;;charset=iso-8859-1"], Some((html, latin1))),
            (vec!["text/html; x; charset=latin1;"], Some((html, latin1))),
            (vec!["text/html; charset=\"latin1\""], Some((html, latin1))),
            (vec!["text/html; charset=\"latin1"], Some((html, latin1))),
            (
                vec!["text/html; charset=latin1; charset=utf-8"],
                Some((html, latin1)),
            ),
            (vec!["text/html; charset"], Some((html, None))),
            (vec!["text/html; charset=none"], Some((html, None))),
            (
                vec!["application/xhtml+xml; charset=utf-8"],
                Some((PageKind::Xhtml, Some(UTF_8))),
            ),
            (vec!["text/plain"], None),
            (vec!["image/svg+xml"], None),
            // More than one, in one header or in several.
            (vec!["text/plain", "text/html"], Some((html, None))),
            (vec!["text/html", "text/plain"], None),
            (vec!["text/html;charset=latin1, text/html"], Some((html, latin1))),
            (vec!["text/html;charset=latin1", "*/*"], Some((html, latin1))),
            (vec!["text/html;charset=latin1", "html"], Some((html, latin1))),
            (vec!["text/html; x=\"a, text/plain\""], Some((html, None))),
            // None that can be parsed.
            (vec!["html"], Some((PageKind::Unknown, None))),
            (vec![], Some((PageKind::Unknown, None))),
        ] {
            assert_eq!(page_type(&headers(&types)), expected, "{types:?}");
        }
    }

    #[test]
    fn a_header_may_forbid_to_guess_the_type() {
        let mut headers = HeaderMap::new();
        let value = HeaderValue::from_static("NoSniff, x");
        headers.insert(X_CONTENT_TYPE_OPTIONS, value);
        assert_eq!(page_type(&headers), None);
    }

    #[test]
    fn a_body_without_a_type_is_a_page_if_it_starts_like_one() {
        for page in
            ["<!DOCTYPE HTML>", "\n\t <html lang=x>", "<a href=/>", "<!--x"]
        {
            assert!(looks_like_html(page.as_bytes()), "{page}");
        }
        for other in
            ["", "text", "<abbr>", "<!doctype html", "<?xml?>", "<a\n>"]
        {
            assert!(!looks_like_html(other.as_bytes()), "{other}");
        }
    }
}
