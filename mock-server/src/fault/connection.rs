//! Faults of the connection: none to be had, no HTTP answer on it, or an end at the wrong time.

use std::time::Duration;

use hyper::Response;
use hyper::body::Bytes;

use super::catalogue::{Allows, Kind, Parameter};
use super::chance::SEED;
use super::head::written;
use super::{Circumstances, Fault};
use crate::script::{Ending, Script, Step};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "refused",
        behaviour: "Nothing listens on the port: the connection is refused.",
        parameters: &[],
        example: "refused",
        make: |_| Ok(Fault::Refused),
    },
    Kind {
        name: "connect-hang",
        behaviour: "The port's queue is full, so connecting never completes.",
        parameters: &[],
        example: "connect-hang",
        make: |_| Ok(Fault::ConnectHang),
    },
    Kind {
        name: "empty",
        behaviour: "The server reads the request and closes the connection without sending a byte.",
        parameters: &[],
        example: "empty",
        make: |_| Ok(Fault::Empty),
    },
    Kind {
        name: "hang",
        behaviour: "The server reads the request and never responds.",
        parameters: &[],
        example: "hang",
        make: |_| Ok(Fault::Hang),
    },
    Kind {
        name: "garbage",
        behaviour: "The server sends bytes that aren't HTTP and closes the connection.",
        parameters: &[
            Parameter {
                name: "bytes",
                allows: Allows::Number { unit: "bytes", least: 1, most: 1_000_000 },
                default: Some("512"),
            },
            SEED,
        ],
        example: "garbage?bytes=512&seed=1",
        make: |values| Ok(Fault::Garbage { bytes: values.number("bytes"), seed: values.given("seed") }),
    },
    Kind {
        name: "slow-close",
        behaviour: "The response is complete, and the connection closes this much later.",
        parameters: &[Parameter {
            name: "delay",
            allows: Allows::Number { unit: "ms", least: 0, most: 600_000 },
            default: Some("500"),
        }],
        example: "slow-close?delay=500",
        make: |values| Ok(Fault::SlowClose { delay: values.number("delay") }),
    },
    Kind {
        name: "idle-close",
        behaviour: "The response is complete and the connection stays open. It's closed after this time without a request.",
        parameters: &[Parameter {
            name: "after",
            allows: Allows::Number { unit: "ms", least: 0, most: 600_000 },
            default: Some("100"),
        }],
        example: "idle-close?after=2000",
        make: |values| Ok(Fault::IdleClose { after: values.number("after") }),
    },
    Kind {
        name: "close-on-reuse",
        behaviour: "The first request of a connection gets its response. The second is read, and the connection closes without sending a byte.",
        parameters: &[],
        example: "close-on-reuse",
        make: |_| Ok(Fault::CloseOnReuse),
    },
];

/// The race of a keep-alive connection that the server closes as the client asks again, made certain.
pub(super) fn close_on_reuse(circumstances: Circumstances) -> Option<Fault> {
    (circumstances.before_on_connection > 0).then_some(Fault::Empty)
}

pub(super) fn travel(fault: &Fault, page: &Response<Bytes>, seed: u64) -> Option<Script> {
    let steps = match *fault {
        Fault::Empty => vec![Step::End(Ending::Close)],
        Fault::Reset { after: None } => vec![Step::End(Ending::Reset)],
        Fault::Hang => vec![Step::Forever],
        Fault::Garbage { bytes, seed: own } => {
            vec![Step::Send(garbage(bytes, own.unwrap_or(seed))), Step::End(Ending::Close)]
        }
        Fault::SlowClose { delay } => {
            let head = written(page, Some(page.body().len()));
            let delay = Duration::from_millis(delay);
            let steps = [
                Step::Send(head),
                Step::Send(page.body().clone()),
                Step::Pause(delay),
                Step::End(Ending::Close),
            ];
            return Some(Script::written(page.body().len() as u64, steps));
        }
        _ => return None,
    };
    Some(Script::raw(steps))
}

/// Bytes with the top bit set, so none of them begins an HTTP answer.
fn garbage(bytes: u64, seed: u64) -> Bytes {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..bytes).map(|_| random.u8(0x80..)).collect()
}
