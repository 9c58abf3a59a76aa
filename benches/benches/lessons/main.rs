//! What the lessons say is faster, measured. Each group is named after the lesson that it belongs to.
//!
//! ```sh
//! cargo bench                       # all of them; reports in target/criterion/report/index.html
//! cargo bench -- strategies         # those whose name has this in it
//! cargo bench -- --save-baseline before
//! cargo bench -- --baseline before
//! cargo bench -- --test             # each once, without measuring: are the answers right?
//! ```
//!
//! The mock web runs in a thread of its own. What is fetched is checked each time: an answer that is wrong ends the bench.

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

/// Short, so that all groups together take less than five minutes.
fn short() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1_500))
        // For the margins of error: a tenth of what is usual.
        .nresamples(10_000)
}

/// As `#[tokio::main]` makes it: a thread for each core.
fn runtime() -> Runtime {
    Runtime::new().expect("there is a runtime")
}

/// As `#[tokio::main(flavor = "current_thread")]` makes it.
fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("there is a runtime")
}

criterion_group! {
    name = lessons;
    config = short();
    targets = strategies::bench, overhead::bench, scaling::bench, clients::bench, parsing::bench, blocking::bench,
        locks::bench
}
criterion_main!(lessons);
