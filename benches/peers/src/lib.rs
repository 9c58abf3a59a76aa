//! Whole programs that do the same work, in Rust and in Python, and the code that measures them.
//!
//! ```sh
//! cargo bench --bench peers
//! ```
//!
//! # Layout
//!
//! - `../rust`, `../python`: the programs. [`program`] is what the Rust ones share: their input, the clock, and
//!   fetching. `../python/peer.py` is the same in Python.
//! - [`programs`]: how each program is started. [`workloads`]: what the programs have to do, and the right answers.
//! - [`server`]: the mock web, in a process of its own.
//! - [`run`]: runs everything and writes the results. [`options`] is its command line, [`runner`] runs one program.
//! - [`report`]: what a program prints. [`usage`]: the time and memory that the program `peer-measure` measured.
//! - [`statistics`]: medians and ratios. [`machine`]: which machine and which versions.
//! - [`table`], [`chart`], [`numbers`], [`printing`]: results for people. [`criterion`] makes tables from the figures of
//!   `cargo bench`.
//! - [`pages`], [`titles`]: pages with markup, and three ways to find their titles. The bench `lessons` uses them too.

pub mod chart;
pub mod criterion;
pub mod machine;
pub mod numbers;
pub mod options;
pub mod pages;
pub mod printing;
pub mod program;
pub mod programs;
pub mod report;
pub mod run;
pub mod runner;
pub mod server;
pub mod statistics;
pub mod table;
pub mod titles;
pub mod usage;
pub mod workloads;
