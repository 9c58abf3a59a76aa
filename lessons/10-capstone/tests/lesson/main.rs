//! What the checker reports, compared with what's really broken and with what
//! the server saw.

mod circle;
mod crawl;
mod endings;
mod examples;
mod faults;
mod frontiers;
mod library;
mod limits;
#[cfg(feature = "live")]
mod live;
mod pages;
mod program;
mod requests;
mod robots;
mod signals;
mod start_url;
mod steps;
mod support;
