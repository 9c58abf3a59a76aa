//! The socket of one connection, which puts everything that goes onto it into the record.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::connection::{Connection, EndOfInput};

/// The socket. Reads run ahead while a response is owed, because hyper doesn't look whether the client is still
/// there as long as it has anything left to parse, even two stray bytes.
pub(crate) struct Wire {
    stream: TcpStream,
    connection: Arc<Connection>,
    /// Bytes read ahead, which hyper hasn't seen.
    ahead: BytesMut,
    input: Input,
    /// Set while the first byte of a response is on the wire before the rest; see [`PROBE`].
    probe: Option<Probe>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    Open,
    /// The client sent more than [`AHEAD`] before it had its response. The rest is read and dropped, and the connection ends after
    /// the requests in `ahead`.
    Overflowed,
    /// The client sends nothing more.
    Ended,
}

/// How far reading runs ahead, in bytes.
const AHEAD: usize = 65_536;

/// The first byte of every HTTP response. It's sent early to find out whether a client that sends nothing more is still there. If
/// the client has left, its system answers with a reset; if it has only closed its sending half, nothing happens, and the
/// rest of the response follows in time.
const PROBE: u8 = b'H';

/// When to look for the reset. On one machine it's usually there at once.
struct Probe {
    /// When it was sent, since the start of the web. It's the first byte of the response if the client stays.
    sent: Duration,
    next_look: Pin<Box<Sleep>>,
    interval: Duration,
}

impl Probe {
    const FIRST_INTERVAL: Duration = Duration::from_millis(1);
    const LONGEST_INTERVAL: Duration = Duration::from_secs(1);

    fn new(sent: Duration) -> Probe {
        let interval = Probe::FIRST_INTERVAL;
        Probe { sent, next_look: Box::pin(sleep(interval)), interval }
    }
}

impl Wire {
    pub fn new(stream: TcpStream, connection: Arc<Connection>) -> Wire {
        Wire { stream, connection, ahead: BytesMut::new(), input: Input::Open, probe: None }
    }

    /// Reads everything there is. An error means that the client has left.
    fn look_after_client(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.input != Input::Ended {
            self.read_ahead(context)?;
        }
        if self.input == Input::Ended {
            match self.connection.end_of_input() {
                EndOfInput::Gone => return Err(io::ErrorKind::ConnectionAborted.into()),
                EndOfInput::Unclear => self.send_probe(context)?,
                EndOfInput::Stays => {}
            }
        }
        self.look_for_reset(context)
    }

    fn read_ahead(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let mut buffer = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut buffer);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    self.input = Input::Ended;
                    return Ok(());
                }
                Poll::Ready(Ok(())) if self.input == Input::Overflowed || self.ahead.len() >= AHEAD => {
                    self.input = Input::Overflowed;
                }
                Poll::Ready(Ok(())) => self.ahead.extend_from_slice(buffer.filled()),
            }
        }
    }

    fn send_probe(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        // If the socket takes nothing now, the response itself will tell.
        let now = self.connection.recorder.now();
        if let Poll::Ready(sent) = Pin::new(&mut self.stream).poll_write(context, &[PROBE]) {
            sent?;
            self.probe = Some(Probe::new(now));
        }
        self.connection.half_closed();
        Ok(())
    }

    fn look_for_reset(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let Wire { stream, probe: Some(probe), .. } = self else { return Ok(()) };
        loop {
            if let Some(error) = stream.take_error()? {
                return Err(error);
            }
            if probe.next_look.as_mut().poll(context).is_pending() {
                return Ok(());
            }
            probe.interval = (probe.interval * 10).min(Probe::LONGEST_INTERVAL);
            probe.next_look.as_mut().reset(Instant::now() + probe.interval);
        }
    }

    /// Makes closing this socket send RST instead of FIN.
    pub fn reset_on_close(&self) -> io::Result<()> {
        self.stream.set_zero_linger()
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let Wire { stream, connection, probe, .. } = &mut *self;
        connection.recorder.change(|live, now| {
            if let Some(Probe { sent, .. }) = probe {
                // The first byte is on the wire already. The rest of its slice is enough for one write.
                let Some(slice) = slices.iter().find(|slice| !slice.is_empty()) else {
                    return Poll::Ready(Ok(0));
                };
                let (first, rest) = slice.split_at(1);
                let taken =
                    if rest.is_empty() { 0 } else { ready!(Pin::new(stream).poll_write(context, rest))? };
                connection.wrote(first, live, *sent);
                connection.wrote(&rest[..taken], live, now);
                *probe = None;
                return Poll::Ready(Ok(1 + taken));
            }
            let result = Pin::new(stream).poll_write_vectored(context, slices);
            if let Poll::Ready(Ok(mut taken)) = result {
                for slice in slices {
                    let count = taken.min(slice.len());
                    connection.wrote(&slice[..count], live, now);
                    taken -= count;
                }
            }
            result
        })
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes whenever it has done what it could, which makes it the place to look after the client.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.connection.owes_answers_to_read_requests() {
            self.look_after_client(context)?;
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.ahead.is_empty() {
            let count = self.ahead.len().min(buffer.remaining());
            buffer.put_slice(&self.ahead.split_to(count));
            return Poll::Ready(Ok(()));
        }
        if self.input != Input::Open {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}
