//! The lesson's claims, proved by what the server saw and by what the program
//! prints.

mod command_line;
mod concurrency;
mod examples;
mod failures;
#[cfg(feature = "live")]
mod live;
mod live_page;
mod program;
mod support;
mod thread_column;
mod twin;
