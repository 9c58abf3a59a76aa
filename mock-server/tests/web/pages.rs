//! Faults of the page itself: its encoding, its type, its title, its size.

use std::io::Read;

use flate2::read::GzDecoder;
use futures::executor::block_on;
use reqwest::Client;

use crate::support::{SITE, large, send, start};

#[tokio::test]
async fn a_gzip_bomb_is_a_thousandth_on_the_wire_of_what_it_is_inflated() {
    let (web, _watchdog) = start(large(Some("gzip-bomb?size=3")));
    // Another package's feature may have turned gzip on.
    let client = Client::builder().no_gzip().build().expect("a client");
    let response = client.get(web.url(SITE)).send().await.expect("an answer");
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let wire = response.bytes().await.expect("it comes");
    let mut inflated = Vec::new();
    GzDecoder::new(&wire[..]).read_to_end(&mut inflated).expect("it is gzip, checksum and all");
    assert_eq!(inflated.len(), 3_000_000);
    assert!(wire.len() < 3_500, "{}", wire.len());
}

async fn page_of(fault: &str) -> (Option<String>, Vec<u8>) {
    let (web, _watchdog) = start(large(Some(fault)));
    let response = Client::new().get(web.url(SITE)).send().await.expect("an answer");
    let content_type =
        response.headers().get("content-type").map(|value| value.to_str().expect("ASCII").to_owned());
    (content_type, response.bytes().await.expect("it comes").to_vec())
}

fn contains(page: &[u8], part: &[u8]) -> bool {
    page.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn pages_have_the_encodings_and_the_names_of_them_that_are_asked_for() {
    let latin1 = b"<title>Caf\xe9 cr\xe8me</title>".as_slice();
    let expected: [(&str, &str, &[u8]); 4] = [
        ("latin1", "text/html; charset=iso-8859-1", latin1),
        ("latin1-meta", "text/html", latin1),
        ("invalid-utf8", "text/html; charset=utf-8", b"<title>Caf\xff\xfe</title>"),
        ("unknown", "text/html; charset=x-nobody-knows", "<title>Café crème</title>".as_bytes()),
    ];
    for (name, content_type, title) in expected {
        let (sent, page) = page_of(&format!("charset?as={name}")).await;
        assert_eq!(sent.as_deref(), Some(content_type), "{name}");
        assert!(contains(&page, title), "{name}");
        assert_eq!(contains(&page, b"<meta charset=\"iso-8859-1\">"), name.starts_with("latin1"), "{name}");
    }
}

#[tokio::test]
async fn content_types_lie_or_are_not_there() {
    let (sent, page) = page_of("type?as=pdf").await;
    assert_eq!(sent.as_deref(), Some("application/pdf"));
    assert!(page.starts_with(b"%PDF-"));
    let (sent, page) = page_of("type?as=wrong").await;
    assert_eq!(sent.as_deref(), Some("image/png"));
    assert!(page.starts_with(b"<!DOCTYPE html>"));
    let (sent, page) = page_of("type?as=none").await;
    assert_eq!(sent, None);
    assert!(page.starts_with(b"<!DOCTYPE html>"));
}

#[tokio::test]
async fn titles_are_as_hostile_as_asked_for() {
    let expected: [(&str, &[u8]); 9] = [
        ("none", b"<meta charset=\"utf-8\">\n\n</head>"),
        ("empty", b"<title></title>"),
        ("nested", b"<title>Outer <title>inner</title></title>"),
        ("comment", b"<!-- <title>In a comment</title> --><title>The real title</title>"),
        ("script", b"\"<title>In a script</title>\";</script><title>The real title</title>"),
        ("entities", b"<title>Fish &amp; chips &lt;3 caf&eacute; &#9731;</title>"),
        ("huge", b"xxxxxxxx</title>"),
        ("control", b"bell\x07 back\x08space"),
        ("escape", b"\x1b[31mred\x1b[2J"),
    ];
    for (name, part) in expected {
        let (_, page) = page_of(&format!("title?as={name}")).await;
        assert!(contains(&page, part), "{name}");
        assert_eq!(contains(&page, b"<title>"), name != "none", "{name}");
        assert_eq!(page.len() > 1_000_000, name == "huge", "{name}");
    }
}

#[test]
fn a_page_that_is_not_there_has_no_title_to_replace_and_an_empty_body_still_ends() {
    for fault in ["title?as=huge", "dribble", "stall", "truncate?after=0", "endless?pause=1"] {
        let (web, _watchdog) = start(large(Some(fault)));
        let mut socket = send(&web, b"GET /missing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let mut first = [0; 12];
        socket.read_exact(&mut first).expect("an answer");
        assert_eq!(&first, b"HTTP/1.1 404", "{fault}");
        drop(socket);
        block_on(web.wait_until(|record| record.open_connections() == 0));
    }
}
