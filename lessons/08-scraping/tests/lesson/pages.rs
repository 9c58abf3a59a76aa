//! Encodings, titles, and what's safe to print.

use lesson08::{LONGEST, PageError, fetch_page, harmless, shortened, title};
use mock_server::{MockWeb, Site};
use testkit::start;
use wiremock::{Mock, ResponseTemplate, matchers};

use crate::examples::hostile;
use crate::support::{client, is_harmless, page_of, start_on};

/// What the wrong run and the right run make of each hostile page.
#[rustfmt::skip]
const HOSTILE: [(&str, Option<&str>, Option<&str>); 13] = [
    ("no-title.example", None, None),
    ("empty-title.example", Some(""), None),
    ("nested-title.example", Some("Outer <title>inner"), Some("Outer <title>inner")),
    ("comment-title.example", Some("In a comment"), Some("The real title")),
    ("script-title.example", Some("In a script"), Some("The real title")),
    ("entities.example", Some("Fish &amp; chips &lt;3 caf&eacute; &#9731;"), Some("Fish & chips <3 café ☃")),
    ("control.example", Some("bell\u{7} back\u{8}space\u{b} tab\ttwo\r\nlines\u{7f}"), Some("bell� back�space tab two lines�")),
    ("escape.example", Some("\u{1b}[31mred\u{1b}[2J\u{1b}]0;your terminal\u{7}\u{9b}1m"), Some("�[31mred�[2J�]0;your terminal��1m")),
    ("latin1.example", Some("Caf� cr�me"), Some("Café crème")),
    ("latin1-meta.example", Some("Caf� cr�me"), Some("Café crème")),
    ("invalid-utf8.example", Some("Caf��"), Some("Caf��")),
    ("unknown.example", Some("Café crème"), Some("Café crème")),
    ("no-type.example", Some("no-type.example"), Some("no-type.example")),
];

#[tokio::test]
async fn a_search_in_the_text_is_fooled_and_a_parser_is_not() {
    let names = HOSTILE.map(|(name, _, _)| name);
    let (_web, sites, _watchdog) = start_on(&names);
    for (site, (name, wrong, right)) in sites.iter().zip(HOSTILE) {
        let found = hostile::find(&client(), &site.url).await;
        assert_eq!(found.expect("a page").as_deref(), wrong, "{name}");
        let page = fetch_page(&client(), &site.url).await.expect("a page");
        let title = title(&page);
        assert_eq!(title.as_deref(), right, "{name}");
        assert!(title.is_none_or(|title| is_harmless(&title)), "{name}");
    }
}

#[tokio::test]
async fn a_pdf_and_a_picture_are_refused_and_a_huge_title_is_cut() {
    let names = ["pdf.example", "wrong-type.example", "huge-title.example"];
    let (_web, sites, _watchdog) = start_on(&names);
    for (site, mime) in sites.iter().zip(["application/pdf", "image/png"]) {
        let page = fetch_page(&client(), &site.url).await;
        assert!(
            matches!(&page, Err(PageError::NotHtml(is)) if *is == mime),
            "{page:?}"
        );
    }
    let page = fetch_page(&client(), &sites[2].url).await.expect("a page");
    assert!(page.bytes.len() > 1_000_000);
    let title = title(&page).expect("a title");
    assert_eq!(title.chars().count(), LONGEST + 1);
    assert!(title.ends_with("x…"));
}

#[test]
fn no_character_that_a_terminal_obeys_is_printed() {
    for character in '\0'..=char::MAX {
        let printed = harmless(&format!("a{character}b"));
        assert!(is_harmless(&printed), "{character:?}: {printed:?}");
        let turns = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\
            \u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        let expected = if character.is_whitespace() {
            "a b".to_owned()
        } else if character.is_control() || turns.contains(character) {
            "a�b".to_owned()
        } else {
            format!("a{character}b")
        };
        assert_eq!(printed, expected, "{character:?}");
    }
    assert_eq!(harmless(" two\r\n\tlines "), "two lines");
    assert_eq!(harmless("crème ☃ 東京"), "crème ☃ 東京");
    assert_eq!(shortened("é".repeat(LONGEST)), "é".repeat(LONGEST));
    assert_eq!(shortened("é".repeat(LONGEST + 1)), "é".repeat(LONGEST) + "…");
}

#[test]
fn a_page_is_decoded_by_its_bom_its_header_its_meta_tag_or_as_utf_8() {
    let text = |content_type: Option<&str>, bytes: &[u8]| {
        page_of(content_type.unwrap_or_default(), bytes).text().into_owned()
    };
    let latin1 = Some("text/html; charset=ISO-8859-1");
    assert_eq!(text(latin1, b"caf\xe9"), "café");
    assert_eq!(text(latin1, b"\xef\xbb\xbfcaf\xc3\xa9"), "café", "a BOM first");
    assert_eq!(text(None, b"\xff\xfeh\0i\0"), "hi", "UTF-16, by its BOM");
    let meta = b"<meta charset=latin1>caf\xe9";
    assert!(text(Some("text/html"), meta).ends_with("café"));
    let utf8 = Some("text/html; charset=\"utf-8\"");
    assert!(text(utf8, meta).ends_with("caf�"), "the header before the tag");
    let unknown = Some("text/html; charset=x-nobody-knows");
    assert!(text(unknown, meta).ends_with("café"), "the tag after that");
    assert!(text(None, b"<meta charset=utf-16>caf\xc3\xa9").ends_with("café"));
    let long = b"<META Http-Equiv=Content-Type Content='text/html; \
        Charset=latin1'>caf\xe9";
    assert!(text(None, long).ends_with("café"), "the long form of the tag");
    let refresh = b"<meta http-equiv=refresh content='9; charset=latin1'>\
        <meta charset=latin1>caf\xe9";
    assert!(text(None, refresh).ends_with("café"), "not any tag");
    let other = b"<meta http-equiv=refresh content='text/x; charset=latin1'>\
        caf\xe9";
    assert!(text(None, other).ends_with("caf�"), "not that of another tag");
    assert_eq!(text(None, "café".as_bytes()), "café");
    assert_eq!(text(None, b""), "");
}

#[test]
fn a_drawings_title_is_not_the_pages() {
    let title_of = |page: &str| title(&page_of("text/html", page.as_bytes()));
    let drawing = "<svg><title>A drawing</title></svg>";
    let page = format!("{drawing}<title>The page</title>");
    assert_eq!(title_of(&page).as_deref(), Some("The page"));
    assert_eq!(title_of(drawing), None);
}

#[tokio::test]
async fn a_content_type_or_encoding_is_understood_in_all_its_spellings() {
    let huge: &'static str = format!("x/{}", "y".repeat(50_000)).leak();
    let site = Site::new("site.example")
        .also("/xhtml", "application/xhtml+xml", "<title>a</title>")
        .also("/capitals", "Text/HTML;charset=utf-8", "<title>a</title>")
        .also("/odd", "text/html;;", "<title>a</title>")
        .also("/picture", "image/png;;", "<title>a</title>")
        .also("/huge", huge, "<title>a</title>");
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    for encoding in ["identity", "Identity", "gzip", "br", "identity, gzip"] {
        let answer = ResponseTemplate::new(200)
            .set_body_raw("<title>a</title>", "text/html")
            .insert_header("content-encoding", encoding);
        let path = format!("/{}", encoding.replace(", ", "-"));
        let mock = Mock::given(matchers::path(path)).respond_with(answer);
        mock.mount(web.wiremock()).await;
    }
    let client = client();
    let page = async |path: &str| {
        let url = format!("{}{path}", sites[0].url);
        fetch_page(&client, &url).await.map(|page| title(&page))
    };
    for path in ["xhtml", "capitals", "odd", "identity", "Identity"] {
        let title = page(path).await.expect("a page");
        assert_eq!(title.as_deref(), Some("a"), "{path}");
    }
    for path in ["gzip", "br", "identity-gzip"] {
        let page = page(path).await;
        assert!(matches!(page, Err(PageError::Compressed)), "{path}");
    }
    for path in ["picture", "huge"] {
        let error = page(path).await.expect_err("it is not a page");
        assert!(matches!(error, PageError::NotHtml(_)), "{path}: {error:?}");
        assert!(error.to_string().chars().count() < 2 * LONGEST, "{path}");
    }
}
