//! What an https port does with a new connection before the first request.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::authority::{Authority, Result, Validity, self_signed_server};
use super::case::Tls;
use crate::wire::stream::Stream;
use crate::wire::tls::TlsSocket;

/// A fatal alert, `protocol_version`, as a server with TLS 1.0 sends it: a record of type 21 and version 3.1, with two bytes.
const PROTOCOL_VERSION: [u8; 7] = [21, 3, 1, 0, 2, 2, 70];
/// The type and the version of a record, and the length of what follows.
const RECORD_HEAD: usize = 5;

/// What an https port does with a new connection.
#[derive(Clone)]
pub(crate) enum Handshake {
    Skip,
    Accept(TlsAcceptor),
    Hang,
    Reset,
    OldVersion,
}

impl Handshake {
    /// The handshake of a port in this case. Its certificate, if it has one, is also valid for these names.
    pub fn new(case: Tls, authority: &Authority, names: &[&str]) -> Result<Handshake> {
        Ok(Handshake::Accept(match case {
            Tls::Good => authority.server(names, Validity::Now)?,
            Tls::Expired => authority.server(names, Validity::Past)?,
            Tls::NotYetValid => authority.server(names, Validity::Future)?,
            Tls::SelfSigned => self_signed_server(names)?,
            Tls::WrongHost => authority.server_of_wrong_host()?,
            Tls::UnknownIssuer => Authority::new("an unknown authority")?.server(names, Validity::Now)?,
            Tls::PlainHttp => return Ok(Handshake::Skip),
            Tls::HandshakeHang => return Ok(Handshake::Hang),
            Tls::HandshakeReset => return Ok(Handshake::Reset),
            Tls::OldVersion => return Ok(Handshake::OldVersion),
        }))
    }

    /// The connection, ready for the first request. `None` if there won't be one.
    pub async fn shake(&self, mut socket: TcpStream) -> Option<Stream> {
        match self {
            Handshake::Skip => Some(Stream::Plain(socket)),
            // An error means that the client doesn't accept the server, or that it doesn't speak TLS. Then rustls has sent
            // an alert already.
            Handshake::Accept(acceptor) => {
                let stream = acceptor.accept(socket).await.ok()?;
                Some(Stream::Tls(Box::new(TlsSocket::new(stream))))
            }
            // In these cases an error means that the client has left, so nothing is left to do.
            Handshake::Hang => {
                let _ = copy(&mut socket, &mut sink()).await;
                None
            }
            Handshake::Reset => {
                read_hello(&mut socket).await.ok()?;
                // Dropping the socket sends the reset.
                let _ = socket.set_zero_linger();
                None
            }
            Handshake::OldVersion => {
                let _ = refuse_version(&mut socket).await;
                None
            }
        }
    }
}

async fn refuse_version(socket: &mut TcpStream) -> io::Result<()> {
    read_hello(socket).await?;
    socket.write_all(&PROTOCOL_VERSION).await?;
    socket.shutdown().await?;
    // Closing a socket with unread bytes would reset it, and the client could miss the alert.
    copy(socket, &mut sink()).await?;
    Ok(())
}

/// Reads the client's first record, which is its hello.
async fn read_hello(socket: &mut TcpStream) -> io::Result<()> {
    let mut head = [0; RECORD_HEAD];
    socket.read_exact(&mut head).await?;
    let length = u16::from_be_bytes([head[3], head[4]]);
    copy(&mut socket.take(length.into()), &mut sink()).await?;
    Ok(())
}
