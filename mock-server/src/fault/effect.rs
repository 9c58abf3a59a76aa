//! What a fault can do to an exchange.

use std::num::NonZeroU64;
use std::time::Duration;

use hyper::Response;
use hyper::body::Bytes;

use crate::wire::script::{Script, Steps};

/// What a fault does to one exchange.
pub(crate) enum Effect {
    /// Nothing, this time.
    None,
    /// The response begins this long after the request, instead of after the site's own delay.
    Delay(Duration),
    /// A different response. It doesn't look at the site's page.
    Answer(Response<Bytes>),
    /// A page made from the site's page.
    Alter(Change),
    /// The page travels in a different way.
    Travel(MakeScript),
    /// The page as it is, and then the connection closes once it has been idle for this long.
    CloseWhenIdle(Duration),
    /// Bytes and an end instead of an HTTP response.
    Raw(Steps),
    /// No response at all.
    Hang,
    /// The page as it is, after the request's body has been read in this way.
    Read(Reading),
    /// A different response, before the request's body has been read.
    Early(Early),
}

/// How the body of a request is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As fast as it comes.
    Fast,
    /// So many bytes a second.
    Slow(NonZeroU64),
    /// Not at all after so many bytes.
    Stop { after: u64 },
    /// A client that asks is told to continue after this time, or never.
    Continue(Option<Duration>),
    /// After so many bytes the connection is reset.
    Reset { after: u64 },
}

/// A response that doesn't wait for the request's body.
pub(crate) enum Early {
    /// The rest of the request is read and dropped, and the connection can be used again.
    Keep(Response<Bytes>),
    /// The steps write everything, with this many bytes of body, and end the connection.
    End { length: usize, steps: Steps },
}

/// Makes a page from the site's page.
pub(crate) type Change = Box<dyn FnOnce(Response<Bytes>) -> Response<Bytes> + Send>;

/// Makes the steps in which a page travels.
pub(crate) type MakeScript = Box<dyn FnOnce(&Response<Bytes>) -> Script + Send>;

/// What an effect may depend on, besides the fault.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'request> {
    /// The seed of the web.
    pub seed: u64,
    /// How many requests met this fault before.
    pub before: u64,
    /// How many requests this connection carried before.
    pub before_on_connection: u64,
    /// Whether this request is one too many, for a fault that admits so many.
    pub is_refused: bool,
    /// Path and query, as the client wrote them.
    pub target: &'request str,
}

impl Effect {
    pub fn alter(change: impl FnOnce(Response<Bytes>) -> Response<Bytes> + Send + 'static) -> Effect {
        Effect::Alter(Box::new(change))
    }

    pub fn travel(script: impl FnOnce(&Response<Bytes>) -> Script + Send + 'static) -> Effect {
        Effect::Travel(Box::new(script))
    }
}
