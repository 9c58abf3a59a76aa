//! The programs in `examples`, for the tests to call.

#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/abort_request.rs"]
pub mod abort_request;
#[path = "../../examples/exit_hangs.rs"]
pub mod exit_hangs;
#[path = "../../examples/half_file.rs"]
pub mod half_file;
#[path = "../../examples/no_async_drop.rs"]
pub mod no_async_drop;
#[path = "../../examples/shield.rs"]
pub mod shield;
#[path = "../../examples/shutdown.rs"]
pub mod shutdown;
