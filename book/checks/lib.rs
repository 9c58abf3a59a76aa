//! Keeps the book true: makes its outputs and pictures from real runs, and finds what has drifted from them.
//!
//! ```sh
//! cargo run -p book -- refresh           # run everything and write book/src/out and book/src/img again
//! cargo run -p book -- refresh lesson01  # only this run
//! cargo run -p book -- refresh rustc     # only what the compiler says, and which compiler it is
//! cargo run -p book -- refresh --check   # compare instead of writing
//! cargo run -p book -- pages             # how long each page takes to read
//! cargo run -p book -- lab               # build the labs' WebAssembly again
//! cargo run -p book -- predictions       # take the answers to the predictions from the outputs again
//! ```
//!
//! # Layout
//! - [`runs`]: which programs the book shows the output of
//! - [`refresh`]: runs them; `compare` decides what counts as drift
//! - [`faults`]: makes the fault catalogue of the appendix
//! - [`lab`]: builds what runs in the pages
//! - [`predictions`]: takes the answers to the pages' predictions from the outputs
//! - [`pages`]: what the Markdown includes, which commands it gives, and how long a page takes
//!
//! The tests hold the Markdown to all this. Where mdBook is installed they look at the built pages too, and where a
//! browser is installed they look at what a reader sees.

use std::path::{Path, PathBuf};

pub mod compare;
pub mod faults;
pub mod lab;
pub mod pages;
pub mod predictions;
pub mod refresh;
pub mod runs;

/// The top folder of the course.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the book has a folder of its own").to_owned()
}

/// The book's Markdown. Its Rust that isn't included from a program is compiled and run.
#[cfg(doctest)]
mod prose {
    // Made by build.rs: a struct for each page in SUMMARY.md, with the page as its documentation.
    include!(concat!(env!("OUT_DIR"), "/prose.rs"));
}
