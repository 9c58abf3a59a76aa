//! Small responses that the server makes itself.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use crate::printable::printable;

/// The `Content-Type` of a page.
pub(crate) const HTML: &str = "text/html; charset=utf-8";

/// A page.
pub(crate) fn html(page: Bytes) -> Response<Bytes> {
    typed(HTML, page)
}

/// A short answer in words, which are fit for a terminal even if they repeat what a client sent.
pub(crate) fn text(status: StatusCode, words: String) -> Response<Bytes> {
    let mut response = typed("text/plain; charset=utf-8", printable(&words).into_owned().into());
    *response.status_mut() = status;
    response
}

/// A response with status 200.
pub(crate) fn typed(content_type: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Whether a response with this status has no body, by RFC 9110.
pub(crate) fn is_without_body(code: StatusCode) -> bool {
    code.is_informational()
        || matches!(code, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)
}
