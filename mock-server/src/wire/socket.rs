//! The socket of one connection, which puts everything that goes onto it into the record.

use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, Interest, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::connection::{CONTINUE, Connection, EndOfInput};
use super::stream::Stream;

/// The socket. Reads run ahead while a response is owed, because hyper doesn't look whether the client is still
/// there as long as it has anything left to parse, even two stray bytes.
pub(crate) struct Wire {
    stream: Stream,
    connection: Arc<Connection>,
    /// Bytes read ahead, which hyper hasn't seen.
    ahead: BytesMut,
    input: Input,
    /// Set while the first bytes of a response are on the wire before the rest.
    probe: Option<Probe>,
    /// When to look for a reset again; set once the client sends nothing more.
    next_look: Option<Pin<Box<Sleep>>>,
    /// How often it was looked for while a request's body was held back.
    held_looks: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Input {
    Open,
    /// The client sends nothing more, and there's more than [`AHEAD`] to read.
    Ending,
    /// The client sends nothing more.
    Ended,
}

/// How far reading runs ahead, in bytes. The rest waits in the kernel.
const AHEAD: usize = 65_536;

/// The start of every HTTP response. Its first byte is sent early to find out whether a client that sends nothing more is still there.
/// If the client has left, its system answers with a reset; if it has only closed its sending half, nothing happens, and
/// the rest of the response follows in time. The other bytes are later tries: a client that leaves after it has read the
/// first byte is only found out by a second one.
const PROBE: &[u8] = b"HTTP/1.";

/// How often to look whether a client that sends nothing more has reset the connection.
pub(super) const LOOK_FOR_RESET: Duration = Duration::from_millis(100);
/// How long after one early byte the next is sent.
const NEXT_EARLY_BYTE: Duration = Duration::from_secs(1);
/// After how many looks a byte is sent early to a client whose body is held back: one second. Its end may be stuck behind bytes for which the
/// buffers have no room.
const HELD_LOOKS: u32 = 10;

/// The bytes of a response that were sent early, and when to look for the reset. On one machine it's usually there at once.
struct Probe {
    /// When the first was sent, since the start of the web. It's the first byte of the response if the client stays.
    sent: Duration,
    /// How many were sent, and not yet counted.
    count: usize,
    /// From one look to the next.
    interval: Duration,
    /// Whether it looks for a client whose body is held back, perhaps for long, so that each byte comes twice as late as the one before.
    is_patient: bool,
}

impl Probe {
    fn new(sent: Duration) -> Probe {
        Probe { sent, count: 1, interval: Duration::from_millis(1), is_patient: false }
    }

    /// The byte that's due now, if there's one.
    fn next_byte(&self, now: Duration) -> Option<&'static [u8]> {
        let age = now.saturating_sub(self.sent);
        let due = NEXT_EARLY_BYTE * if self.is_patient { (1 << self.count) - 1 } else { self.count as u32 };
        PROBE.get(self.count..=self.count).filter(|_| age >= due)
    }
}

impl Wire {
    pub fn new(stream: Stream, connection: Arc<Connection>) -> Wire {
        Wire {
            stream,
            connection,
            ahead: BytesMut::new(),
            input: Input::Open,
            probe: None,
            next_look: None,
            held_looks: 0,
        }
    }

    /// Looks whether the client sends more, and whether it has left, which is an error.
    fn look_after_client(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.input == Input::Open {
            self.read_ahead(context)?;
        }
        if self.input != Input::Open {
            self.connection.end_input();
            match self.connection.end_of_input() {
                EndOfInput::Gone => return Err(io::ErrorKind::ConnectionAborted.into()),
                EndOfInput::Unclear => self.send_probe(context)?,
                EndOfInput::Stays => {}
            }
        }
        // In both cases nothing else would wake this task.
        if self.input != Input::Open || self.ahead.len() >= AHEAD {
            self.look_for_reset(context)?;
        }
        Ok(())
    }

    fn read_ahead(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let mut buffer = [0; 4096];
        while self.ahead.len() < AHEAD {
            let mut buffer = ReadBuf::new(&mut buffer);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    self.input = Input::Ended;
                    return Ok(());
                }
                Poll::Ready(Ok(())) => self.ahead.extend_from_slice(buffer.filled()),
            }
        }
        // Behind unread bytes the end can't be read, but Linux and macOS report it. Windows doesn't.
        let readiness = pin!(self.stream.socket().ready(Interest::READABLE));
        if let Poll::Ready(readiness) = readiness.poll(context)
            && readiness?.is_read_closed()
        {
            self.input = Input::Ending;
        }
        Ok(())
    }

    fn send_probe(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        self.connection.probed();
        if let Some(probe) = &mut self.probe {
            probe.is_patient = false;
            return Ok(());
        }
        // If the socket takes nothing now, the response itself will tell.
        let now = self.connection.recorder.now();
        if let Poll::Ready(sent) = Pin::new(&mut self.stream).poll_write(context, &PROBE[..1]) {
            sent?;
            self.probe = Some(Probe::new(now));
            self.next_look = None;
        }
        Ok(())
    }

    fn look_for_reset(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let Wire { stream, connection, probe, next_look, held_looks, .. } = self;
        loop {
            if let Some(error) = stream.socket().take_error()? {
                return Err(error);
            }
            let interval = probe.as_ref().map_or(LOOK_FOR_RESET, |probe| probe.interval);
            let next_look = next_look.get_or_insert_with(|| Box::pin(sleep(interval)));
            if next_look.as_mut().poll(context).is_pending() {
                return Ok(());
            }
            let mut interval = LOOK_FOR_RESET;
            if let Some(probe) = probe {
                probe.interval = (probe.interval * 10).min(LOOK_FOR_RESET);
                interval = probe.interval;
                if let Some(next) = probe.next_byte(connection.recorder.now())
                    && let Poll::Ready(sent) = Pin::new(&mut *stream).poll_write(context, next)
                {
                    probe.count += sent?;
                }
            } else if connection.holds_body() {
                *held_looks += 1;
                if *held_looks >= HELD_LOOKS
                    && let Poll::Ready(sent) = Pin::new(&mut *stream).poll_write(context, &PROBE[..1])
                {
                    sent?;
                    *probe = Some(Probe { is_patient: true, ..Probe::new(connection.recorder.now()) });
                    interval = Duration::from_millis(1);
                }
            }
            next_look.as_mut().reset(Instant::now() + interval);
        }
    }

    /// Drops what was read ahead, and everything that still comes: no request after this one is answered.
    pub fn discard_input(&mut self) {
        self.ahead.clear();
    }

    /// Makes closing this socket send RST instead of FIN.
    pub fn reset_on_close(&self) -> io::Result<()> {
        self.stream.socket().set_zero_linger()
    }

    /// Sends FIN, and with TLS nothing before it: a server that's gone doesn't say goodbye.
    pub async fn cut(&mut self) -> io::Result<()> {
        self.stream.socket_mut().shutdown().await
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
        if slices.iter().find(|slice| !slice.is_empty()).is_some_and(|slice| connection.leaves_out(slice)) {
            return Poll::Ready(Ok(CONTINUE.len()));
        }
        connection.recorder.change(|live, now| {
            if let Some(Probe { sent, count, .. }) = probe {
                // These are on the wire already. The rest of their slice is enough for one write.
                let Some(slice) = slices.iter().find(|slice| !slice.is_empty()) else {
                    return Poll::Ready(Ok(0));
                };
                let (early, rest) = slice.split_at((*count).min(slice.len()));
                let taken =
                    if rest.is_empty() { 0 } else { ready!(Pin::new(stream).poll_write(context, rest))? };
                connection.wrote(early, live, *sent);
                connection.wrote(&rest[..taken], live, now);
                let early = early.len();
                *count -= early;
                if *count == 0 {
                    *probe = None;
                }
                return Poll::Ready(Ok(early + taken));
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
        if self.input == Input::Ended {
            return Poll::Ready(self.stream.socket().take_error()?.map_or(Ok(()), Err));
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() == before && buffer.remaining() > 0 {
            self.input = Input::Ended;
        }
        Poll::Ready(Ok(()))
    }
}
