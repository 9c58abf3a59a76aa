//! Faults of the connection: it can't be had, it carries no HTTP response, or it ends at the wrong time.

use std::iter;
use std::time::Duration;

use fastrand::Rng;
use hyper::body::Bytes;

use super::effect::Effect;
use super::faults::Fault;
use super::head::written;
use super::parameter::{Allows, Kind, Parameter};
use super::random::SEED;
use crate::wire::script::{Ending, Script, Step, steps};

const MS: Allows = Allows::Number { unit: "ms", least: 0, most: 600_000 };

pub(super) const KINDS: &[Kind] = &[
    Kind::plain("refused", "Nothing listens on the port: the connection is refused.", |_| Ok(Fault::Refused)),
    Kind::plain("connect-hang", "The port's queue is full, so connecting never completes.", |_| {
        Ok(Fault::ConnectHang)
    }),
    Kind::plain(
        "empty",
        "The server reads the request and closes the connection without sending a byte.",
        |_| Ok(Fault::Empty),
    ),
    Kind::plain("hang", "The server reads the request and never responds.", |_| Ok(Fault::Hang)),
    Kind {
        name: "garbage",
        behaviour: "The server sends bytes that aren't HTTP and closes the connection.",
        parameters: &[
            Parameter::new("bytes", Allows::Number { unit: "bytes", least: 1, most: 1_000_000 }, Some("512")),
            SEED,
        ],
        example: "garbage?bytes=512&seed=1",
        make: |values| Ok(Fault::Garbage { bytes: values.number("bytes"), seed: values.optional("seed") }),
    },
    Kind {
        name: "slow-close",
        behaviour: "The response is complete, and the connection closes this much later.",
        parameters: &[Parameter::new("delay", MS, Some("500"))],
        example: "slow-close?delay=500",
        make: |values| Ok(Fault::SlowClose { delay: values.milliseconds("delay") }),
    },
    Kind {
        name: "idle-close",
        behaviour: "The response is complete and the connection stays open. It's closed after this time without a request.",
        parameters: &[Parameter::new("after", MS, Some("100"))],
        example: "idle-close?after=2000",
        make: |values| Ok(Fault::IdleClose { after: values.milliseconds("after") }),
    },
    Kind::plain(
        "close-on-reuse",
        "The first request of a connection gets its response. The second is read, and the connection closes without sending a byte.",
        |_| Ok(Fault::CloseOnReuse),
    ),
];

pub(super) fn empty() -> Effect {
    Effect::Raw(steps([Step::End(Ending::Close)]))
}

pub(super) fn reset() -> Effect {
    Effect::Raw(steps([Step::End(Ending::Reset)]))
}

pub(super) fn hang() -> Effect {
    Effect::Hang
}

/// Bytes with the top bit set, so that none of them begins an HTTP response. They are made in pieces, whatever their number.
pub(super) fn garbage(bytes: u64, seed: u64) -> Effect {
    const PIECE: u64 = 16_384;
    let mut random = Rng::with_seed(seed);
    let mut rest = bytes;
    let pieces = iter::from_fn(move || {
        let piece = rest.min(PIECE);
        rest -= piece;
        (piece > 0).then(|| (0..piece).map(|_| random.u8(0x80..)).collect::<Bytes>())
    });
    Effect::Raw(steps(pieces.map(Step::Send).chain([Step::End(Ending::Close)])))
}

pub(super) fn slow_close(delay: Duration) -> Effect {
    Effect::travel(move |page| {
        let head = written(page, Some(page.body().len()));
        let body = page.body().clone();
        let steps = steps([Step::Send(head), Step::Send(body), Step::Pause(delay), Step::End(Ending::Close)]);
        Script::Written { length: Some(page.body().len()), steps }
    })
}
