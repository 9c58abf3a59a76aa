//! Faults in the body: an answer that begins well.

use std::time::Duration;

use hyper::body::Bytes;

use super::Fault;
use super::catalogue::{Kind, Parameter};
use crate::script::{Ending, Script, Step};

const AFTER: Parameter =
    Parameter { name: "after", unit: "bytes", default: Some(1000), least: 0, most: 1_000_000_000 };

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "reset",
        behaviour: "The connection is reset (RST) after so much of the body; without `after`, before the head.",
        parameters: &[Parameter { default: None, ..AFTER }],
        example: "reset?after=1000",
        make: |values| Fault::Reset { after: values.get("after") },
    },
    Kind {
        name: "truncate",
        behaviour: "The connection is closed after so much of the body; Content-Length promised more.",
        parameters: &[AFTER],
        example: "truncate?after=1000",
        make: |values| Fault::Truncate { after: values.number("after") },
    },
    Kind {
        name: "dribble",
        behaviour: "The body comes in small pieces with pauses between them.",
        parameters: &[
            Parameter { name: "chunk", unit: "bytes", default: Some(100), least: 1, most: 1_000_000 },
            Parameter { name: "pause", unit: "ms", default: Some(20), least: 0, most: 60_000 },
        ],
        example: "dribble?chunk=100&pause=20",
        make: |values| Fault::Dribble { chunk: values.number("chunk"), pause: values.number("pause") },
    },
    Kind {
        name: "stall",
        behaviour: "The body stops after so much; without `for`, until the client goes.",
        parameters: &[AFTER, Parameter { name: "for", unit: "ms", default: None, least: 0, most: 600_000 }],
        example: "stall?after=1000&for=2000",
        make: |values| Fault::Stall { after: values.number("after"), pause: values.get("for") },
    },
];

/// The body as it is.
pub(super) fn whole(body: Bytes) -> Script {
    Script::body([Step::Send(body)])
}

pub(super) fn reset(body: &Bytes, after: u64) -> Script {
    let (start, _) = split(body, after);
    Script::body([Step::Send(start), Step::End(Ending::Reset)])
}

pub(super) fn truncate(body: &Bytes, after: u64) -> Script {
    let (start, rest) = split(body, after);
    if rest.is_empty() {
        return whole(start);
    }
    Script::body([Step::Send(start), Step::End(Ending::Close)])
}

pub(super) fn dribble(body: Bytes, chunk: u64, pause: u64) -> Script {
    let mut rest = body;
    let mut pause_next = false;
    Script::body(std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        pause_next = !pause_next;
        if !pause_next {
            return Some(Step::Pause(Duration::from_millis(pause)));
        }
        let (piece, after) = split(&rest, chunk);
        rest = after;
        Some(Step::Send(piece))
    }))
}

pub(super) fn stall(body: Bytes, after: u64, pause: Option<u64>) -> Script {
    let (start, rest) = split(&body, after);
    let pause = pause.map_or(Step::Forever, |ms| Step::Pause(Duration::from_millis(ms)));
    Script::body([Step::Send(start), pause, Step::Send(rest)])
}

/// The first `after` bytes and the rest; all and nothing where there are not so many.
fn split(body: &Bytes, after: u64) -> (Bytes, Bytes) {
    let at = usize::try_from(after).unwrap_or(usize::MAX).min(body.len());
    (body.slice(..at), body.slice(at..))
}
