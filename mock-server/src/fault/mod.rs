//! The faults: what can go wrong between a request and its answer, as data.
//!
//! A fault is added in two places: its value, its parameters and its row of the [`catalogue`] stand in the
//! file of its family (`head.rs`, `body.rs`, `connection.rs`), and [`Fault`] names it.

mod body;
mod catalogue;
mod connection;
mod head;

use hyper::body::Bytes;

pub use catalogue::{FaultError, Kind, Parameter, catalogue};
pub(crate) use head::mocks;

use crate::script::Script;

/// One way for a site to misbehave. Times are in milliseconds, sizes in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The answer begins this long after the request, in place of the site's own delay.
    Delay {
        /// How long, in milliseconds.
        ms: u64,
    },
    /// The answer has this status and a short text in place of the page.
    Status {
        /// The status code, 200 to 599.
        code: u16,
        /// Seconds for a `Retry-After` header; none: no such header.
        retry_after: Option<u64>,
    },
    /// Nothing listens: the connection is refused.
    Refused,
    /// The server takes the request and closes the connection without a byte.
    Empty,
    /// The server resets the connection (RST).
    Reset {
        /// After this much of the body; none: before the head.
        after: Option<u64>,
    },
    /// The server closes the connection in an orderly way before the body is whole.
    Truncate {
        /// After this much of the body.
        after: u64,
    },
    /// The body comes in small pieces.
    Dribble {
        /// Bytes in a piece.
        chunk: u64,
        /// Milliseconds between two pieces.
        pause: u64,
    },
    /// The body stops and the connection stays open.
    Stall {
        /// After this much of the body.
        after: u64,
        /// For this many milliseconds; none: until the client goes.
        pause: Option<u64>,
    },
    /// The server takes the request and never answers.
    Hang,
    /// Bytes that are not HTTP, then an orderly close.
    Garbage {
        /// How many.
        bytes: u64,
        /// What they are drawn from; none: from the seed of the web.
        seed: Option<u64>,
    },
}

impl Fault {
    /// Whether it draws on a random seed, which is then to be printed.
    pub fn is_random(&self) -> bool {
        matches!(self, Fault::Garbage { .. })
    }

    /// Where wiremock answers for it, for the faults that are a matter of status and headers alone.
    pub(crate) fn upstream_path(&self) -> Option<String> {
        match self {
            Fault::Status { code, retry_after } => Some(head::status_path(*code, *retry_after)),
            _ => None,
        }
    }

    /// How an answer with this body travels. `seed` is the web's.
    pub(crate) fn script(&self, body: Bytes, seed: u64) -> Script {
        match *self {
            // Neither is a matter of how the bytes travel, and nothing comes by way of a refused port.
            Fault::Delay { .. } | Fault::Status { .. } | Fault::Refused => body::whole(body),
            Fault::Empty => connection::empty(),
            Fault::Reset { after: None } => connection::reset(),
            Fault::Reset { after: Some(after) } => body::reset(&body, after),
            Fault::Truncate { after } => body::truncate(&body, after),
            Fault::Dribble { chunk, pause } => body::dribble(body, chunk, pause),
            Fault::Stall { after, pause } => body::stall(body, after, pause),
            Fault::Hang => connection::hang(),
            Fault::Garbage { bytes, seed: own } => connection::garbage(bytes, own.unwrap_or(seed)),
        }
    }
}
