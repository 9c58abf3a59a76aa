//! The lesson's claims, proved by what the server saw.

mod bounds;
mod channels;
mod compile_fail;
mod examples;
mod faults;
mod hedge;
mod permit_deadlock;
mod slow_consumer;
mod support;
mod timeouts;
mod twin;
