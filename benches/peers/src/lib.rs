//! Whole programs that do the same work, in Rust and in Python, and what measures them.
//!
//! ```sh
//! cargo bench --bench peers
//! ```
//!
//! # Layout
//!
//! - `../rust`, `../python`: the programs; `program`: what those in Rust are given and what they report
//! - `works`: what they are to do, and which answers are right; `server`: the mock web, in a process of its own
//! - `run`: lets them do it in turn; `usage`: what a program took, as the program `peer-measure` writes it down
//! - `statistics`: from figures to medians and ratios; `machine`: where and with what they were made
//! - `table`, `chart`: for reading; `lessons`: what the bench `lessons` measured, for reading, too
//! - `pages`, `titles`: pages with markup, and three ways to their titles, for the bench `lessons`, too

pub mod chart;
pub mod lessons;
pub mod machine;
pub mod pages;
pub mod program;
pub mod run;
pub mod server;
pub mod statistics;
pub mod table;
pub mod titles;
pub mod usage;
pub mod works;
