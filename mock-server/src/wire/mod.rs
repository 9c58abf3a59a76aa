//! How a response travels: the steps of a script, the socket that takes them, with TLS or without, and the connection that both report to.

mod chunked_end;
pub(crate) mod connection;
mod head_end;
mod heads;
pub(crate) mod script;
pub(crate) mod socket;
mod status_line;
pub(crate) mod stream;
pub(crate) mod takeover;
#[cfg(feature = "tls")]
pub(crate) mod tls;
