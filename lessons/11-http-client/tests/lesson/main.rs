//! The lesson's claims, proved by what the server saw.
//!
//! # Layout
//! - `support`, `login`: the lesson and its shop
//! - `examples`: the lesson's examples
//! - `documents`, `connections`, `inflated`: JSON shapes, the pool and gzip

mod connections;
mod documents;
mod examples;
mod inflated;
mod login;
mod support;
