//! Responses whose framing, head or encoding isn't what it should be, as a client that is only a socket sees them.

use std::io::Read;

use flate2::read::GzDecoder;
use futures::executor::block_on;
use mock_server::Outcome;

use crate::support::{BYTES, GET, body_of, large, read_to_end, send, start};

/// The page of the one site.
fn page() -> Vec<u8> {
    mock_server::page("A page", BYTES, 2_000).into_bytes()
}

/// How the exchanges ended, with which status and how many bytes of body each.
fn recorded(web: &mock_server::MockWeb) -> Vec<(Outcome, Option<u16>, u64)> {
    let of = |exchange: &mock_server::Exchange| {
        (exchange.outcome, exchange.status.map(|status| status.as_u16()), exchange.bytes)
    };
    web.record().exchanges().map(of).collect()
}

/// The head, in lower case, and the body of a response that ends with an orderly close. The record has to have the status 200 and
/// this many bytes of body.
fn closed(fault: &str, bytes: usize) -> (String, Vec<u8>) {
    let (web, _watchdog) = start(large(Some(fault)));
    let (answer, end) = read_to_end(&mut send(&web, GET));
    assert_eq!(end, None, "{fault}");
    assert_eq!(recorded(&web), [(Outcome::Complete, Some(200), bytes as u64)], "{fault}");
    let body = body_of(&answer).to_vec();
    let head = String::from_utf8_lossy(&answer[..answer.len() - body.len()]).to_lowercase();
    (head, body)
}

/// The values of a field.
fn values<'head>(head: &'head str, name: &str) -> Vec<&'head str> {
    head.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

#[test]
fn a_length_is_too_short_there_twice_missing_or_negative_and_the_whole_page_comes() {
    for (fault, lengths) in [
        ("length?as=short", &["7500"][..]),
        ("length?as=twice", &["15000", "7500"]),
        ("length?as=none", &[]),
        ("length?as=negative", &["-1"]),
    ] {
        let (head, body) = closed(fault, BYTES);
        assert_eq!(values(&head, "content-length"), lengths, "{fault}");
        assert!(values(&head, "transfer-encoding").is_empty(), "{fault}");
        assert_eq!(body, page(), "{fault}");
    }
}

#[test]
fn a_chunked_page_may_have_a_length_too_that_is_wrong() {
    let chunked = [b"3a98\r\n", &page()[..], b"\r\n0\r\n\r\n"].concat();
    let (head, body) = closed("length?as=with-chunked", chunked.len());
    assert_eq!(values(&head, "content-length"), ["7500"]);
    assert_eq!(values(&head, "transfer-encoding"), ["chunked"]);
    assert_eq!(body, chunked);
}

#[test]
fn a_length_that_is_too_long_keeps_the_connection_open_until_the_client_goes() {
    let (web, _watchdog) = start(large(Some("length?as=long")));
    let mut socket = send(&web, GET);
    let mut answer = Vec::new();
    while !answer.ends_with(b"</html>\n") {
        let mut buffer = [0; 4096];
        let count = socket.read(&mut buffer).expect("the page comes whole");
        assert!(count > 0, "closed before the page was whole");
        answer.extend_from_slice(&buffer[..count]);
    }
    let head = String::from_utf8_lossy(&answer).to_lowercase();
    assert_eq!(values(&head, "content-length"), ["16000"]);
    assert_eq!(body_of(&answer), page());
    let record = web.record();
    assert_eq!((record.in_flight(), record.open_connections()), (1, 1));

    drop(socket);
    block_on(web.wait_until(|record| record.in_flight() == 0));
    assert_eq!(recorded(&web), [(Outcome::ClientGone, Some(200), BYTES as u64)]);
}

#[test]
fn a_trailer_is_announced_and_comes_after_the_last_chunk() {
    let chunked = [b"3a98\r\n", &page()[..], b"\r\n0\r\nx-body-length: 15000\r\n\r\n"].concat();
    let (head, body) = closed("trailers", chunked.len());
    assert_eq!(values(&head, "trailer"), ["x-body-length"]);
    assert_eq!(values(&head, "transfer-encoding"), ["chunked"]);
    assert_eq!(body, chunked);
}

#[test]
fn an_empty_page_is_chunked_without_a_chunk() {
    for (fault, expected) in
        [("trailers", "0\r\nx-body-length: 0\r\n\r\n"), ("length?as=with-chunked", "0\r\n\r\n")]
    {
        let fault = fault.parse().expect("it is a fault");
        let site = mock_server::Site::new(crate::support::SITE).page("").fault(fault);
        let (web, _watchdog) = start(mock_server::MockWeb::builder().sites([site]));
        let (answer, _) = read_to_end(&mut send(&web, GET));
        assert_eq!(String::from_utf8_lossy(body_of(&answer)), expected);
    }
}

/// Heads without the date, which changes from second to second.
fn without_date(heads: &[u8]) -> String {
    let heads = String::from_utf8_lossy(heads);
    heads.split_inclusive('\n').filter(|line| !line.starts_with("date:")).collect()
}

#[test]
fn interim_responses_come_before_the_response_and_arent_recorded() {
    let early_hints = "http/1.1 103 early hints\r\nlink: </style.css>; rel=preload; as=style\r\n\r\n";
    for (fault, interim) in [
        ("interim", early_hints.to_owned()),
        ("interim?of=103&n=3", early_hints.repeat(3)),
        ("interim?of=100", "http/1.1 100 continue\r\n\r\n".to_owned()),
        ("interim?of=102&n=2", "http/1.1 102 processing\r\n\r\n".repeat(2)),
    ] {
        let whole = [(Outcome::Complete, Some(200), BYTES as u64)];
        let (web, _watchdog) = start(large(Some(fault)));
        let (answer, end) = read_to_end(&mut send(&web, GET));
        let (first, rest) = answer.split_at(interim.len());
        assert_eq!((String::from_utf8_lossy(first).to_lowercase(), end), (interim, None));
        assert!(rest.starts_with(b"HTTP/1.1 200 OK\r\n"), "{fault}");
        assert_eq!((body_of(rest), recorded(&web)), (&page()[..], whole.to_vec()), "{fault}");

        // A response to HEAD is the same without the page.
        let (web, _watchdog) = start(large(Some(fault)));
        let head = b"HEAD / HTTP/1.1\r\nhost: x\r\n\r\n";
        let (to_head, _) = read_to_end(&mut send(&web, head));
        assert_eq!(without_date(&to_head), without_date(&answer[..answer.len() - BYTES]), "{fault}");
        assert_eq!(recorded(&web), [(Outcome::Complete, Some(200), 0)], "{fault}");
    }
}

#[test]
fn a_head_is_huge_has_many_fields_a_folded_one_or_one_with_a_bad_name() {
    let (head, body) = closed("head?as=huge", BYTES);
    assert_eq!(values(&head, "x-huge"), ["x".repeat(1_000_000)]);
    assert_eq!(body, page());

    let (head, body) = closed("head?as=many", BYTES);
    let many = head.lines().filter(|line| line.starts_with("x-")).count();
    assert_eq!(many, 10_000);
    // curl refuses a head of 300 KB, however many fields there are.
    assert!(head.len() < 200_000, "{}", head.len());
    assert_eq!(body, page());

    for (fault, lines) in
        [("head?as=folded", "\r\nx-folded: one\r\n two\r\n"), ("head?as=bad-name", "\r\nbad name: 1\r\n")]
    {
        let (head, body) = closed(fault, BYTES);
        assert!(head.contains(lines), "{head}");
        assert_eq!(body, page());
    }
}

#[test]
fn a_head_without_a_status_line_is_no_http_and_has_no_status_in_the_record() {
    let (web, _watchdog) = start(large(Some("head?as=no-status-line")));
    let (answer, end) = read_to_end(&mut send(&web, GET));
    let expected = "content-type: text/plain\r\ncontent-length: 15\r\n\r\nno status line\n";
    assert_eq!((String::from_utf8_lossy(&answer), end), (expected.into(), None));
    assert_eq!(recorded(&web), [(Outcome::Cut, None, expected.len() as u64)]);
}

/// What comes out of the first gzip file in these bytes, and whether it ends without an error.
fn unpacked(bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut page = Vec::new();
    let end = GzDecoder::new(bytes).read_to_end(&mut page);
    (page, end.is_ok())
}

/// The `Content-Encoding` and the body of a response that's complete as HTTP.
fn encoded(fault: &str) -> (String, Vec<u8>) {
    let (web, _watchdog) = start(large(Some(fault)));
    let get = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let (answer, end) = read_to_end(&mut send(&web, get));
    let body = body_of(&answer).to_vec();
    let head = String::from_utf8_lossy(&answer[..answer.len() - body.len()]).to_lowercase();
    assert_eq!(values(&head, "content-length"), [body.len().to_string()], "{fault}");
    assert_eq!(recorded(&web), [(Outcome::Complete, Some(200), body.len() as u64)], "{fault}");
    assert_eq!(end, None, "{fault}");
    (values(&head, "content-encoding").join(", "), body)
}

#[test]
fn a_gzip_file_is_cut_off_or_its_checksum_is_wrong() {
    let (encoding, whole) = encoded("encoding?as=gzip-corrupt");
    assert_eq!(encoding, "gzip");
    // The decoder checks the sum once it has the page.
    assert_eq!(unpacked(&whole), (page(), false));

    let (encoding, half) = encoded("encoding?as=gzip-truncated");
    assert_eq!((encoding.as_str(), half.len()), ("gzip", whole.len() / 2));
    let (start, is_whole) = unpacked(&half);
    assert!(!is_whole && !start.is_empty() && page().starts_with(&start), "{} bytes", start.len());
    assert_eq!(half, whole[..half.len()]);
}

#[test]
fn a_page_is_not_gzipped_gzipped_twice_or_encoded_as_nobody_knows() {
    assert_eq!(encoded("encoding?as=mislabelled"), ("gzip".to_owned(), page()));
    assert_eq!(encoded("encoding?as=unknown"), ("x-nobody-knows".to_owned(), page()));
    let (encoding, twice) = encoded("encoding?as=twice");
    let (once, is_whole) = unpacked(&twice);
    assert_eq!((encoding.as_str(), is_whole), ("gzip", true));
    assert_eq!(unpacked(&once), (page(), true));
}
