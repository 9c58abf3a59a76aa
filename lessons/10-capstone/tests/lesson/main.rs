//! What the checker reports, compared with what's really broken and with what
//! the server saw.

mod circle;
mod compression;
mod crawl;
mod endings;
mod examples;
mod faults;
mod filters;
mod frontiers;
mod headers;
mod heads;
mod hosts;
mod library;
mod limits;
#[cfg(feature = "live")]
mod live;
mod pages;
mod program;
mod raw;
mod requests;
mod robots;
mod schema;
mod signals;
mod start_url;
mod steps;
mod structure;
mod support;
