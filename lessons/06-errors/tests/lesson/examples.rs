//! The examples, as modules.

#[path = "../../examples/causes.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod causes;
#[path = "../../examples/fail_fast.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod fail_fast;
#[path = "../../examples/fail_fast_100.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod fail_fast_100;
#[path = "../../examples/keep_alive.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod keep_alive;
#[path = "../../examples/panic.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod panic;
#[path = "../../examples/retry.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod retry;
#[path = "../../examples/storm.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod storm;
#[path = "../../examples/three_kinds.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod three_kinds;
