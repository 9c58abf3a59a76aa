//! What the lesson claims, proved by what the server saw.
//!
//! # Layout
//! - `examples`: the lesson's examples
//! - `support`: webs, clients and pages, for several of the modules
//! - `titles`: all sites, and every fault of the catalogue
//! - `pages`: encodings, titles, and what's safe to print
//! - `parsing`: trees, threads and the pool
//! - `size`: pages that are too large, and parsers that stop
//! - `politeness`: robots.txt, pauses and `Retry-After`
//! - `walk`: from page to page
//! - `compile_fail`: programs that the compiler rejects
//! - `twin`: the lesson in Python
//! - `python`: examples that run Python, where it's missing

mod compile_fail;
mod examples;
mod pages;
mod parsing;
mod politeness;
mod python;
mod size;
mod support;
mod titles;
mod twin;
mod walk;
