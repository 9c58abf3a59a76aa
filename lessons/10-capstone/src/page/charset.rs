//! Finds out the encoding of a page, and encodes queries in it.

use std::borrow::Cow;
use std::cell::Cell;

use encoding_rs::{
    EncoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252,
    X_USER_DEFINED,
};
use lol_html::html_content::Element;
use lol_html::{
    AsciiCompatibleEncoding, HtmlRewriter, MemorySettings, Settings, element,
};

/// How much memory a parser may take for the open elements of a page, in
/// bytes.
pub const MAX_PARSER_BYTES: usize = 32_000_000;

/// The encoding of an HTML page (HTML Standard, "encoding sniffing
/// algorithm").
///
/// When nothing names it, the standard's advice is that bytes that fit the
/// pattern of UTF-8 very likely are UTF-8. For others its table has
/// windows-1252, in most of the world.
pub fn of_html(
    bytes: &[u8],
    header: Option<&'static Encoding>,
) -> &'static Encoding {
    let known = of_bom(bytes).or(header).or_else(|| in_meta(bytes));
    known.or_else(|| in_xml_declaration(bytes)).unwrap_or_else(|| {
        match str::from_utf8(bytes) {
            // A page that was cut may end within a character.
            Err(error) if error.error_len().is_some() => WINDOWS_1252,
            _ => UTF_8,
        }
    })
}

/// The encoding of an XHTML page (XML, "autodetection of character
/// encodings").
pub fn of_xhtml(
    bytes: &[u8],
    header: Option<&'static Encoding>,
) -> &'static Encoding {
    let known = of_bom(bytes).or(header);
    known.or_else(|| in_xml_declaration(bytes)).unwrap_or(UTF_8)
}

fn of_bom(bytes: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_bom(bytes).map(|(encoding, _)| encoding)
}

/// How many bytes of a page are searched for a `<meta>` with its encoding. The
/// standard looks at the first 1,024; when it comes later, a browser starts the
/// page again. All of a large page would take as long as parsing it.
const MAX_META_BYTES: usize = 100_000;

/// The first `<meta>` that names an encoding, if it isn't too far down.
fn in_meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let found = Cell::new(None);
    let meta = element!("meta", |meta| {
        found.set(of_meta(meta));
        // An error stops the parser.
        if found.get().is_some() { Err("found".into()) } else { Ok(()) }
    });
    // Up to there all that counts is ASCII.
    let ascii = AsciiCompatibleEncoding::new(WINDOWS_1252)?;
    let memory =
        MemorySettings::new().with_max_allowed_memory_usage(MAX_PARSER_BYTES);
    let settings = Settings::new()
        .with_strict(false)
        .with_memory_settings(memory)
        .with_encoding(ascii)
        .append_element_content_handler(meta);
    let mut parser = HtmlRewriter::new(settings, |_: &[u8]| {});
    let bytes = &bytes[..bytes.len().min(MAX_META_BYTES)];
    // Other errors are found again when the page is parsed.
    let _ = parser.write(bytes).and_then(|()| parser.end());
    found.get()
}

fn of_meta(meta: &Element<'_, '_>) -> Option<&'static Encoding> {
    let label = meta.get_attribute("charset").or_else(|| {
        let pragma = meta.get_attribute("http-equiv")?;
        let content = meta.get_attribute("content")?;
        let is_type = pragma.eq_ignore_ascii_case("content-type");
        is_type.then(|| label_in(&content).map(str::to_owned))?
    })?;
    declared(Encoding::for_label(label.as_bytes())?)
}

/// HTML Standard, "extracting a character encoding from a meta element".
fn label_in(content: &str) -> Option<&str> {
    let lower = content.to_ascii_lowercase();
    let value = lower.match_indices("charset").find_map(|(at, name)| {
        let rest = content[at + name.len()..].trim_ascii_start();
        rest.strip_prefix('=').map(str::trim_ascii_start)
    })?;
    match value.chars().next()? {
        quote @ ('"' | '\'') => Some(value[1..].split_once(quote)?.0),
        _ => value.split([';', ' ', '\t', '\n', '\x0c', '\r']).next(),
    }
}

/// HTML Standard, "get an XML encoding": the one in `<?xml encoding="…"?>`.
fn in_xml_declaration(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.starts_with(b"<\0?\0x\0") {
        return Some(UTF_16LE);
    }
    if bytes.starts_with(b"\0<\0?\0x") {
        return Some(UTF_16BE);
    }
    let declaration = bytes.strip_prefix(b"<?xml")?;
    let declaration = declaration.split(|byte| *byte == b'>').next()?;
    let (_, value) =
        str::from_utf8(declaration).ok()?.split_once("encoding")?;
    let value = value.trim_ascii_start().strip_prefix('=')?.trim_ascii_start();
    let quote = value.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let (label, _) = value[1..].split_once(quote)?;
    declared(Encoding::for_label(label.as_bytes())?)
}

/// What a page that can be read as ASCII says isn't always so.
fn declared(encoding: &'static Encoding) -> Option<&'static Encoding> {
    Some(match encoding {
        it if it == UTF_16LE || it == UTF_16BE => UTF_8,
        it if it == X_USER_DEFINED => WINDOWS_1252,
        other => other,
    })
}

/// The bytes of a query in the encoding of its page. A character that the
/// encoding doesn't have becomes a character reference with percent signs (URL
/// Standard, "percent-encode after encoding").
pub fn encode_query<'q>(
    encoding: &'static Encoding,
    query: &'q str,
) -> Cow<'q, [u8]> {
    let mut encoder = encoding.new_encoder();
    if query.is_ascii() && encoding.is_ascii_compatible() {
        return Cow::Borrowed(query.as_bytes());
    }
    let mut bytes = Vec::new();
    let mut rest = query;
    loop {
        bytes.reserve(rest.len() + 16);
        let (result, read) = encoder
            .encode_from_utf8_to_vec_without_replacement(
                rest, &mut bytes, true,
            );
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return Cow::Owned(bytes),
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(character) => {
                let reference = format!("%26%23{}%3B", u32::from(character));
                bytes.extend_from_slice(reference.as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{ISO_8859_7, SHIFT_JIS, WINDOWS_1251};

    use super::*;

    #[test]
    fn a_meta_that_comes_too_late_does_not_count() {
        let meta = |blanks| " ".repeat(blanks) + "<meta charset=sjis>";
        let near = meta(MAX_META_BYTES - 100);
        assert_eq!(in_meta(near.as_bytes()), Some(SHIFT_JIS));
        assert_eq!(in_meta(meta(MAX_META_BYTES).as_bytes()), None);
    }

    #[test]
    fn what_names_the_encoding_first_decides() {
        let greek = Some(ISO_8859_7);
        for (bytes, header, expected) in [
            (b"\xef\xbb\xbf<meta charset=latin1>".as_slice(), greek, UTF_8),
            (b"\xfe\xff\0<", greek, UTF_16BE),
            (b"\xff\xfe<\0", None, UTF_16LE),
            (b"<meta charset=latin1>", greek, ISO_8859_7),
            (b"<meta charset=' Latin1 '>", None, WINDOWS_1252),
            (b"<meta charset=x><meta charset=sjis>", None, SHIFT_JIS),
            (b"<meta charset=utf-16>\xe9", None, UTF_8),
            (b"<meta charset=x-user-defined>", None, WINDOWS_1252),
            (b"<!-- <meta charset=sjis> -->\xc3\xa9", None, UTF_8),
            (
                b"<meta http-equiv=Content-Type \
                content='text/html; charsets CharSet = \"sjis\"'>",
                None,
                SHIFT_JIS,
            ),
            (
                b"<meta content='text/html; charset=sjis;x' \
                http-equiv=content-type><meta charset=utf-8>",
                None,
                SHIFT_JIS,
            ),
            (b"<meta name=x content='charset=sjis'>", None, UTF_8),
            (b"<?xml encoding='windows-1251'?><p>", None, WINDOWS_1251),
            (
                b"<?xml encoding='windows-1251'?><meta charset=sjis>",
                None,
                SHIFT_JIS,
            ),
            (b"caf\xc3\xa9", None, UTF_8),
            (b"caf\xe9.", None, WINDOWS_1252),
            // The page was cut in a character.
            (b"caf\xc3", None, UTF_8),
        ] {
            let text = String::from_utf8_lossy(bytes);
            assert_eq!(of_html(bytes, header), expected, "{text}");
        }
        let late = " ".repeat(5_000) + "<meta charset=sjis>";
        assert_eq!(of_html(late.as_bytes(), None), SHIFT_JIS);
    }

    #[test]
    fn xml_is_in_utf_8_unless_it_says_otherwise() {
        let declaration = b"<?xml version='1.0' encoding = \"windows-1251\" ?>";
        assert_eq!(of_xhtml(declaration, None), WINDOWS_1251);
        assert_eq!(of_xhtml(declaration, Some(SHIFT_JIS)), SHIFT_JIS);
        assert_eq!(of_xhtml(b"<?xml version='1.0'?>\xe9.", None), UTF_8);
        assert_eq!(of_xhtml(b"<meta charset='sjis'/>", None), UTF_8);
        assert_eq!(of_xhtml(b"<\0?\0x\0m\0l\0", None), UTF_16LE);
    }

    #[test]
    fn a_query_is_encoded_as_its_page_is() {
        let encode = |encoding, query| {
            let bytes = encode_query(encoding, query).into_owned();
            bytes.escape_ascii().to_string()
        };
        assert_eq!(encode(WINDOWS_1252, "q=caf\u{e9}"), r"q=caf\xe9");
        assert_eq!(encode(WINDOWS_1252, "a\u{3bb}b"), "a%26%23955%3Bb");
        assert_eq!(encode(SHIFT_JIS, "\u{3042}"), r"\x82\xa0");
        // UTF-16 isn't for queries.
        assert_eq!(encode(UTF_16LE, "\u{e9}"), r"\xc3\xa9");
        let long = "\u{3bb}".repeat(1_000);
        assert_eq!(encode(WINDOWS_1252, &long), "%26%23955%3B".repeat(1_000));
    }
}
