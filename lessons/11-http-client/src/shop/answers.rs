//! How the shop answers each request.

pub mod orders;
pub mod products;
pub mod session;

use serde_json::json;
use wiremock::ResponseTemplate;

/// An error status, and why.
fn refuse(status: u16, code: &str, message: &str) -> ResponseTemplate {
    let reason = json!({ "error": { "code": code, "message": message } });
    ResponseTemplate::new(status).set_body_json(reason)
}
