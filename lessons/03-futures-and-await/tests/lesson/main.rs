//! What the lesson claims, proved by what the server saw, by polls and by sizes.

mod chain;
mod compile_fail;
mod cures;
mod examples;
mod executor;
mod polls;
mod sizes;
mod twin;
