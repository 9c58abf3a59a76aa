//! The programs in `examples`, for the tests to call.

#[path = "../../examples/deep.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod deep;
#[path = "../../examples/hostile.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod hostile;
#[path = "../../examples/links.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod links;
#[path = "../../examples/not_send.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod not_send;
#[path = "../../examples/parse_blocks.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod parse_blocks;
#[path = "../../examples/polite.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod polite;
#[path = "../../examples/stop_at_title.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod stop_at_title;
#[path = "../../examples/too_much.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
pub mod too_much;
