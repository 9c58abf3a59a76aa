//! Faults in the body: an answer that begins well.

use std::iter;
use std::time::Duration;

use hyper::Response;
use hyper::body::Bytes;

use super::Fault;
use super::catalogue::{Allows, Kind, Parameter, Values};
use super::head::written;
use crate::script::{Ending, Script, Step};

const AFTER: Parameter = Parameter {
    name: "after",
    allows: Allows::Number { unit: "bytes", least: 0, most: 1_000_000_000 },
    default: Some("1000"),
};
const CHUNK: Parameter = Parameter {
    name: "chunk",
    allows: Allows::Number { unit: "bytes", least: 1, most: 1_000_000 },
    default: None,
};
const PAUSE: Parameter =
    Parameter { name: "pause", allows: Allows::Number { unit: "ms", least: 0, most: 60_000 }, default: None };

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "reset",
        behaviour: "The connection is reset (RST) after `after` bytes of the body, or before the response if `after` is missing.",
        parameters: &[Parameter { default: None, ..AFTER }],
        example: "reset?after=1000",
        make: |values| Ok(Fault::Reset { after: values.given("after") }),
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
            CHUNK,
            PAUSE,
            Parameter {
                name: "chunks",
                allows: Allows::Number { unit: "", least: 1, most: 100_000 },
                default: None,
            },
            Parameter {
                name: "over",
                allows: Allows::Number { unit: "ms", least: 0, most: 600_000 },
                default: None,
            },
        ],
        example: "dribble?chunk=100&pause=20",
        make: dribble,
    },
    Kind {
        name: "stall",
        behaviour: "The body stops after `after` bytes, for a time or until the client leaves.",
        parameters: &[
            AFTER,
            Parameter {
                name: "for",
                allows: Allows::Number { unit: "ms", least: 0, most: 600_000 },
                default: None,
            },
        ],
        example: "stall?after=1000&for=2000",
        make: |values| Ok(Fault::Stall { after: values.number("after"), pause: values.given("for") }),
    },
    Kind {
        name: "bad-chunk",
        behaviour: "The body is chunked. After one valid chunk comes an invalid one, and the connection closes.",
        parameters: &[],
        example: "bad-chunk",
        make: |_| Ok(Fault::BadChunk),
    },
    Kind {
        name: "endless",
        behaviour: "The body never ends: it's the page again and again, in pieces with pauses.",
        parameters: &[
            Parameter { default: Some("100"), ..CHUNK },
            Parameter { default: Some("20"), ..PAUSE },
        ],
        example: "endless?chunk=100&pause=20",
        make: |values| Ok(Fault::Endless { chunk: values.number("chunk"), pause: values.number("pause") }),
    },
];

fn dribble(values: &Values) -> Result<Fault, &'static str> {
    let in_all = values.given("chunks").or(values.given("over")).is_some();
    let by_piece = values.given("chunk").or(values.given("pause")).is_some();
    match (by_piece, in_all) {
        (true, true) => Err("chunk and pause are one way to say it, chunks and over another"),
        (_, false) => Ok(Fault::Dribble {
            chunk: values.given("chunk").unwrap_or(100),
            pause: values.given("pause").unwrap_or(20),
        }),
        (false, true) => Ok(Fault::DribbleOver {
            chunks: values.given("chunks").unwrap_or(10),
            over: values.given("over").unwrap_or(1000),
        }),
    }
}

pub(super) fn travel(fault: &Fault, page: &Response<Bytes>) -> Option<Script> {
    let body = page.body();
    let length = body.len();
    Some(match *fault {
        Fault::Reset { after: Some(after) } => cut(body, after, Ending::Reset),
        Fault::Truncate { after } if after < length as u64 => cut(body, after, Ending::Close),
        Fault::Dribble { chunk, pause } => pieces(body, chunk, pause),
        Fault::DribbleOver { chunks, over } => {
            let pauses = (chunks - 1).max(1);
            pieces(body, (length as u64).div_ceil(chunks).max(1), over / pauses)
        }
        Fault::Stall { after, pause } => {
            let (start, rest) = split(body, after);
            let pause = pause.map_or(Step::Forever, |ms| Step::Pause(Duration::from_millis(ms)));
            Script::body(length, [Step::Send(start), pause, Step::Send(rest)])
        }
        Fault::BadChunk => bad_chunk(page),
        Fault::Endless { chunk, pause } => endless(body.clone(), chunk, pause),
        _ => return None,
    })
}

/// The body up to a point, and then an end.
fn cut(body: &Bytes, after: u64, ending: Ending) -> Script {
    let (start, _) = split(body, after);
    Script::body(body.len(), [Step::Send(start), Step::End(ending)])
}

fn pieces(body: &Bytes, chunk: u64, pause: u64) -> Script {
    let pause = Duration::from_millis(pause);
    let mut rest = body.clone();
    let first = take(&mut rest, chunk);
    let others = iter::from_fn(move || (!rest.is_empty()).then(|| take(&mut rest, chunk)));
    let others = others.flat_map(move |piece| [Step::Pause(pause), Step::Send(piece)]);
    Script::body(body.len(), iter::once(Step::Send(first)).chain(others))
}

fn bad_chunk(page: &Response<Bytes>) -> Script {
    let (start, _) = split(page.body(), 1000);
    // A chunk of no bytes would end the body, and end it well.
    let good = match start.len() {
        0 => Vec::new(),
        length => [format!("{length:x}\r\n").as_bytes(), &start, b"\r\n"].concat(),
    };
    // In one write: aiohttp 3.14.5 raises an error where all of it comes at once, and waits for its time limit where the
    // bad chunk comes after the rest.
    let answer = [&written(page, None)[..], &good, b"no chunk size\r\n"].concat();
    let steps = [Step::Send(answer.into()), Step::End(Ending::Close)];
    Script::written(u64::MAX, steps)
}

fn endless(page: Bytes, chunk: u64, pause: u64) -> Script {
    let pause = Duration::from_millis(pause);
    let mut rest = page.clone();
    Script::endless(
        iter::repeat_with(move || {
            if rest.is_empty() {
                // An empty page would never make a piece.
                rest = if page.is_empty() { Bytes::from_static(b"\n") } else { page.clone() };
            }
            take(&mut rest, chunk)
        })
        .flat_map(move |piece| [Step::Send(piece), Step::Pause(pause)]),
    )
}

fn take(rest: &mut Bytes, bytes: u64) -> Bytes {
    let (piece, after) = split(rest, bytes);
    *rest = after;
    piece
}

/// The first `after` bytes and the rest; all and nothing where there are not so many.
fn split(body: &Bytes, after: u64) -> (Bytes, Bytes) {
    let at = usize::try_from(after).unwrap_or(usize::MAX).min(body.len());
    (body.slice(..at), body.slice(at..))
}
