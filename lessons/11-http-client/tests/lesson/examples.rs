//! The programs in `examples`, for the tests to call.

#![expect(dead_code, reason = "an example has a `main`, which is not called")]

#[path = "../../examples/cancel_upload.rs"]
pub mod cancel_upload;
#[path = "../../examples/cookies.rs"]
pub mod cookies;
#[path = "../../examples/download.rs"]
pub mod download;
#[path = "../../examples/error_body.rs"]
pub mod error_body;
#[path = "../../examples/events.rs"]
pub mod events;
#[path = "../../examples/gzip.rs"]
pub mod gzip;
#[path = "../../examples/headers.rs"]
pub mod headers;
#[path = "../../examples/json_shapes.rs"]
pub mod json_shapes;
#[path = "../../examples/lost_answer.rs"]
pub mod lost_answer;
#[path = "../../examples/pool.rs"]
pub mod pool;
#[path = "../../examples/query_and_form.rs"]
pub mod query_and_form;
#[path = "../../examples/rate_limit.rs"]
pub mod rate_limit;
#[path = "../../examples/redirects.rs"]
pub mod redirects;
#[path = "../../examples/renew_token.rs"]
pub mod renew_token;
#[path = "../../examples/resume_download.rs"]
pub mod resume_download;
#[path = "../../examples/send_json.rs"]
pub mod send_json;
#[path = "../../examples/upload.rs"]
pub mod upload;
