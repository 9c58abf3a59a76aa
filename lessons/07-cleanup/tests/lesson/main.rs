//! The lesson's claims, proved by what the server saw.
//!
//! # Layout
//! - `examples`: the lesson's examples
//! - `support`: webs, records and flags, for several of the modules
//! - `sessions`: the ways out of a session, and the lesson's program
//! - `guards`: `drop`, trackers and clients
//! - `cancellation`: `abort()`, tokens, and work that must finish
//! - `files`: downloads; `permissions`: who may read them, on Unix
//! - `runtimes`: what a runtime waits for when it ends
//! - `shutdown`: how the example `shutdown` ends, on every system
//! - `signals`: SIGTERM and Ctrl-C, on Unix
//! - `console`: the signals of a console, on Windows
//! - `twin`: the lesson in Python

mod cancellation;
mod console;
mod examples;
mod files;
mod guards;
mod permissions;
mod runtimes;
mod sessions;
mod shutdown;
mod signals;
mod support;
mod twin;
