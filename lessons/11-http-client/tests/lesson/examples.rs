//! The programs in `examples`, for the tests to call.

#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/gzip.rs"]
pub mod gzip;
#[path = "../../examples/json_shapes.rs"]
pub mod json_shapes;
#[path = "../../examples/lost_answer.rs"]
pub mod lost_answer;
#[path = "../../examples/pool.rs"]
pub mod pool;
#[path = "../../examples/renew_token.rs"]
pub mod renew_token;
#[path = "../../examples/send_json.rs"]
pub mod send_json;
