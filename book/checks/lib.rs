//! Keeps the book true: makes its outputs and pictures from real runs, and finds what has drifted from them.
//!
//! ```sh
//! cargo run -p book -- refresh           # run everything and write book/src/out and book/src/img again
//! cargo run -p book -- refresh lesson01  # only this run
//! cargo run -p book -- refresh --check   # compare instead of writing
//! cargo run -p book -- pages             # how long each page takes to read
//! ```
//!
//! # Layout
//! - [`runs`]: which programs the book shows the output of
//! - [`refresh`]: runs them; `compare` decides what counts as drift
//! - [`faults`]: makes the fault catalogue of the appendix
//! - [`pages`]: what the Markdown includes, which commands it gives, and how long a page takes
//!
//! The tests hold the Markdown to all this. Where mdBook is installed they look at the built pages too, and where a
//! browser is installed they look at what a reader sees.

use std::path::{Path, PathBuf};

pub mod compare;
pub mod faults;
pub mod pages;
pub mod refresh;
pub mod runs;

/// The top folder of the course.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the book has a folder of its own").to_owned()
}

/// The book's Markdown. Its Rust that isn't included from a program is compiled and run.
#[cfg(doctest)]
mod prose {
    macro_rules! pages {
        ($($page:ident: $file:literal)*) => { $( #[doc = include_str!($file)] pub struct $page; )* };
    }
    pages! {
        Introduction: "../src/introduction.md"
        ProgramOfYourOwn: "../src/program-of-your-own.md"
        RustYouWillNeed: "../src/rust-you-will-need.md"
        Chapter01: "../src/01-sync-vs-async.md"
        Chapter02: "../src/02-runtime-and-join.md"
        Chapter02Page1: "../src/02-1-in-and-out-of-the-runtime.md"
        Chapter03: "../src/03-futures-and-await.md"
        Chapter03Page1: "../src/03-1-what-a-future-is-made-of.md"
        Chapter04: "../src/04-tasks.md"
        Chapter04Page1: "../src/04-1-select.md"
        Chapter04Page2: "../src/04-2-cancel-safety.md"
        Chapter05: "../src/05-gather.md"
        Chapter05Page1: "../src/05-1-channels-and-workers.md"
        Chapter05Page2: "../src/05-2-streams-and-rates.md"
        Chapter06: "../src/06-errors.md"
        Chapter06Page1: "../src/06-1-trying-again.md"
        Chapter07: "../src/07-cleanup.md"
        Chapter07Page1: "../src/07-1-shutdown.md"
        Chapter08: "../src/08-scraping.md"
        Chapter08Page1: "../src/08-1-hostile-pages.md"
        Chapter08Page2: "../src/08-2-from-page-to-page.md"
        Chapter09: "../src/09-best-practices.md"
        Chapter09Page1: "../src/09-1-sharing-state.md"
        Chapter09Page2: "../src/09-2-reference-cards.md"
        Chapter10: "../src/10-capstone.md"
        Exercises: "../src/exercises.md"
        Phrasebook: "../src/phrasebook.md"
        Compiler: "../src/compiler.md"
        Faults: "../src/faults.md"
        Benchmarks: "../src/benchmarks.md"
        Troubleshooting: "../src/troubleshooting.md"
        Glossary: "../src/glossary.md"
    }
}
