//! The lesson's claims, proved by what the server saw.

mod build;
mod examples;
mod fail_fast;
mod faults;
mod kinds;
#[cfg(feature = "live")]
mod live;
mod panics;
mod retries;
mod sent_again;
mod support;
mod twin;
