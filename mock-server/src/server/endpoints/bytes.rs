//! `/bytes/N`: a download of any size, whole or in ranges.

use hyper::body::Bytes;
use hyper::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE};
use hyper::http::request;
use hyper::http::response::Builder;
use hyper::{Response, StatusCode};

use super::answer::{Answer, Streamed, error};
use super::listed::Listed;
use crate::fault::whole_number;
use crate::server::parameters::{Parameters, number};
use crate::server::refusal::Refusal;
use crate::wire::script::{Step, steps};

const EXAMPLE: &str = "/bytes/100000";
/// The longest body, in bytes.
const MOST: u64 = 10_000_000_000;

pub(super) const LISTED: Listed = Listed {
    curl: "-o /dev/null ",
    path: EXAMPLE,
    says: "So many bytes, 0 to 10000000000: the one at position i is the remainder of i divided by 251. It takes a Range.",
};

/// A prime number, so a piece that's missing, or comes twice, moves everything after it.
const PERIOD: usize = 251;
/// The content, for as long as one piece of it.
static CONTENT: [u8; 256 * PERIOD] = content();

const fn content() -> [u8; 256 * PERIOD] {
    let mut content = [0; 256 * PERIOD];
    let mut index = 0;
    while index < content.len() {
        content[index] = (index % PERIOD) as u8;
        index += 1;
    }
    content
}

#[derive(Debug)]
pub(crate) struct Download {
    length: u64,
}

/// The part of a body that a request asks for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From the first of these positions to the one before the second.
    Range(u64, u64),
    /// It begins behind the end.
    Beyond,
}

impl Download {
    pub fn read(length: &str, query: &str) -> Result<Download, Refusal> {
        Parameters::of("a download", query, &[], EXAMPLE)?;
        Ok(Download { length: number(length, 0, MOST, "a download", "bytes", EXAMPLE)? })
    }

    pub fn answer(&self, head: &request::Parts) -> Answer {
        let Download { length } = *self;
        let tag = format!("\"{length}\"");
        let builder = Response::builder().header(ACCEPT_RANGES, "bytes").header(ETAG, &tag);
        let asked = head.headers.get(RANGE).and_then(|range| range.to_str().ok());
        // A range of something else, which has changed since, would be useless.
        let is_same = head.headers.get(IF_RANGE).is_none_or(|wanted| *wanted == tag);
        match asked.filter(|_| is_same).map_or(Part::Whole, |range| part(range, length)) {
            Part::Whole => streamed(builder, 0, length),
            Part::Range(start, end) => {
                let builder = builder
                    .status(StatusCode::PARTIAL_CONTENT)
                    .header(CONTENT_RANGE, format!("bytes {start}-{}/{length}", end - 1));
                streamed(builder, start, end)
            }
            Part::Beyond => {
                let words = format!("the range begins behind the last of {length} bytes");
                let mut answer = error(StatusCode::RANGE_NOT_SATISFIABLE, "beyond", words);
                if let Ok(range) = format!("bytes */{length}").parse() {
                    answer.headers_mut().insert(CONTENT_RANGE, range);
                }
                Answer::Whole(answer)
            }
        }
    }
}

fn streamed(builder: Builder, start: u64, end: u64) -> Answer {
    let head = builder.header(CONTENT_TYPE, "application/octet-stream").body(());
    let head = head.expect("the headers are numbers and constants");
    let mut at = start;
    let pieces = std::iter::from_fn(move || {
        let rest = usize::try_from(end - at).unwrap_or(usize::MAX);
        let piece = &CONTENT[(at % PERIOD as u64) as usize..];
        let piece = &piece[..piece.len().min(rest)];
        at += piece.len() as u64;
        (!piece.is_empty()).then(|| Step::Send(Bytes::from_static(piece)))
    });
    Answer::Streamed(Streamed { head, length: Some(end - start), steps: steps(pieces) })
}

/// What a `Range` header means for a body of this length. A server may send the whole body instead, and this one does for
/// several ranges, and for anything else that isn't one range.
fn part(range: &str, length: u64) -> Part {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Part::Whole;
    };
    let (start, end) = match (whole_number(first), whole_number(last)) {
        (Some(first), Some(last)) if first <= last => (first, last.saturating_add(1).min(length)),
        (Some(first), None) if last.is_empty() => (first, length),
        (None, Some(count)) if first.is_empty() => (length.saturating_sub(count), length),
        _ => return Part::Whole,
    };
    if start < end { Part::Range(start, end) } else { Part::Beyond }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_off_at_the_end_and_what_is_no_range_is_the_whole_body() {
        for (range, expected) in [
            ("bytes=0-9", Part::Range(0, 10)),
            ("bytes=9-9", Part::Range(9, 10)),
            ("bytes=90-", Part::Range(90, 100)),
            ("bytes=90-1000", Part::Range(90, 100)),
            ("bytes=0-18446744073709551615", Part::Range(0, 100)),
            ("bytes=-10", Part::Range(90, 100)),
            ("bytes=-1000", Part::Range(0, 100)),
            ("bytes=-0", Part::Beyond),
            ("bytes=100-", Part::Beyond),
            ("bytes=100-200", Part::Beyond),
            ("bytes=9-8", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=0-1,5-6", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("lines=0-9", Part::Whole),
        ] {
            assert_eq!(part(range, 100), expected, "{range}");
        }
    }
}
