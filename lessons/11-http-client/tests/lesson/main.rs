//! The lesson's claims, proved by what the server saw.
//!
//! # Layout
//! - `login`, `products`, `errors`, `token`, `orders`, `uploads`, `events`, `rate`:
//!   the lesson and its shop
//! - `support`: an open shop and its client
//! - `examples`: the lesson's examples
//! - `documents`, `refusals`: JSON shapes, and why a request was refused
//! - `requests`: what arrives of headers, redirects, cookies and queries
//! - `bodies`, `downloads`, `inflated`, `connections`: what travels, and how
//! - `pieces`: events, and uploads with timeouts
//! - `sent`: JSON in a request
//! - `proxy`, `tls`: proxies, and with the feature `tls` https

mod bodies;
mod connections;
mod documents;
mod downloads;
mod errors;
mod events;
mod examples;
mod inflated;
mod login;
mod orders;
mod pieces;
mod products;
mod proxy;
mod rate;
mod refusals;
mod requests;
mod sent;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod token;
mod twin;
mod uploads;
