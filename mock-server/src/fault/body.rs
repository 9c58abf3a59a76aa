//! Faults in the body: a response that begins well.

use std::iter;
use std::num::NonZeroU64;
use std::time::Duration;

use hyper::Response;
use hyper::body::Bytes;

use super::effect::Effect;
use super::faults::Fault;
use super::head::written;
use super::parameter::{Allows, Kind, Parameter};
use crate::wire::script::{Ending, Script, Step, steps};

const AFTER: Parameter =
    Parameter::new("after", Allows::Number { unit: "bytes", least: 0, most: 1_000_000_000 }, Some("1000"));
const CHUNK: Parameter =
    Parameter::new("chunk", Allows::Number { unit: "bytes", least: 1, most: 1_000_000 }, Some("100"));
const PAUSE: Parameter =
    Parameter::new("pause", Allows::Number { unit: "ms", least: 0, most: 60_000 }, Some("20"));
const CHUNKS: Parameter =
    Parameter::new("chunks", Allows::Number { unit: "", least: 1, most: 100_000 }, Some("10"));
const OVER: Parameter =
    Parameter::new("over", Allows::Number { unit: "ms", least: 0, most: 600_000 }, Some("1000"));
const FOR: Parameter = Parameter::new("for", Allows::Number { unit: "ms", least: 0, most: 600_000 }, None);
const BY_PIECE: u8 = 0;
const IN_ALL: u8 = 1;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "reset",
        behaviour: "The connection is reset (RST) after `after` bytes of the body, or before the response if `after` is missing.",
        parameters: &[Parameter { default: None, ..AFTER }],
        example: "reset?after=1000",
        make: |values| Ok(Fault::Reset { after: values.optional("after") }),
    },
    Kind {
        name: "truncate",
        behaviour: "The connection is closed after `after` bytes of the body, although Content-Length promised more.",
        parameters: &[AFTER],
        example: "truncate?after=1000",
        make: |values| Ok(Fault::Truncate { after: values.number("after") }),
    },
    Kind {
        name: "dribble",
        behaviour: "The body comes in pieces of `chunk` bytes with a pause between them, or in `chunks` pieces over a time.",
        parameters: &[
            CHUNK.in_group(BY_PIECE),
            PAUSE.in_group(BY_PIECE),
            CHUNKS.in_group(IN_ALL),
            OVER.in_group(IN_ALL),
        ],
        example: "dribble?chunk=100&pause=20",
        make: |values| {
            Ok(if values.text("chunk").is_some() {
                Fault::Dribble { chunk: values.non_zero("chunk"), pause: values.milliseconds("pause") }
            } else {
                Fault::DribbleOver { chunks: values.non_zero("chunks"), over: values.milliseconds("over") }
            })
        },
    },
    Kind {
        name: "stall",
        behaviour: "The body stops after `after` bytes, for a time or until the client leaves.",
        parameters: &[AFTER, FOR],
        example: "stall?after=1000&for=2000",
        make: |values| {
            let pause = values.optional("for").map(Duration::from_millis);
            Ok(Fault::Stall { after: values.number("after"), pause })
        },
    },
    Kind::plain(
        "bad-chunk",
        "The body is chunked. After one valid chunk comes an invalid one, and the connection closes.",
        |_| Ok(Fault::BadChunk),
    ),
    Kind {
        name: "endless",
        behaviour: "The body never ends: it's the page again and again, in pieces with pauses.",
        parameters: &[CHUNK, PAUSE],
        example: "endless?chunk=100&pause=20",
        make: |values| {
            Ok(Fault::Endless { chunk: values.non_zero("chunk"), pause: values.milliseconds("pause") })
        },
    },
];

pub(super) fn reset(after: u64) -> Effect {
    cut(after, Ending::Reset)
}

pub(super) fn truncate(after: u64) -> Effect {
    cut(after, Ending::Close)
}

/// The start of the body, and then an end. A body that isn't longer than that comes complete, and only then the end.
fn cut(after: u64, ending: Ending) -> Effect {
    Effect::travel(move |page| {
        let (start, _) = split(page.body(), after);
        Script::Body { length: Some(page.body().len()), steps: steps([Step::Send(start), Step::End(ending)]) }
    })
}

pub(super) fn dribble(chunk: NonZeroU64, pause: Duration) -> Effect {
    Effect::travel(move |page| {
        let mut rest = page.body().clone();
        let first = take(&mut rest, chunk.get());
        let others = iter::from_fn(move || (!rest.is_empty()).then(|| take(&mut rest, chunk.get())));
        let others = others.flat_map(move |piece| [Step::Pause(pause), Step::Send(piece)]);
        Script::Body {
            length: Some(page.body().len()),
            steps: steps(iter::once(Step::Send(first)).chain(others)),
        }
    })
}

/// Each piece has its own time since the first, so nothing is lost or added by rounding, however many pieces there are.
pub(super) fn dribble_over(chunks: NonZeroU64, over: Duration) -> Effect {
    Effect::travel(move |page| {
        let body = page.body().clone();
        let length = body.len() as u128;
        let count = u128::from(chunks.get()).min(length).max(1);
        let pieces = (0..count).flat_map(move |index| {
            // Both are at most `length`, which is a `usize`.
            let (start, end) = (index * length / count, (index + 1) * length / count);
            let time = part(over, index, (count - 1).max(1));
            [Step::Until(time), Step::Send(body.slice(start as usize..end as usize))]
        });
        Script::Body { length: Some(page.body().len()), steps: steps(pieces) }
    })
}

/// `numerator / denominator` of a time, where that is at most 1.
fn part(time: Duration, numerator: u128, denominator: u128) -> Duration {
    let seconds = u128::from(time.as_secs()) * numerator;
    let nanoseconds =
        (seconds % denominator * 1_000_000_000 + u128::from(time.subsec_nanos()) * numerator) / denominator;
    let seconds = u64::try_from(seconds / denominator).unwrap_or(u64::MAX);
    Duration::from_secs(seconds).saturating_add(Duration::from_nanos(nanoseconds as u64))
}

pub(super) fn stall(after: u64, pause: Option<Duration>) -> Effect {
    Effect::travel(move |page| {
        let (start, rest) = split(page.body(), after);
        let pause = pause.map_or(Step::Forever, Step::Pause);
        Script::Body {
            length: Some(page.body().len()),
            steps: steps([Step::Send(start), pause, Step::Send(rest)]),
        }
    })
}

pub(super) fn bad_chunk() -> Effect {
    Effect::travel(|page: &Response<Bytes>| {
        let (start, _) = split(page.body(), 1000);
        // A chunk of no bytes would end the body, and end it well.
        let good = match start.len() {
            0 => Vec::new(),
            length => [format!("{length:x}\r\n").as_bytes(), &start, b"\r\n"].concat(),
        };
        // In one write: aiohttp 3.14.5 raises an error if all of it comes together, and waits for its timeout if the bad
        // chunk comes after the rest.
        let answer = [&written(page, None)[..], &good, b"no chunk size\r\n"].concat();
        Script::Written { length: None, steps: steps([Step::Send(answer.into()), Step::End(Ending::Close)]) }
    })
}

pub(super) fn endless(chunk: NonZeroU64, pause: Duration) -> Effect {
    Effect::travel(move |page| {
        // An empty page would never make a piece.
        let page = if page.body().is_empty() { Bytes::from_static(b"\n") } else { page.body().clone() };
        let mut rest = Bytes::new();
        let pieces = iter::repeat_with(move || {
            if rest.is_empty() {
                rest = page.clone();
            }
            take(&mut rest, chunk.get())
        });
        let pieces = pieces.flat_map(move |piece| [Step::Send(piece), Step::Pause(pause)]);
        Script::Body { length: None, steps: steps(pieces) }
    })
}

fn take(rest: &mut Bytes, bytes: u64) -> Bytes {
    let (piece, after) = split(rest, bytes);
    *rest = after;
    piece
}

/// The first `after` bytes and the rest, which is empty if the body isn't longer.
fn split(body: &Bytes, after: u64) -> (Bytes, Bytes) {
    let at = usize::try_from(after).unwrap_or(usize::MAX).min(body.len());
    (body.slice(..at), body.slice(at..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_time_are_exact_however_many_there_are() {
        let two = Duration::from_secs(2);
        assert_eq!(part(two, 2_999, 2_999), two);
        assert_eq!(part(two, 1, 3_000), Duration::from_nanos(666_666));
        assert_eq!(part(Duration::MAX, 7, 7), Duration::MAX);
        assert_eq!(part(Duration::ZERO, 1, 1), Duration::ZERO);
    }
}
