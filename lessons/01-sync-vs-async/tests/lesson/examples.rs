//! The examples, as modules.

#![expect(dead_code, reason = "an example has a `main`, which no test calls")]

#[path = "../../examples/cpu_bound.rs"]
pub mod cpu_bound;
