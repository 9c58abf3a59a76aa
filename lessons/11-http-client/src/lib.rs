//! A client of a small shop, and the shop, which misbehaves.
//!
//! In Python this is `aiohttp.ClientSession` and what people write around it: a
//! login, paging, errors that say why, a token that expires, orders that mustn't
//! be sent twice, uploads, events, and a rate limit.
//!
//! # Layout
//! - [`client`]: one [`reqwest::Client`] for everything, and the login
//! - [`response`]: a response becomes a value, or an error that says why
//! - [`error`]: the errors
//! - [`products`]: a list in pages, typed, and details of any shape
//! - [`token`]: a token that's renewed once for all tasks
//! - [`orders`]: an order that's sent again, and taken once
//! - [`pictures`]: an upload that's streamed from a file
//! - [`events`]: events that are followed, also after the connection breaks
//! - [`rate`], [`stock`]: a rate limit that the client keeps
//! - [`proxy`]: a proxy, for the examples
//! - [`shop`]: the mock shop, for the program and the tests

pub mod client;
pub mod error;
pub mod events;
pub mod orders;
pub mod pictures;
pub mod products;
pub mod proxy;
pub mod rate;
pub mod response;
pub mod shop;
pub mod stock;
pub mod token;

pub use client::{Credentials, ShopClient, http_client};
pub use error::{ApiError, ErrorKind, ShopError};
pub use response::receive;
