//! The server's own reasons why a request doesn't get what it asks for.

use hyper::body::Bytes;
use hyper::header::{ALLOW, HeaderName, HeaderValue, LOCATION};
use hyper::{Response, StatusCode};

use crate::response::text;

/// The server's own reason why a request doesn't get what it asks for.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    words: String,
    /// What helps a client to do better.
    header: Option<(HeaderName, HeaderValue)>,
}

impl Refusal {
    pub fn new(status: StatusCode, words: impl Into<String>) -> Refusal {
        Refusal { status, words: words.into(), header: None }
    }

    /// A refusal that says which methods are allowed.
    pub fn of_method(allow: &'static str, words: impl Into<String>) -> Refusal {
        let header = Some((ALLOW, HeaderValue::from_static(allow)));
        Refusal { header, ..Refusal::new(StatusCode::METHOD_NOT_ALLOWED, words) }
    }

    /// A redirect to where it is.
    pub fn elsewhere(url: &str, words: impl Into<String>) -> Refusal {
        let header = HeaderValue::from_str(url).ok().map(|url| (LOCATION, url));
        Refusal { header, ..Refusal::new(StatusCode::TEMPORARY_REDIRECT, words) }
    }

    pub fn into_response(self) -> Response<Bytes> {
        // One line, even if it repeats what a client sent.
        let mut answer = text(self.status, self.words.replace('\n', "\u{fffd}") + "\n");
        if let Some((name, value)) = self.header {
            answer.headers_mut().insert(name, value);
        }
        answer
    }
}
