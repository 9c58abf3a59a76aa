//! The lesson's claims, proved by what the server saw and by the threads that
//! ran the code.

mod blocking;
mod clients;
mod examples;
mod in_and_out;
mod join;
mod support;
mod twin;
