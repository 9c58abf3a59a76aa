//! Faults of the page: its content, not how it travels.

use hyper::Response;
use hyper::body::Bytes;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue};

use super::effect::Effect;
use super::faults::{Charset, ContentType, Fault, Title};
use super::gzip::bomb;
use super::parameter::{Allows, Kind, Parameter};

const CHARSETS: Allows = Allows::Choice(&[
    ("latin1", Fault::Charset(Charset::Latin1)),
    ("latin1-meta", Fault::Charset(Charset::Latin1Meta)),
    ("invalid-utf8", Fault::Charset(Charset::InvalidUtf8)),
    ("unknown", Fault::Charset(Charset::Unknown)),
]);
const TYPES: Allows = Allows::Choice(&[
    ("pdf", Fault::ContentType(ContentType::Pdf)),
    ("none", Fault::ContentType(ContentType::None)),
    ("wrong", Fault::ContentType(ContentType::Wrong)),
]);
const TITLES: Allows = Allows::Choice(&[
    ("none", Fault::Title(Title::None)),
    ("empty", Fault::Title(Title::Empty)),
    ("nested", Fault::Title(Title::Nested)),
    ("comment", Fault::Title(Title::Comment)),
    ("script", Fault::Title(Title::Script)),
    ("entities", Fault::Title(Title::Entities)),
    ("huge", Fault::Title(Title::Huge)),
    ("control", Fault::Title(Title::Control)),
    ("escape", Fault::Title(Title::Escape)),
]);

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "gzip-bomb",
        behaviour: "The body is gzipped and inflates to this size, about a thousand times what is sent.",
        parameters: &[Parameter::new(
            "size",
            Allows::Number { unit: "MB", least: 1, most: 4096 },
            Some("256"),
        )],
        example: "gzip-bomb?size=256",
        make: |values| {
            let megabytes = u16::try_from(values.number("size")).expect("the row allows up to 4096");
            Ok(Fault::GzipBomb { megabytes })
        },
    },
    Kind {
        name: "charset",
        behaviour: "The title has accents. The encoding is named in the header, only in the page, wrongly, or by an unknown name.",
        parameters: &[Parameter::new("as", CHARSETS, Some("latin1"))],
        example: "charset?as=latin1-meta",
        make: |values| Ok(values.choice("as")),
    },
    Kind {
        name: "type",
        behaviour: "Content-Type says PDF, is missing, or says picture although the body is a page.",
        parameters: &[Parameter::new("as", TYPES, Some("pdf"))],
        example: "type?as=wrong",
        make: |values| Ok(values.choice("as")),
    },
    Kind {
        name: "title",
        behaviour: "The title is missing, empty, preceded by a false one, nested, 1 MB long, or full of terminal control characters.",
        parameters: &[Parameter::new("as", TITLES, Some("none"))],
        example: "title?as=escape",
        make: |values| Ok(values.choice("as")),
    },
];

pub(super) fn gzip_bomb(megabytes: u16) -> Effect {
    Effect::alter(move |mut page| {
        page.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        page.map(|_| bomb(megabytes))
    })
}

pub(super) fn charset(charset: Charset) -> Effect {
    Effect::alter(move |page| with_charset(page, charset))
}

pub(super) fn content_type(content_type: ContentType) -> Effect {
    Effect::alter(move |mut page| match content_type {
        ContentType::Pdf => typed(page, "application/pdf").map(|_| Bytes::from_static(b"%PDF-1.4\n%%EOF\n")),
        ContentType::Wrong => typed(page, "image/png"),
        ContentType::None => {
            page.headers_mut().remove(CONTENT_TYPE);
            page
        }
    })
}

pub(super) fn title(title: Title) -> Effect {
    Effect::alter(move |page| page.map(|body| with_title(&body, &title_element(title))))
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

/// The page with everything from `start` to `end` replaced, or the page as it is if there's no such part.
fn replaced(page: &[u8], start: &[u8], end: &[u8], with: &[u8]) -> Bytes {
    let find = |from: usize, what: &[u8]| {
        page[from..].windows(what.len()).position(|window| window == what).map(|at| from + at)
    };
    let Some(from) = find(0, start) else { return Bytes::copy_from_slice(page) };
    let Some(to) = find(from, end) else { return Bytes::copy_from_slice(page) };
    [&page[..from], with, &page[to + end.len()..]].concat().into()
}
