//! Logins and tokens.

use serde::Deserialize;
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use super::refuse;
use crate::shop::state::{LOGIN_TOKEN_USES, TOKEN_USES};
use crate::shop::{PASSWORD, Session, State, USER};

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
    let (session, secret) = state.begin_session();
    let token = state.issue_token(session, LOGIN_TOKEN_USES);
    ResponseTemplate::new(200)
        .insert_header("set-cookie", format!("session={secret}; HttpOnly"))
        .set_body_json(json!({ "token": token }))
}

/// A new token for a session that's still there.
pub fn renew_token(state: &mut State, request: &Request) -> ResponseTemplate {
    let cookies = header(request, "cookie").unwrap_or_default();
    let secrets = cookies
        .split("; ")
        .filter_map(|cookie| cookie.strip_prefix("session="));
    match secrets.filter_map(|secret| state.session(secret)).next() {
        Some(session) => {
            let token = state.issue_token(session, TOKEN_USES);
            let body = json!({ "token": token });
            ResponseTemplate::new(200).set_body_json(body)
        }
        None => refuse(401, "no-session", "there's no session; log in"),
    }
}

/// The session of the request's token. It counts as a use of the token.
pub fn authorize(state: &mut State, request: &Request) -> Option<Session> {
    let token = header(request, "authorization")?.strip_prefix("Bearer ")?;
    state.use_token(token)
}

/// The answer to a request without a valid token.
pub fn expired() -> ResponseTemplate {
    refuse(401, "token-expired", "the token has expired")
        .insert_header("www-authenticate", "Bearer error=\"invalid_token\"")
}

/// The value of a header, if it's text.
pub fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.get(name)?.to_str().ok()
}
