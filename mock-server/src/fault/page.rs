//! Faults of the page: what it is, not how it travels.

use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};

use super::Fault;
use super::catalogue::{Allows, Kind, Parameter};
use super::gzip::bomb;

const CHARSETS: [Charset; 4] = [Charset::Latin1, Charset::Latin1Meta, Charset::InvalidUtf8, Charset::Unknown];
const TYPES: [ContentType; 3] = [ContentType::Pdf, ContentType::None, ContentType::Wrong];
const TITLES: [Title; 9] = [
    Title::None,
    Title::Empty,
    Title::Nested,
    Title::Comment,
    Title::Script,
    Title::Entities,
    Title::Huge,
    Title::Control,
    Title::Escape,
];

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "gzip-bomb",
        behaviour: "The body is gzipped and inflates to this size, about a thousand times what is sent.",
        parameters: &[Parameter {
            name: "size",
            allows: Allows::Number { unit: "MB", least: 1, most: 4096 },
            default: Some("256"),
        }],
        example: "gzip-bomb?size=256",
        make: |values| Ok(Fault::GzipBomb { megabytes: values.number("size") }),
    },
    Kind {
        name: "charset",
        behaviour: "The title has accents. The encoding is named in the header, only in the page, wrongly, or by an unknown name.",
        parameters: &[Parameter {
            name: "as",
            allows: Allows::Choice(&["latin1", "latin1-meta", "invalid-utf8", "unknown"]),
            default: Some("latin1"),
        }],
        example: "charset?as=latin1-meta",
        make: |values| Ok(Fault::Charset(CHARSETS[values.choice("as")])),
    },
    Kind {
        name: "type",
        behaviour: "Content-Type says PDF, is missing, or says picture although the body is a page.",
        parameters: &[Parameter {
            name: "as",
            allows: Allows::Choice(&["pdf", "none", "wrong"]),
            default: Some("pdf"),
        }],
        example: "type?as=wrong",
        make: |values| Ok(Fault::ContentType(TYPES[values.choice("as")])),
    },
    Kind {
        name: "title",
        behaviour: "The title is missing, empty, preceded by a false one, nested, 1 MB long, or full of terminal control characters.",
        parameters: &[Parameter {
            name: "as",
            allows: Allows::Choice(&[
                "none", "empty", "nested", "comment", "script", "entities", "huge", "control", "escape",
            ]),
            default: Some("none"),
        }],
        example: "title?as=escape",
        make: |values| Ok(Fault::Title(TITLES[values.choice("as")])),
    },
];

/// How a page's encoding surprises. Its title is `Café crème`, but for `InvalidUtf8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// Latin-1, and the header says so.
    Latin1,
    /// Latin-1, and only the page's `meta` says so.
    Latin1Meta,
    /// The header says UTF-8, and the title has bytes that are none.
    InvalidUtf8,
    /// UTF-8 under a name that nobody knows.
    Unknown,
}

/// How `Content-Type` surprises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentType {
    /// A PDF that says it is one.
    Pdf,
    /// No such header.
    None,
    /// `image/png` on the site's page.
    Wrong,
}

/// How a page's title surprises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Title {
    /// There is none.
    None,
    /// It is empty.
    Empty,
    /// A title in the title.
    Nested,
    /// One in a comment comes before it.
    Comment,
    /// One in a script comes before it.
    Script,
    /// It is written with entities.
    Entities,
    /// It has a million letters.
    Huge,
    /// It has control characters.
    Control,
    /// It has escape sequences that a terminal obeys.
    Escape,
}

pub(super) fn alter(fault: &Fault, mut page: Response<Bytes>) -> Response<Bytes> {
    match *fault {
        Fault::GzipBomb { megabytes } => {
            page.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            page.map(|_| bomb(megabytes))
        }
        Fault::Charset(charset) => with_charset(page, charset),
        Fault::ContentType(ContentType::Pdf) => {
            typed(page, "application/pdf").map(|_| Bytes::from_static(b"%PDF-1.4\n%%EOF\n"))
        }
        Fault::ContentType(ContentType::Wrong) => typed(page, "image/png"),
        Fault::ContentType(ContentType::None) => {
            page.headers_mut().remove(CONTENT_TYPE);
            page
        }
        Fault::Title(title) => page.map(|body| with_title(&body, &title_element(title))),
        _ => page,
    }
}

fn typed(mut page: Response<Bytes>, content_type: &'static str) -> Response<Bytes> {
    page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    page
}

fn with_charset(page: Response<Bytes>, charset: Charset) -> Response<Bytes> {
    const LATIN1: &[u8] = b"<title>Caf\xe9 cr\xe8me</title>";
    let (content_type, title): (_, &[u8]) = match charset {
        Charset::Latin1 => ("text/html; charset=iso-8859-1", LATIN1),
        Charset::Latin1Meta => ("text/html", LATIN1),
        Charset::InvalidUtf8 => ("text/html; charset=utf-8", b"<title>Caf\xff\xfe</title>"),
        Charset::Unknown => ("text/html; charset=x-nobody-knows", "<title>Café crème</title>".as_bytes()),
    };
    typed(page, content_type).map(|body| {
        let meta: &[u8] = match charset {
            Charset::Latin1 | Charset::Latin1Meta => b"<meta charset=\"iso-8859-1\">",
            Charset::InvalidUtf8 => b"<meta charset=\"utf-8\">",
            Charset::Unknown => b"<meta charset=\"x-nobody-knows\">",
        };
        replaced(&with_title(&body, title), b"<meta charset=", b">", meta)
    })
}

fn title_element(title: Title) -> Vec<u8> {
    let real = "<title>The real title</title>";
    let element = match title {
        Title::None => String::new(),
        Title::Empty => "<title></title>".to_owned(),
        Title::Nested => "<title>Outer <title>inner</title></title>".to_owned(),
        Title::Comment => format!("<!-- <title>In a comment</title> -->{real}"),
        Title::Script => format!("<script>let page = \"<title>In a script</title>\";</script>{real}"),
        Title::Entities => "<title>Fish &amp; chips &lt;3 caf&eacute; &#9731;</title>".to_owned(),
        Title::Huge => format!("<title>{}</title>", "x".repeat(1_000_000)),
        Title::Control => "<title>bell\x07 back\x08space\x0b tab\ttwo\r\nlines\x7f</title>".to_owned(),
        Title::Escape => "<title>\x1b[31mred\x1b[2J\x1b]0;your terminal\x07\u{9b}1m</title>".to_owned(),
    };
    element.into_bytes()
}

fn with_title(page: &[u8], title: &[u8]) -> Bytes {
    replaced(page, b"<title>", b"</title>", title)
}

/// The page with what stands from `start` to `end` replaced; as it is where there is none.
fn replaced(page: &[u8], start: &[u8], end: &[u8], with: &[u8]) -> Bytes {
    let find = |from: usize, what: &[u8]| {
        page[from..].windows(what.len()).position(|window| window == what).map(|at| from + at)
    };
    let Some(from) = find(0, start) else { return Bytes::copy_from_slice(page) };
    let Some(to) = find(from, end) else { return Bytes::copy_from_slice(page) };
    [&page[..from], with, &page[to + end.len()..]].concat().into()
}
