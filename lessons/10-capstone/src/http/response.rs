//! Reads responses: their status, their headers and their bodies.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};

use crate::error::LinkError;
use crate::http::decode::{End, codings, decode};

/// A response that's a success, and otherwise its status as an error.
///
/// # Errors
///
/// When the status isn't a success.
pub fn success(response: Response) -> Result<Response, LinkError> {
    let status = response.status();
    // A browser shows the page of a 300, which is a list of links.
    if status.is_success() || status == StatusCode::MULTIPLE_CHOICES {
        return Ok(response);
    }
    Err(LinkError::Status(status, retry_after(response.headers())))
}

/// How long `Retry-After` asks to wait: a number of seconds, or until a date.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than a number holds are just very many.
        let seconds = value.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// A body without its codings, up to `limit` bytes, and how it ended. No more
/// than that are received, either.
///
/// # Errors
///
/// When the body doesn't arrive.
pub async fn decoded_body(
    response: Response,
    limit: usize,
) -> Result<(Vec<u8>, End), LinkError> {
    let Ok(codings) = codings(response.headers()) else {
        return Ok((Vec::new(), End::Invalid));
    };
    let (bytes, is_whole) = body(response, limit).await?;
    let decoded = decode(bytes, codings, limit).await;
    let end = if is_whole { decoded.end } else { End::TooLarge };
    Ok((decoded.bytes, end))
}

/// A body up to `limit` bytes, and whether that's all of it.
async fn body(
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
