//! The examples, as modules.
#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/causes.rs"]
pub mod causes;
#[path = "../../examples/fail_fast.rs"]
pub mod fail_fast;
#[path = "../../examples/fail_fast_100.rs"]
pub mod fail_fast_100;
#[path = "../../examples/keep_alive.rs"]
pub mod keep_alive;
#[path = "../../examples/panic.rs"]
pub mod panic;
#[path = "../../examples/retry.rs"]
pub mod retry;
#[path = "../../examples/storm.rs"]
pub mod storm;
#[path = "../../examples/three_kinds.rs"]
pub mod three_kinds;
