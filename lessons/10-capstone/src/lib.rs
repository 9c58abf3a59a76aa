//! A link checker: it crawls a site, requests every link, and reports the
//! broken ones with the pages they're on.
//!
//! It puts the parts of the course together. Four stages hand their work on
//! through channels of small capacity, so a slow stage slows down the stages
//! before it, and nothing piles up:
//!
//! ```text
//!                ┌────────────────── visits ──────────────────┐
//!                ▼                                            │
//!   frontier ◀▶ crawl ── jobs ──▶ fetcher ── pages ──▶ parser ┘
//!                │
//!                └── results ──▶ reporter ──▶ report
//! ```
//!
//! - [`frontier`]: the URLs that haven't been requested yet. It hands out each
//!   URL once, pages near the start first, and limits the requests per host.
//!   It's a trait, so it doesn't have to be in memory.
//! - [`crawl`]: takes jobs from the frontier and adds the links that were
//!   found. It alone decides when the crawl is finished.
//! - [`fetcher`]: sends the requests, with a concurrency limit, timeouts and
//!   retries.
//! - [`parser`]: finds the links of pages, on threads that may block. It
//!   builds no tree, so its cost grows with the bytes of a page and no faster.
//! - [`reporter`]: collects all results, and joins links and outcomes at the
//!   end.
//! - [`progress`]: what a person sees in the meantime.
//! - [`check`]: makes the channels and runs the stages.
//!
//! The stages import what they send each other ([`message`]), and no other
//! stage. Below them are [`options`], [`filter`], [`error`], [`address`],
//! [`text`], [`page`], which reads a page, and [`http`], which the fetcher needs
//! to send requests and to read responses. The result is a [`report`], and
//! [`mock_site`] is a site with every kind of broken link, for a first run and
//! for the tests.
//!
//! # Ending
//!
//! The channels form a cycle, so a stage that did nothing but wait for room in
//! one of them could end up waiting for itself. The crawl loop never does:
//! while it waits for room for a job, it keeps receiving visits. When it ends,
//! for whatever reason, it drops its ends of the channels, and the other stages
//! end one after the other.
//!
//! There's no timeout for a whole check. Ctrl-C ends it.
//!
//! # Memory
//!
//! Everything a site can make grow has a limit: the URLs that are remembered
//! ([`frontier::InMemory`]); the links of a page, their occurrences and the
//! anchors ([`page::collector`], [`reporter`]); the bytes of a page
//! ([`Options::max_page_bytes`]); and the pages in flight (the capacity of the
//! channels and [`Options::at_once`]). A job that waits for its host isn't in
//! flight, and there are at most as many of them as the frontier allows for
//! each host.

pub mod address;
mod check;
pub mod crawl;
pub mod error;
pub mod fetcher;
pub mod filter;
pub mod frontier;
pub mod http;
pub mod message;
#[cfg(feature = "mock-site")]
pub mod mock_site;
pub mod options;
pub mod page;
pub mod parser;
pub mod progress;
pub mod report;
pub mod reporter;
pub mod text;

pub use check::{CheckError, check};
pub use error::LinkError;
pub use message::{Job, Outcome, SkipReason};
pub use options::Options;
pub use report::Report;
