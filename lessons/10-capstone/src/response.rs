//! Reads responses: their status, their headers and their bodies.

use std::time::{Duration, SystemTime};

use reqwest::Response;
use reqwest::header::{
    CONTENT_ENCODING, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER,
};
use url::Url;

use crate::address::{MAX_URL_BYTES, without_login};
use crate::error::LinkError;

/// A response that's a success, and otherwise its status as an error.
///
/// # Errors
///
/// When the status isn't a success.
pub fn success(response: Response) -> Result<Response, LinkError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    Err(LinkError::Status(status, retry_after(response.headers())))
}

/// How long `Retry-After` asks to wait: a number of seconds, or until a date.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// The target of a redirect, if the response is one.
pub fn redirect_of(url: &Url, response: &Response) -> Option<Url> {
    let is_redirect =
        matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let to = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    // Some servers send it as UTF-8, without percent signs.
    let to = url.join(str::from_utf8(to.as_bytes()).ok()?).ok()?;
    let is_short = to.as_str().len() <= MAX_URL_BYTES;
    let is_link = is_short && matches!(to.scheme(), "http" | "https");
    is_link.then(|| without_login(to))
}

/// Whether the body has a content coding.
pub fn is_compressed(headers: &HeaderMap) -> bool {
    let is_identity = |value: &HeaderValue| {
        value.as_bytes().eq_ignore_ascii_case(b"identity")
    };
    !headers.get_all(CONTENT_ENCODING).iter().all(is_identity)
}

/// A body up to `limit` bytes, and whether that's all of it.
pub async fn body(
    mut response: Response,
    limit: usize,
) -> Result<(Vec<u8>, bool), LinkError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = limit - bytes.len();
        if chunk.len() > room {
            bytes.extend_from_slice(&chunk[..room]);
            return Ok((bytes, false));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok((bytes, true))
}
