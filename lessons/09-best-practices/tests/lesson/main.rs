//! What the lesson claims, proved by what the server saw, by turns that other
//! tasks had, and by what arrived.

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
