//! The lesson's claims, proved by what the server saw, by how often futures
//! were polled, and by their sizes.

mod chain;
mod compile_fail;
mod cures;
mod examples;
mod executor;
mod polls;
mod sizes;
mod twin;
