//! A response becomes a value, or an error that says why.

// ANCHOR: use
use reqwest::{Client, Request, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{ApiError, ErrorKind, ShopError};
// ANCHOR_END: use

/// How much of a body that isn't the shop's an error shows, in characters.
const SHOWN: usize = 60;

// ANCHOR: receive
/// Sends a request, and reads the whole response: JSON for a `T` if the status
/// is a success, and the reason if it isn't.
///
/// # Errors
///
/// When no complete response arrives, its status is an error, or its body isn't
/// a `T`.
pub async fn receive<T: DeserializeOwned>(
    request: RequestBuilder,
) -> Result<T, ShopError> {
    named(request, async |client, request| {
        let response = success(client, request).await?;
        let body = response.bytes().await.map_err(ErrorKind::NoResponse)?;
        serde_json::from_slice(&body).map_err(ErrorKind::Shape)
    })
    .await
}

/// The response to a request, if it's a success. Otherwise, the reason.
async fn success(
    client: Client,
    request: Request,
) -> Result<Response, ErrorKind> {
    let response = client.execute(request).await;
    let response = response.map_err(ErrorKind::NoResponse)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    // Not `error_for_status`, because it drops the body with the reason.
    let body = response.bytes().await.map_err(ErrorKind::NoResponse)?;
    Err(reason(status, &body))
}
// ANCHOR_END: receive

// ANCHOR: reason
/// The error for a response whose status is no success.
fn reason(status: StatusCode, body: &[u8]) -> ErrorKind {
    /// `{"error": {"code": …, "message": …}}`
    #[derive(Deserialize)]
    struct Body {
        error: Reason,
    }
    #[derive(Deserialize)]
    struct Reason {
        code: String,
        message: String,
    }
    match serde_json::from_slice(body) {
        Ok(Body { error: Reason { code, message } }) => {
            ErrorKind::Refused(ApiError { status, code, message })
        }
        // It isn't the shop's JSON. A proxy sends HTML, or nothing.
        Err(_) => {
            let text = String::from_utf8_lossy(body);
            let start = text.chars().take(SHOWN).collect();
            ErrorKind::Foreign { status, start }
        }
    }
}
// ANCHOR_END: reason

// ANCHOR: named
/// The response to a request, if it's a success. The body hasn't been read.
///
/// # Errors
///
/// When no response arrives, or its status is an error.
pub async fn respond(request: RequestBuilder) -> Result<Response, ShopError> {
    named(request, success).await
}

/// Runs the rest of a request, and names the request in its error.
async fn named<T>(
    request: RequestBuilder,
    run: impl AsyncFnOnce(Client, Request) -> Result<T, ErrorKind>,
) -> Result<T, ShopError> {
    let (client, request) = request.build_split();
    let request = request.map_err(ShopError::building)?;
    let name = format!("{} {}", request.method(), request.url().path());
    let result = run(client, request).await;
    result.map_err(|kind| ShopError { request: name, kind })
}
// ANCHOR_END: named
