//! A client of a small shop, and the shop, which misbehaves.
//!
//! In Python this is `aiohttp.ClientSession` and what is built on it: a login,
//! paging, errors that say why, a token that expires, orders, uploads, events
//! and a rate limit.
//!
//! # Layout
//! - [`client`]: one [`reqwest::Client`] for everything, and the login
//! - [`error`]: a response that is no success becomes a typed error
//! - [`shop`]: the mock shop, for the program and the tests

pub mod client;
pub mod error;
pub mod shop;

pub use client::{Credentials, ShopClient, http_client};
pub use error::{ApiError, ErrorKind, ShopError};
