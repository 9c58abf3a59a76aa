//! What an endpoint answers.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::response::typed;
use crate::server::refusal::Refusal;
use crate::wire::script::{Step, Steps};

/// What an endpoint answers.
pub(crate) enum Answer {
    Whole(Response<Bytes>),
    Streamed(Streamed),
}

/// A response whose body is made while it travels.
pub(crate) struct Streamed {
    pub head: Response<()>,
    /// `None` if the body is chunked.
    pub length: Option<u64>,
    pub steps: Steps,
}

/// The largest body that's made at once, for a fault that changes it.
const LARGEST: usize = 10_000_000;

impl Streamed {
    /// All bytes at once, without pauses and without an early end.
    pub fn collect(self) -> Result<Response<Bytes>, Refusal> {
        let mut body = Vec::new();
        for step in self.steps {
            let Step::Send(bytes) = step else { continue };
            if body.len() + bytes.len() > LARGEST {
                let words = format!(
                    "the fault changes the body, so the server makes all of it at once: at most {LARGEST} bytes"
                );
                return Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, words));
            }
            body.extend_from_slice(&bytes);
        }
        Ok(self.head.map(|()| body.into()))
    }
}

/// A value as JSON, for a program and for a person.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response<Bytes> {
    // Only a map whose keys aren't text could fail, and there's none.
    let mut body = serde_json::to_vec_pretty(value).unwrap_or_default();
    body.push(b'\n');
    let mut response = typed("application/json", body.into());
    *response.status_mut() = status;
    response
}

/// An error as JSON: a code for programs, and words for people.
pub(super) fn error(status: StatusCode, code: &str, message: impl Into<String>) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Error<'a> {
        error: Described<'a>,
    }
    #[derive(Serialize)]
    struct Described<'a> {
        code: &'a str,
        message: String,
    }
    json(status, &Error { error: Described { code, message: message.into() } })
}

/// A name and a value, as often as they come and in their order.
#[derive(Debug, Serialize)]
pub(super) struct Pair {
    pub name: String,
    pub value: String,
}

/// The `Content-Type` of a request, without its parameters.
pub(super) fn media_type(content_type: Option<&HeaderValue>) -> String {
    let text = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The `Content-Type` of a request.
pub(super) fn content_type(head: &hyper::http::request::Parts) -> Option<&HeaderValue> {
    head.headers.get(CONTENT_TYPE)
}
