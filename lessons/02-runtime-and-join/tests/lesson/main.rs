//! What the lesson claims, proved by what the server saw and by the threads on
//! which code ran.

mod blocking;
mod clients;
mod examples;
mod in_and_out;
mod join;
mod support;
mod twin;
