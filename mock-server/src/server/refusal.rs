//! The server's own reasons why a request doesn't get what it asks for.

use hyper::body::Bytes;
use hyper::header::{ALLOW, HeaderValue};
use hyper::{Response, StatusCode};

use crate::response::text;

/// The server's own reason why a request doesn't get what it asks for.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    words: String,
    /// The methods that are allowed instead.
    allow: Option<&'static str>,
}

impl Refusal {
    pub fn new(status: StatusCode, words: impl Into<String>) -> Refusal {
        Refusal { status, words: words.into(), allow: None }
    }

    /// A refusal that says which methods are allowed.
    pub fn of_method(allow: &'static str, words: impl Into<String>) -> Refusal {
        Refusal { allow: Some(allow), ..Refusal::new(StatusCode::METHOD_NOT_ALLOWED, words) }
    }

    pub fn into_response(self) -> Response<Bytes> {
        // One line, even if it repeats what a client sent.
        let mut answer = text(self.status, self.words.replace('\n', "\u{fffd}") + "\n");
        if let Some(methods) = self.allow {
            answer.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
        }
        answer
    }
}
