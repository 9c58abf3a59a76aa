//! The body of a request: read piece by piece, and counted in the record.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

use crate::wire::connection::Connection;

/// The body of a request that's in the record. What has been read of it is counted there.
pub(super) struct Intake {
    body: Incoming,
    connection: Arc<Connection>,
    number: u64,
}

impl Intake {
    /// The body of the request with this number.
    pub fn new(body: Incoming, connection: Arc<Connection>, number: u64) -> Intake {
        Intake { body, connection, number }
    }
}

impl Body for Intake {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        // Trailers aren't part of the body.
        if let Some(Ok(frame)) = &frame
            && let Some(bytes) = frame.data_ref()
        {
            self.connection.received(self.number, bytes.len() as u64);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
