//! How the shop answers each request.

use serde::Deserialize;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use super::state::State;
use super::{PASSWORD, USER};

#[derive(Deserialize)]
struct Credentials {
    user: String,
    password: String,
}

/// A session (a cookie) and a token.
pub fn log_in(state: &mut State, request: &Request) -> ResponseTemplate {
    let Ok(Credentials { user, password }) = request.body_json() else {
        let message = "the body has to be JSON with a user and a password";
        return refuse(400, "bad-request", message);
    };
    if user != USER || password != PASSWORD {
        let message = "the user or the password is wrong";
        return refuse(401, "wrong-credentials", message);
    }
    let cookie = format!("session={}; HttpOnly", state.begin_session());
    let token = state.issue_token();
    ResponseTemplate::new(200)
        .insert_header("set-cookie", cookie)
        .set_body_json(json!({ "token": token }))
}

/// An error status, and why.
fn refuse(status: u16, code: &str, message: &str) -> ResponseTemplate {
    let reason = json!({ "error": { "code": code, "message": message } });
    ResponseTemplate::new(status).set_body_json(reason)
}
