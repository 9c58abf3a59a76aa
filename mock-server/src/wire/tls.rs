//! TLS on top of a socket, so that the record is as exact as without it.

use std::io;
use std::mem::take;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// The most that one record of TLS holds, in bytes.
const RECORD: usize = 16_384;

/// A socket with TLS on top.
pub(crate) struct TlsSocket {
    stream: TlsStream<TcpStream>,
    /// How many bytes are encrypted, but not yet taken by the kernel: at most one record.
    sealed: usize,
}

impl TlsSocket {
    pub fn new(stream: TlsStream<TcpStream>) -> TlsSocket {
        TlsSocket { stream, sealed: 0 }
    }

    pub fn socket(&self) -> &TcpStream {
        self.stream.get_ref().0
    }

    pub fn socket_mut(&mut self) -> &mut TcpStream {
        self.stream.get_mut().0
    }
}

impl AsyncRead for TlsSocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match ready!(Pin::new(&mut self.stream).poll_read(context, buffer)) {
            // The client sent FIN without TLS's own goodbye, `close_notify`. That's how many clients leave.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
            result => Poll::Ready(result),
        }
    }
}

impl AsyncWrite for TlsSocket {
    /// Bytes count as written once the kernel has taken the whole record that they're in, because the client can't read
    /// them before. After `Pending`, the next call has to begin with the same bytes: they're encrypted already.
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.sealed == 0 {
            let record = &bytes[..bytes.len().min(RECORD)];
            self.sealed = ready!(Pin::new(&mut self.stream).poll_write(context, record))?;
        }
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        Poll::Ready(Ok(take(&mut self.sealed)))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// Sends `close_notify`, and then FIN.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
