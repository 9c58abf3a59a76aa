//! Faults of the connection: no HTTP answer at all.

use hyper::body::Bytes;

use super::Fault;
use super::catalogue::{Kind, Parameter};
use crate::script::{Ending, Script, Step};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "refused",
        behaviour: "Nothing listens on the port: the connection is refused.",
        parameters: &[],
        example: "refused",
        make: |_| Fault::Refused,
    },
    Kind {
        name: "empty",
        behaviour: "The server reads the request and closes without a byte.",
        parameters: &[],
        example: "empty",
        make: |_| Fault::Empty,
    },
    Kind {
        name: "hang",
        behaviour: "The server reads the request and never answers.",
        parameters: &[],
        example: "hang",
        make: |_| Fault::Hang,
    },
    Kind {
        name: "garbage",
        behaviour: "The server sends bytes that are not HTTP and closes.",
        parameters: &[
            Parameter { name: "bytes", unit: "bytes", default: Some(512), least: 1, most: 1_000_000 },
            Parameter { name: "seed", unit: "", default: None, least: 0, most: u64::MAX },
        ],
        example: "garbage?bytes=512&seed=1",
        make: |values| Fault::Garbage { bytes: values.number("bytes"), seed: values.get("seed") },
    },
];

pub(super) fn empty() -> Script {
    Script::raw([Step::End(Ending::Close)])
}

pub(super) fn reset() -> Script {
    Script::raw([Step::End(Ending::Reset)])
}

pub(super) fn hang() -> Script {
    Script::raw([Step::Forever])
}

pub(super) fn garbage(bytes: u64, seed: u64) -> Script {
    let mut random = fastrand::Rng::with_seed(seed);
    // The top bit is set, so no draw is the start of an HTTP answer.
    let bytes: Bytes = (0..bytes).map(|_| random.u8(0x80..)).collect();
    Script::raw([Step::Send(bytes), Step::End(Ending::Close)])
}
