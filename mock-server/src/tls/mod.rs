//! https: what can be wrong with a port, and the certificates.
//!
//! - `case`: [`Tls`], plain data
//! - `authority`: the web's certificate authority, and the certificates for each case
//! - `handshake`: what a port does with a new connection before the first request

pub(crate) mod authority;
mod case;
pub(crate) mod handshake;

pub use case::{Tls, TlsError};
