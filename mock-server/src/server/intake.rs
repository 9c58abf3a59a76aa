//! The body of a request: read as its fault says, and counted in the record.

use std::num::NonZeroU64;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, Incoming};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::fault::effect::Reading;
use crate::wire::connection::{Connection, Phase};

/// How many pieces a slow body is read in, in a second.
const PIECES: u64 = 20;

/// The body of a request that's in the record. What has been read of it is counted there.
pub(super) struct Intake {
    body: Incoming,
    reading: Reading,
    connection: Arc<Connection>,
    number: u64,
    /// Bytes that hyper has read, and the fault hasn't.
    rest: Bytes,
    /// How many bytes the fault has read.
    read: u64,
    started: Instant,
    /// While the body is held back: ends when it's read on.
    hold: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// Notified when the connection has to be reset.
    reset: Arc<Notify>,
}

type NextFrame = hyper::Result<Frame<Bytes>>;

impl Intake {
    /// The body of the request with this number. If its fault resets the connection, `reset` is notified, and the body doesn't end.
    pub fn new(
        body: Incoming,
        reading: Reading,
        connection: Arc<Connection>,
        number: u64,
        reset: Arc<Notify>,
    ) -> Intake {
        match reading {
            Reading::Fast | Reading::Reset { .. } => {}
            Reading::Continue(None) => connection.leave_out_continue(number),
            Reading::Slow(_) | Reading::Stop { .. } | Reading::Continue(Some(_)) => {
                connection.set_phase(number, Phase::Holding);
            }
        }
        let (rest, read, started, hold) = (Bytes::new(), 0, Instant::now(), None);
        Intake { body, reading, connection, number, rest, read, started, hold, reset }
    }

    /// Has a piece of the body in `rest`; or the end of the body, or its trailers, which aren't part of it.
    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<ControlFlow<Option<NextFrame>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => self.rest = bytes,
                    Err(trailers) => return Poll::Ready(ControlFlow::Break(Some(Ok(trailers)))),
                },
                end => return Poll::Ready(ControlFlow::Break(end)),
            }
        }
        Poll::Ready(ControlFlow::Continue(()))
    }

    /// The next bytes, at most so many.
    fn poll_piece(&mut self, context: &mut Context<'_>, most: u64) -> Poll<Option<NextFrame>> {
        if let ControlFlow::Break(end) = ready!(self.poll_fill(context)) {
            return Poll::Ready(end);
        }
        let count = usize::try_from(most).unwrap_or(usize::MAX).min(self.rest.len());
        let piece = self.rest.split_to(count);
        self.read += count as u64;
        self.connection.received(self.number, count as u64);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    /// Reads nothing, and finds out whether this is the end of the body.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<ControlFlow<Option<NextFrame>>> {
        // Without a length, only the next piece shows it.
        if self.body.size_hint().lower() > 0 {
            return Poll::Ready(ControlFlow::Continue(()));
        }
        self.poll_fill(context)
    }

    /// Holds the body back until so much time has passed since its start, or until the client sends nothing more: then the rest is in
    /// the buffers, and its end shows whether the client has left.
    fn poll_hold(&mut self, context: &mut Context<'_>, time: Duration) -> Poll<()> {
        let left = time.saturating_sub(self.started.elapsed());
        if self.hold.is_none() && (left.is_zero() || self.connection.has_input_ended()) {
            return Poll::Ready(());
        }
        let connection = &self.connection;
        let hold = self.hold.get_or_insert_with(|| {
            let connection = Arc::clone(connection);
            Box::pin(async move {
                tokio::select! {
                    () = tokio::time::sleep(left) => {}
                    () = connection.input_ended() => {}
                }
            })
        });
        ready!(hold.as_mut().poll(context));
        self.hold = None;
        Poll::Ready(())
    }

    /// When everything read so far is due at this rate, from the start.
    fn due(&self, rate: NonZeroU64) -> Duration {
        let nanoseconds = u128::from(self.read) * 1_000_000_000 / u128::from(rate.get());
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}

impl Body for Intake {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<NextFrame>> {
        let this = &mut *self;
        match this.reading {
            Reading::Fast | Reading::Continue(None) => this.poll_piece(context, u64::MAX),
            Reading::Continue(Some(after)) => {
                ready!(this.poll_hold(context, after));
                this.poll_piece(context, u64::MAX)
            }
            Reading::Slow(rate) => {
                ready!(this.poll_hold(context, this.due(rate)));
                this.poll_piece(context, (rate.get() / PIECES).max(1))
            }
            Reading::Stop { after } if this.read < after => this.poll_piece(context, after - this.read),
            Reading::Reset { after } if this.read < after => this.poll_piece(context, after - this.read),
            Reading::Stop { .. } | Reading::Reset { .. } => {
                if let ControlFlow::Break(end) = ready!(this.poll_end(context)) {
                    return Poll::Ready(end);
                }
                match this.reading {
                    // No response follows, so a client that sends nothing more has left.
                    Reading::Stop { .. } => this.connection.set_phase(this.number, Phase::Stopped),
                    _ => this.reset.notify_one(),
                }
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }
}
