//! The errors.

// ANCHOR: use
use reqwest::StatusCode;
// ANCHOR_END: use

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
    #[error("status {} with a body that begins {start:?}", status.as_u16())]
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
#[error("{message} ({code}, status {})", status.as_u16())]
pub struct ApiError {
    /// The status of the response.
    pub status: StatusCode,
    /// The reason, for programs.
    pub code: String,
    /// The reason, for people.
    pub message: String,
}
// ANCHOR_END: error

impl ShopError {
    /// The error of a request that can't be built.
    pub(crate) fn building(error: reqwest::Error) -> ShopError {
        ShopError {
            request: "building the request".to_owned(),
            kind: ErrorKind::NoResponse(error),
        }
    }

    /// Whether the shop refused with this code.
    pub fn has_code(&self, code: &str) -> bool {
        matches!(&self.kind, ErrorKind::Refused(reason) if reason.code == code)
    }

    /// Whether the same request may succeed a little later.
    pub fn is_temporary(&self) -> bool {
        match &self.kind {
            ErrorKind::NoResponse(error) => !error.is_builder(),
            ErrorKind::Refused(ApiError { status, .. })
            | ErrorKind::Foreign { status, .. } => {
                matches!(status.as_u16(), 429 | 502 | 503 | 504)
            }
            ErrorKind::Shape(_) => false,
        }
    }
}
