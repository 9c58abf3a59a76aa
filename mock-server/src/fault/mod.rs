//! The faults: what can go wrong between a request and its answer, as data.
//!
//! A fault is added in two places: [`Fault`] names it, and the file of its family has its row of the [`catalogue`]
//! and what it does. A fault acts at up to three points on an answer's way, each a function of the family: it
//! *chooses* (fail now or not, and how late), it *alters* the page, it *travels* (how the bytes go onto the wire).

mod body;
mod catalogue;
mod chance;
mod connection;
mod gzip;
mod head;
mod page;

use hyper::Response;
use hyper::body::Bytes;

pub use catalogue::{Allows, FaultError, Kind, Parameter, catalogue};
pub use chance::Spread;
pub use head::RetryAfter;
pub use page::{Charset, ContentType, Title};

use crate::script::{Script, Step};

/// One way for a site to misbehave. Times are in milliseconds, sizes in bytes, unless a field says otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The answer begins this long after the request, in place of the site's own delay.
    Delay {
        /// How long.
        ms: u64,
    },
    /// As `Delay`, each time another time.
    RandomDelay {
        /// What the times are like.
        spread: Spread,
        /// What they are drawn from; none: the seed of the web.
        seed: Option<u64>,
    },
    /// The answer has this status and a short text in place of the page.
    Status {
        /// The status code, 200 to 599.
        code: u16,
        /// The `Retry-After` header; none: no such header.
        retry_after: Option<RetryAfter>,
    },
    /// The first requests fail, then all is well.
    FailFirst {
        /// How many.
        n: u64,
        /// How they fail.
        with: Box<Fault>,
        /// Requests of different keys are counted apart.
        key: String,
    },
    /// Some requests fail.
    Unstable {
        /// What share of them, 0 to 1.
        rate: f64,
        /// How they fail.
        with: Box<Fault>,
        /// What it is drawn from; none: the seed of the web.
        seed: Option<u64>,
    },
    /// The page comes after some redirects.
    Redirect {
        /// How many.
        hops: u64,
    },
    /// Every response is a redirect to itself.
    RedirectLoop,
    /// Nothing listens: the connection is refused.
    Refused,
    /// The queue of connections is full: connecting takes for ever.
    ConnectHang,
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
        /// From one piece to the next.
        pause: u64,
    },
    /// The body comes in so many pieces.
    DribbleOver {
        /// How many.
        chunks: u64,
        /// From the first to the last.
        over: u64,
    },
    /// The body stops and the connection stays open.
    Stall {
        /// After this much of the body.
        after: u64,
        /// For this long; none: until the client goes.
        pause: Option<u64>,
    },
    /// The server takes the request and never answers.
    Hang,
    /// The head comes in small pieces.
    SlowHead {
        /// From one piece to the next.
        pause: u64,
    },
    /// A chunked body with a chunk that is none.
    BadChunk,
    /// Bytes that are not HTTP, then an orderly close.
    Garbage {
        /// How many.
        bytes: u64,
        /// What they are drawn from; none: the seed of the web.
        seed: Option<u64>,
    },
    /// The whole answer, then the connection stays open before it is closed.
    SlowClose {
        /// For how long.
        delay: u64,
    },
    /// The whole answer on a connection that is kept alive, and closed when it has been idle.
    IdleClose {
        /// For how long.
        after: u64,
    },
    /// The first request of a connection is answered; the second is read, and the connection closed without a byte.
    CloseOnReuse,
    /// A body without end.
    Endless {
        /// Bytes in a piece.
        chunk: u64,
        /// From one piece to the next.
        pause: u64,
    },
    /// A body that is small on the wire and huge inflated.
    GzipBomb {
        /// Its size inflated, in megabytes (1,000,000 bytes).
        megabytes: u64,
    },
    /// A page whose encoding is not what a client expects.
    Charset(Charset),
    /// A `Content-Type` that lies or is not there.
    ContentType(ContentType),
    /// A page whose title is not what a client expects.
    Title(Title),
}

/// What a fault may depend on beside itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// The seed of the web.
    pub seed: u64,
    /// How many requests met this fault before this one.
    pub before: u64,
    /// How many requests this connection carried before this one.
    pub before_on_connection: u64,
}

impl Fault {
    /// Whether it draws on a random seed, which is then to be printed.
    pub fn is_random(&self) -> bool {
        match self {
            Fault::FailFirst { with, .. } => with.is_random(),
            Fault::Garbage { .. } | Fault::RandomDelay { .. } | Fault::Unstable { .. } => true,
            _ => false,
        }
    }

    /// Whether it is a matter of the port, which the program's one port cannot have.
    pub fn needs_own_port(&self) -> bool {
        matches!(self, Fault::Refused | Fault::ConnectHang)
    }

    /// What it is this time; `None` where this time all is well.
    pub(crate) fn choose(self, circumstances: Circumstances) -> Option<Fault> {
        match self {
            Fault::CloseOnReuse => connection::close_on_reuse(circumstances),
            fault => chance::choose(fault, circumstances),
        }
    }

    /// Under what its requests are counted: those of one site and one key together.
    pub(crate) fn counted_as(&self, site: &str) -> Option<String> {
        match self {
            Fault::FailFirst { key, .. } => Some(format!("fail-first {site} {key}")),
            Fault::Unstable { seed, .. } => Some(format!("unstable {site} {seed:?}")),
            Fault::RandomDelay { seed, .. } => Some(format!("random-delay {site} {seed:?}")),
            _ => None,
        }
    }

    /// The page as this fault has it. `target` is path and query as the client asked for them.
    pub(crate) fn alter(&self, page: Response<Bytes>, target: &str) -> Response<Bytes> {
        page::alter(self, head::alter(self, page, target))
    }

    /// How an answer travels. `seed` is the web's.
    pub(crate) fn travel(&self, page: &Response<Bytes>, seed: u64) -> Script {
        body::travel(self, page)
            .or_else(|| head::travel(self, page))
            .or_else(|| connection::travel(self, page, seed))
            .unwrap_or_else(|| whole(page.body()))
    }
}

impl Kind {
    /// Whether it is a matter of the port, which the program's one port cannot have.
    pub(crate) fn needs_own_port(&self) -> bool {
        self.example.parse().is_ok_and(|fault: Fault| fault.needs_own_port())
    }
}

/// The page as it is.
pub(crate) fn whole(body: &Bytes) -> Script {
    Script::body(body.len(), [Step::Send(body.clone())])
}
