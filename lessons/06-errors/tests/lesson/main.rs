//! What the lesson claims, proved by what the server saw.

mod examples;
mod fail_fast;
mod kinds;
mod panics;
mod retries;
mod webs;
