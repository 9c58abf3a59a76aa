//! Content codings: how a response is compressed, and its bytes without that.
//!
//! No request of this program asks for a coding, but some servers have only
//! compressed files, and send them whatever a request asks for. RFC 9110 allows
//! that in section 12.5.3.

use std::io::Read;

use flate2::read::{DeflateDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::task::spawn_blocking;

/// How many codings in a row are decoded. Each costs as much as a page may
/// have bytes, and a header has room for thousands.
const MAX_CODINGS: usize = 5;

/// The first bytes of a gzip file. After one file there may be another.
const GZIP_START: [u8; 2] = [0x1f, 0x8b];

/// A content coding that this program can decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// `gzip`, or `x-gzip`.
    Gzip,
    /// `deflate`: zlib, and from some servers bare deflate.
    Deflate,
}

/// The body has a coding that this program can't decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported;

/// Bytes without their codings.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The bytes; after an error, those before it.
    pub bytes: Vec<u8>,
    /// Whether they're all there.
    pub end: End,
}

/// How decoding ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At the end of the bytes.
    Whole,
    /// At the limit.
    TooLarge,
    /// At bytes that can't be decoded.
    Invalid,
}

/// The codings of a body, in the order in which they were applied.
///
/// Words that aren't a coding are ignored, as in a browser: `none`, `utf-8`, or
/// nothing between two commas.
///
/// # Errors
///
/// When one of them is a coding that this program can't decode, or there are
/// too many.
pub fn codings(headers: &HeaderMap) -> Result<Vec<Coding>, Unsupported> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for name in value.as_bytes().split(|byte| *byte == b',') {
            match name.trim_ascii().to_ascii_lowercase().as_slice() {
                b"gzip" | b"x-gzip" => codings.push(Coding::Gzip),
                b"deflate" => codings.push(Coding::Deflate),
                // The rest of IANA's list.
                b"br" | b"zstd" | b"dcb" | b"dcz" | b"compress"
                | b"x-compress" | b"exi" | b"pack200-gzip" | b"aes128gcm" => {
                    return Err(Unsupported);
                }
                _ => {}
            }
        }
    }
    if codings.len() > MAX_CODINGS { Err(Unsupported) } else { Ok(codings) }
}

/// Decodes a body to up to `limit` bytes, on a thread that may block: a few
/// bytes may become many.
pub async fn decode(
    bytes: Vec<u8>,
    codings: Vec<Coding>,
    limit: usize,
) -> Decoded {
    if codings.is_empty() {
        return Decoded { bytes, end: End::Whole };
    }
    let decoded = spawn_blocking(move || decode_all(bytes, &codings, limit));
    decoded.await.expect("decoding doesn't panic")
}

fn decode_all(bytes: Vec<u8>, codings: &[Coding], limit: usize) -> Decoded {
    let mut all = Decoded { bytes, end: End::Whole };
    // The last one was applied last.
    for coding in codings.iter().rev() {
        let Decoded { bytes, end } = decode_one(&all.bytes, *coding, limit);
        all.bytes = bytes;
        // If its input was cut, its output ends there as well, and the reason
        // is the first one.
        all.end = if all.end == End::Whole { end } else { all.end };
    }
    all
}

fn decode_one(bytes: &[u8], coding: Coding, limit: usize) -> Decoded {
    // A response without a body may still have the header.
    if bytes.is_empty() {
        return Decoded { bytes: Vec::new(), end: End::Whole };
    }
    match coding {
        Coding::Gzip => gunzip(bytes, limit),
        Coding::Deflate if is_zlib(bytes) => {
            read(ZlibDecoder::new(bytes), limit)
        }
        Coding::Deflate => read(DeflateDecoder::new(bytes), limit),
    }
}

/// Decodes one gzip file after the other. What comes after the last one is
/// padding, and browsers ignore it.
fn gunzip(mut rest: &[u8], limit: usize) -> Decoded {
    let mut all = Vec::new();
    loop {
        let mut decoder = flate2::bufread::GzDecoder::new(rest);
        let room = limit - all.len();
        let Decoded { bytes, end } = read(&mut decoder, room);
        all.extend(bytes);
        rest = decoder.into_inner();
        if end != End::Whole || !rest.starts_with(&GZIP_START) {
            return Decoded { bytes: all, end };
        }
    }
}

/// Whether these bytes start with the two of zlib (RFC 1950, 2.2).
fn is_zlib(bytes: &[u8]) -> bool {
    let [first, second, ..] = bytes else { return false };
    first & 0x0f == 8
        && u16::from_be_bytes([*first, *second]).is_multiple_of(31)
}

fn read(decoder: impl Read, limit: usize) -> Decoded {
    let mut bytes = Vec::new();
    // One more byte shows whether there's more than the limit.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = decoder.take(most).read_to_end(&mut bytes);
    let is_too_large = bytes.len() > limit;
    bytes.truncate(limit);
    let end = match read {
        _ if is_too_large => End::TooLarge,
        Ok(_) => End::Whole,
        Err(_) => End::Invalid,
    };
    Decoded { bytes, end }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const LIMIT: usize = 1_000;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("there is room");
        encoder.finish().expect("there is room")
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("there is room");
        encoder.finish().expect("there is room")
    }

    fn bare(bytes: &[u8]) -> Vec<u8> {
        let level = Compression::default();
        let mut encoder = DeflateEncoder::new(Vec::new(), level);
        encoder.write_all(bytes).expect("there is room");
        encoder.finish().expect("there is room")
    }

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = value.parse().expect("it is a value");
            headers.append(CONTENT_ENCODING, value);
        }
        headers
    }

    fn whole(bytes: &[u8]) -> Decoded {
        Decoded { bytes: bytes.to_vec(), end: End::Whole }
    }

    #[test]
    fn words_that_are_no_coding_are_ignored() {
        for values in [
            &[][..],
            &[""],
            &["none"],
            &["utf-8", "identity"],
            &[", ,", "Identity , binary"],
        ] {
            assert_eq!(codings(&headers(values)), Ok(vec![]), "{values:?}");
        }
        let mixed = headers(&["X-GZip,none", " deflate ,GZIP"]);
        let expected = vec![Coding::Gzip, Coding::Deflate, Coding::Gzip];
        assert_eq!(codings(&mixed), Ok(expected));
        for values in [&["br"][..], &["gzip, zstd"], &["gzip", "COMPRESS"]] {
            let headers = headers(values);
            assert_eq!(codings(&headers), Err(Unsupported), "{values:?}");
        }
        let many = ["gzip"; MAX_CODINGS + 1];
        assert_eq!(codings(&headers(&many)), Err(Unsupported));
        assert!(codings(&headers(&many[1..])).is_ok());
    }

    #[test]
    fn each_coding_is_decoded_and_several_in_a_row_are() {
        use Coding::{Deflate, Gzip};
        let page = b"a page";
        let both = gzip(&zlib(page));
        for (bytes, codings) in [
            (page.to_vec(), &[][..]),
            (gzip(page), &[Gzip]),
            (zlib(page), &[Deflate]),
            (bare(page), &[Deflate]),
            (both, &[Deflate, Gzip]),
        ] {
            let decoded = decode_all(bytes, codings, LIMIT);
            assert_eq!(decoded, whole(page), "{codings:?}");
        }
        let empty = decode_all(Vec::new(), &[Gzip, Deflate], LIMIT);
        assert_eq!(empty, whole(b""));
    }

    #[test]
    fn gzip_may_be_several_files_and_padding() {
        let files = [gzip(b"one "), gzip(b"page"), vec![0; 9]].concat();
        let decoded = decode_all(files.clone(), &[Coding::Gzip], LIMIT);
        assert_eq!(decoded, whole(b"one page"));
        // The limit counts for all of them.
        let decoded = decode_all(files, &[Coding::Gzip], 5);
        let bytes = b"one p".to_vec();
        assert_eq!(decoded, Decoded { bytes, end: End::TooLarge });
    }

    #[test]
    fn a_bomb_is_decoded_up_to_the_limit() {
        let zeros = vec![0; 10_000_000];
        for (bytes, coding) in
            [(gzip(&zeros), Coding::Gzip), (bare(&zeros), Coding::Deflate)]
        {
            let decoded = decode_all(bytes, &[coding], LIMIT);
            assert_eq!(decoded.end, End::TooLarge);
            assert_eq!(decoded.bytes.len(), LIMIT);
        }
        let exact = decode_all(gzip(&zeros[..LIMIT]), &[Coding::Gzip], LIMIT);
        assert_eq!(exact, whole(&zeros[..LIMIT]));
    }

    #[test]
    fn what_comes_before_an_error_is_kept() {
        let page: Vec<_> = (0..900).map(|n| n as u8).collect();
        let page = page.as_slice();
        let cut = &gzip(page)[..200];
        let cut = decode_all(cut.to_vec(), &[Coding::Gzip], LIMIT);
        assert_eq!(cut.end, End::Invalid);
        assert!(!cut.bytes.is_empty() && page.starts_with(&cut.bytes));
        let plain = decode_all(b"a page".to_vec(), &[Coding::Gzip], LIMIT);
        let nothing = Decoded { bytes: Vec::new(), end: End::Invalid };
        assert_eq!(plain, nothing);
    }
}
