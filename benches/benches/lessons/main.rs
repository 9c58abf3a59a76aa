//! Measures the things that the lessons call faster. Each group is named after its lesson.
//!
//! ```sh
//! cargo bench                       # all of them; the report is target/criterion/report/index.html
//! cargo bench -- strategies         # only those whose name contains `strategies`
//! cargo bench -- --save-baseline before
//! cargo bench -- --baseline before
//! cargo bench -- --test             # each once, to check the answers
//! ```
//!
//! The mock web runs in a thread of its own. Every answer is checked, and a wrong one ends the bench.

mod blocking;
mod clients;
mod locks;
mod overhead;
mod parsing;
mod scaling;
mod strategies;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::{Builder, Runtime};

/// Short measurements, so that all groups together take less than five minutes.
fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1_500))
        // Resamples for the confidence intervals: a tenth of the default.
        .nresamples(10_000)
}

/// The runtime of `#[tokio::main]`: a worker thread for each core.
fn runtime() -> Runtime {
    Runtime::new().expect("the runtime starts")
}

/// The runtime of `#[tokio::main(flavor = "current_thread")]`.
fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("the runtime starts")
}

criterion_group! {
    name = lessons;
    config = short();
    targets = strategies::bench, overhead::bench, scaling::bench, clients::bench, parsing::bench, blocking::bench,
        locks::bench
}
criterion_main!(lessons);
