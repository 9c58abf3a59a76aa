//! What an https port does, as plain data.

use std::fmt;
use std::str::FromStr;

/// How an https port behaves when a client connects. A fault of the response, such as `truncate`, goes with every case in which
/// the client can send a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tls {
    /// The certificate is signed by the web's authority, and valid for `localhost`, `127.0.0.1`, `::1` and the site's name.
    Good,
    /// The certificate was valid until a month ago.
    Expired,
    /// The certificate will be valid in a month.
    NotYetValid,
    /// The certificate is signed with its own key, and no authority knows it.
    SelfSigned,
    /// The certificate is for another host, `wrong-host.example`.
    WrongHost,
    /// The certificate is signed by an authority that no client knows.
    UnknownIssuer,
    /// The port speaks HTTP without TLS.
    PlainHttp,
    /// The server reads the client's hello and never responds.
    HandshakeHang,
    /// The server reads the client's hello and resets the connection (RST).
    HandshakeReset,
    /// The server only has an older version of TLS than the client: it responds to the client's hello with the alert
    /// `protocol_version`.
    OldVersion,
}

impl Tls {
    /// Every case.
    pub const ALL: &[Tls] = &[
        Tls::Good,
        Tls::Expired,
        Tls::NotYetValid,
        Tls::SelfSigned,
        Tls::WrongHost,
        Tls::UnknownIssuer,
        Tls::PlainHttp,
        Tls::HandshakeHang,
        Tls::HandshakeReset,
        Tls::OldVersion,
    ];

    /// The name, such as `not-yet-valid`. It parses into the case.
    pub fn name(self) -> &'static str {
        match self {
            Tls::Good => "good",
            Tls::Expired => "expired",
            Tls::NotYetValid => "not-yet-valid",
            Tls::SelfSigned => "self-signed",
            Tls::WrongHost => "wrong-host",
            Tls::UnknownIssuer => "unknown-issuer",
            Tls::PlainHttp => "plain-http",
            Tls::HandshakeHang => "handshake-hang",
            Tls::HandshakeReset => "handshake-reset",
            Tls::OldVersion => "old-version",
        }
    }

    /// What the server does, in a sentence.
    pub fn behaviour(self) -> &'static str {
        match self {
            Tls::Good => "A valid certificate, signed by this web's authority.",
            Tls::Expired => "A certificate that was valid until a month ago.",
            Tls::NotYetValid => "A certificate that will be valid in a month.",
            Tls::SelfSigned => "A certificate that's signed with its own key.",
            Tls::WrongHost => "A certificate for another host.",
            Tls::UnknownIssuer => "A certificate that's signed by an authority that no client knows.",
            Tls::PlainHttp => "Plain HTTP, without TLS.",
            Tls::HandshakeHang => "No response to the client's hello, and the connection stays open.",
            Tls::HandshakeReset => "A reset (RST) after the client's hello.",
            Tls::OldVersion => "The alert of a server that only has an older version of TLS.",
        }
    }
}

impl fmt::Display for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A text isn't the name of a case. The message lists the names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no https case is called `{}`; there are: {}", .0.escape_debug(), names())]
pub struct TlsError(String);

fn names() -> String {
    Tls::ALL.iter().map(|case| case.name()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Tls {
    type Err = TlsError;

    fn from_str(name: &str) -> Result<Tls, TlsError> {
        let mut all = Tls::ALL.iter();
        all.find(|case| case.name() == name).copied().ok_or_else(|| TlsError(name.to_owned()))
    }
}
