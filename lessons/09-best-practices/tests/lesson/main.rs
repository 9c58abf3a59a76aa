//! The lesson's claims, proved by what the server saw, by whether other tasks
//! got a turn, and by what arrived.

mod blocking;
mod clock;
mod compile_fail;
mod events;
mod examples;
mod files;
mod globals;
mod locks;
mod observe;
mod panics;
mod program;
mod rules;
mod support;
mod twin;
