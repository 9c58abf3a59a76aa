//! What travels in response to a request, and when.

use std::time::Duration;

use hyper::body::Bytes;

use super::heads::Heads;

/// One thing the server does with a response.
#[derive(Debug)]
pub(crate) enum Step {
    /// Puts these bytes onto the wire.
    Send(Bytes),
    /// Lets this much time pass.
    Pause(Duration),
    /// Waits until this much time has passed since the first step.
    Until(Duration),
    /// The body is complete, and only the end of the connection will say so to the client.
    Complete,
    /// Does nothing until the client leaves.
    Forever,
    /// Ends the connection, once everything sent before is on the wire.
    End(Ending),
}

/// How the server ends a connection early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// An orderly close (FIN).
    Close,
    /// An orderly close after which the server drops what it still gets for a while, so that its system doesn't send a reset.
    Linger,
    /// A reset (RST).
    Reset,
}

/// The steps of one response, made one at a time: an endless body has no list of them.
pub(crate) type Steps = Box<dyn Iterator<Item = Step> + Send>;

/// These steps, boxed.
pub(crate) fn steps(steps: impl IntoIterator<Item = Step, IntoIter: Send + 'static>) -> Steps {
    Box::new(steps.into_iter())
}

/// The steps up to the end of the real head, and everything after them except bytes: a response to HEAD.
pub(crate) fn without_body(steps: Steps) -> Steps {
    let mut heads = Heads::default();
    Box::new(steps.filter_map(move |step| match step {
        Step::Send(_) if heads.is_passed() => None,
        Step::Send(mut bytes) => {
            bytes.truncate(heads.find(&bytes));
            Some(Step::Send(bytes))
        }
        other => Some(other),
    }))
}

/// A response as it will travel.
pub(crate) enum Script {
    /// hyper writes the head; then the body comes in these steps, with this many bytes or without end.
    Body { length: Option<usize>, steps: Steps },
    /// The steps write everything, the head and a body that's complete at this many bytes, or never.
    Written { length: Option<usize>, steps: Steps },
}
