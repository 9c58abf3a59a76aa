//! The lesson's claims, proved by what the server saw.
//!
//! # Layout
//! - `examples`: the lesson's examples
//! - `support`: webs, clients and pages, for several of the modules
//! - `titles`: the titles of all sites, and every fault of the catalogue
//! - `pages`: encodings, titles, and what's safe to print
//! - `parsing`: parsed trees, threads and the thread pool
//! - `size`: pages that are too large, and parsers that stop early
//! - `politeness`: robots.txt, pauses and `Retry-After`
//! - `walk`: following links from page to page
//! - `compile_fail`: programs that the compiler refuses
//! - `twin`: the lesson in Python
//! - `python`: examples that run Python, on a machine without Python

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
