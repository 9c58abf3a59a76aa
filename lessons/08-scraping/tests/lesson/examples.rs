//! The programs in `examples`, for the tests to call.

#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/deep.rs"]
pub mod deep;
#[path = "../../examples/hostile.rs"]
pub mod hostile;
#[path = "../../examples/links.rs"]
pub mod links;
#[path = "../../examples/not_send.rs"]
pub mod not_send;
#[path = "../../examples/parse_blocks.rs"]
pub mod parse_blocks;
#[path = "../../examples/polite.rs"]
pub mod polite;
#[path = "../../examples/stop_at_title.rs"]
pub mod stop_at_title;
#[path = "../../examples/too_much.rs"]
pub mod too_much;
