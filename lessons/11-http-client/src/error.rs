//! A response that is no success becomes a typed error.

// ANCHOR: use
use reqwest::{RequestBuilder, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
// ANCHOR_END: use

/// How much of a body that isn't JSON an error shows, in characters.
const SHOWN: usize = 60;

// ANCHOR: error
/// A request to the shop that failed.
#[derive(Debug, thiserror::Error)]
#[error("{request} failed")]
pub struct ShopError {
    /// The method and the path, such as `POST /login`.
    pub request: String,
    /// What went wrong.
    #[source]
    pub kind: ErrorKind,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request can't be sent, or no complete response came back.
    #[error("there is no complete response")]
    NoResponse(#[source] reqwest::Error),
    /// The shop refuses, and says why.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// An error status whose body isn't the shop's. Often a proxy sent it.
    #[error("status {status} with a body that begins {start:?}")]
    Foreign {
        /// The status.
        status: StatusCode,
        /// The first characters of the body.
        start: String,
    },
    /// A success whose body isn't what this client expects.
    #[error("the response has an unexpected shape")]
    Shape(#[source] serde_json::Error),
}

/// The shop's reason for an error status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code}, status {status})")]
pub struct ApiError {
    /// The status of the response.
    pub status: StatusCode,
    /// The reason, for programs.
    pub code: String,
    /// The reason, for people.
    pub message: String,
}
// ANCHOR_END: error

// ANCHOR: receive
/// Sends a request, and reads the whole response: a `T` if it's a success, and
/// an error that says why if it isn't.
///
/// # Errors
///
/// When no complete response arrives, its status is an error, or its body isn't
/// a `T`.
pub async fn receive<T: DeserializeOwned>(
    request: RequestBuilder,
) -> Result<T, ShopError> {
    let (client, request) = request.build_split();
    let request = request.map_err(|error| ShopError {
        request: "building the request".to_owned(),
        kind: ErrorKind::NoResponse(error),
    })?;
    let name = format!("{} {}", request.method(), request.url().path());
    let result = async {
        let response =
            client.execute(request).await.map_err(ErrorKind::NoResponse)?;
        let status = response.status();
        let body = response.bytes().await.map_err(ErrorKind::NoResponse)?;
        if status.is_success() {
            serde_json::from_slice(&body).map_err(ErrorKind::Shape)
        } else {
            Err(refusal(status, &body))
        }
    };
    result.await.map_err(|kind| ShopError { request: name, kind })
}

/// The error for a response that is no success.
fn refusal(status: StatusCode, body: &[u8]) -> ErrorKind {
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
        Err(_) => {
            let text = String::from_utf8_lossy(body);
            let start = text.chars().take(SHOWN).collect();
            ErrorKind::Foreign { status, start }
        }
    }
}
// ANCHOR_END: receive
