//! The examples, as modules.

#![expect(dead_code, reason = "an example has a `main`, which no test calls")]

#[path = "../../examples/blocking_work.rs"]
pub mod blocking_work;
#[path = "../../examples/client_and_runtime.rs"]
pub mod client_and_runtime;
#[path = "../../examples/in_and_out.rs"]
pub mod in_and_out;
#[path = "../../examples/lazy.rs"]
pub mod lazy;
#[path = "../../examples/one_task.rs"]
pub mod one_task;
