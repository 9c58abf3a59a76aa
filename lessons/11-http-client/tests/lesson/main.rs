//! The lesson's claims, proved by what the server saw.
//!
//! # Layout
//! - `login`, `products`, `errors`, `token`, `orders`: the lesson and its shop
//! - `support`: an open shop and its client
//! - `examples`: the lesson's examples
//! - `documents`, `connections`, `inflated`: JSON shapes, the pool and gzip

mod connections;
mod documents;
mod errors;
mod examples;
mod inflated;
mod login;
mod orders;
mod products;
mod support;
mod token;
mod twin;
