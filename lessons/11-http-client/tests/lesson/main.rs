//! The lesson's claims, proved by what the server saw.
//!
//! # Layout
//! - `login`, `products`, `errors`, `token`, `orders`, `uploads`, `events`, `rate`:
//!   the lesson and its shop
//! - `support`: an open shop and its client
//! - `examples`: the lesson's examples
//! - `documents`, `connections`, `inflated`: JSON shapes, the pool and gzip
//! - `sent`: JSON in a request

mod connections;
mod documents;
mod errors;
mod events;
mod examples;
mod inflated;
mod login;
mod orders;
mod products;
mod rate;
mod sent;
mod support;
mod token;
mod twin;
mod uploads;
