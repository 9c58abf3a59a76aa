//! The socket of one connection, which tells the record what goes onto it.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::record::{Outcome, Record, Recorder, RequestHead};

/// What the wire, the handler of requests and the body of an answer share of one connection.
pub(crate) struct Connection {
    pub id: u64,
    accepted: Duration,
    pub recorder: Recorder,
    answers: Mutex<VecDeque<Answer>>,
    asked: AtomicU64,
    begun: AtomicU64,
    wrote: Notify,
}

/// An answer that is owed on a connection: the meter that follows it onto the wire.
struct Answer {
    exchange: u64,
    /// How long the body is when whole. `None` until the handler has decided; what is written before that
    /// is an interim `100 Continue`.
    promised: Option<u64>,
    sent: u64,
    /// How much of the blank line that ends the head has been seen, in bytes; 4 is all of it.
    blank_line: usize,
}

impl Connection {
    pub fn new(recorder: Recorder) -> Connection {
        Connection {
            id: recorder.connection_opened(),
            accepted: recorder.now(),
            recorder,
            answers: Mutex::default(),
            asked: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            wrote: Notify::new(),
        }
    }

    /// A request has arrived, for a site or about the web.
    pub fn asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests have arrived.
    pub fn count_asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// A request for a site begins.
    pub fn begin(&self, head: RequestHead) -> u64 {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let exchange = self.recorder.begin(self.id, self.accepted, head);
        self.answers().push_back(Answer { exchange, promised: None, sent: 0, blank_line: 0 });
        exchange
    }

    /// An answer with a head and `body` bytes is about to be written.
    pub fn promise(&self, exchange: u64, body: u64) {
        self.with_answer(exchange, |answer| answer.promised = Some(body));
    }

    /// Bytes that are no HTTP answer are about to be written; all of them count as body.
    pub fn promise_raw(&self, exchange: u64) {
        self.with_answer(exchange, |answer| {
            answer.promised = Some(u64::MAX);
            answer.blank_line = BLANK_LINE.len();
        });
    }

    /// Waits until the kernel has taken the head and `bytes` of the body, so that what follows comes after.
    pub async fn sent(&self, exchange: u64, bytes: u64) {
        loop {
            let wrote = self.wrote.notified();
            // An answer that is no longer there is all sent.
            let mut sent = true;
            self.with_answer(exchange, |answer| {
                sent = answer.blank_line == BLANK_LINE.len() && answer.sent >= bytes;
            });
            if sent {
                return;
            }
            wrote.await;
        }
    }

    /// How many requests for a site have begun.
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// Waits until no answer is owed.
    pub async fn idle(&self) {
        loop {
            let wrote = self.wrote.notified();
            if self.answers().is_empty() {
                return;
            }
            wrote.await;
        }
    }

    /// Ends everything that is still owed. Called before the socket is closed, so that a client that has
    /// seen the end finds it in the record.
    pub fn end_all(&self, outcome: Outcome) {
        let owed = std::mem::take(&mut *self.answers());
        for answer in owed {
            self.recorder.end(answer.exchange, outcome);
        }
    }

    fn with_answer(&self, exchange: u64, change: impl FnOnce(&mut Answer)) {
        if let Some(answer) = self.answers().iter_mut().find(|answer| answer.exchange == exchange) {
            change(answer);
        }
    }

    fn answers(&self) -> MutexGuard<'_, VecDeque<Answer>> {
        self.answers.lock().expect("no code that holds this lock panics")
    }

    /// `written` went onto the wire: heads and bodies of the answers owed, in their order.
    fn wrote(&self, mut written: &[u8], record: &mut Record, now: Duration) {
        let mut answers = self.answers();
        while !written.is_empty()
            && let Some(answer) = answers.front_mut()
            && let Some(promised) = answer.promised
        {
            written = &written[answer.end_of_head(written)..];
            let body = (promised - answer.sent).min(written.len() as u64);
            answer.sent += body;
            written = &written[body as usize..];
            record.wrote(answer.exchange, body, now);
            if answer.blank_line < BLANK_LINE.len() || answer.sent < promised {
                break;
            }
            record.end(answer.exchange, Outcome::Complete, now);
            answers.pop_front();
        }
        self.wrote.notify_waiters();
    }
}

impl Drop for Connection {
    /// Whatever the handler did not end itself, the client did.
    fn drop(&mut self) {
        self.end_all(Outcome::ClientGone);
        self.recorder.connection_closed();
    }
}

const BLANK_LINE: &[u8; 4] = b"\r\n\r\n";

impl Answer {
    /// How many of these bytes still belong to the head.
    fn end_of_head(&mut self, bytes: &[u8]) -> usize {
        for (index, byte) in bytes.iter().enumerate() {
            if self.blank_line == BLANK_LINE.len() {
                return index;
            }
            self.blank_line = match byte {
                byte if *byte == BLANK_LINE[self.blank_line] => self.blank_line + 1,
                b'\r' => 1,
                _ => 0,
            };
        }
        bytes.len()
    }
}

/// The socket itself. Writes are told to the record. Reads run ahead while an answer is owed, because hyper does not
/// look whether the client is still there while it has anything left to parse, were it two stray bytes.
pub(crate) struct Wire {
    stream: TcpStream,
    connection: Arc<Connection>,
    ahead: BytesMut,
}

/// How far reading runs ahead, in bytes. A client that sends more before it has its answer is not watched.
const AHEAD: usize = 65_536;

impl Wire {
    pub fn new(stream: TcpStream, connection: Arc<Connection>) -> Wire {
        Wire { stream, connection, ahead: BytesMut::new() }
    }

    /// Reads what is there; an error where the client has gone. A client that closes only its sending half counts as
    /// gone too.
    fn read_ahead(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let mut buffer = [0; 4096];
        while self.ahead.len() < AHEAD {
            let mut buffer = ReadBuf::new(&mut buffer);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
                Poll::Ready(Ok(())) => self.ahead.extend_from_slice(buffer.filled()),
            }
        }
        Ok(())
    }

    /// Makes closing this socket send RST in place of FIN.
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
        let Wire { stream, connection, .. } = &mut *self;
        connection.recorder.while_locked(|record, now| {
            let result = Pin::new(stream).poll_write_vectored(context, slices);
            if let Poll::Ready(Ok(mut taken)) = result {
                for slice in slices {
                    let count = taken.min(slice.len());
                    connection.wrote(&slice[..count], record, now);
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
        if !self.connection.answers().is_empty() {
            self.read_ahead(context)?;
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
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}
