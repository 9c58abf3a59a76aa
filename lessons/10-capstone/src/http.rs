//! What the fetcher needs to send requests and to read responses.
//!
//! [`client`] builds the HTTP clients. [`retry`] decides when a request may
//! start, with [`hosts`], [`places`] and [`robots`]. What a response says is read
//! by [`response`], [`media_type`], [`redirect`] and [`decode`].

pub mod client;
pub mod decode;
pub mod hosts;
pub mod media_type;
pub mod places;
pub mod redirect;
pub mod response;
pub mod retry;
pub mod robots;
