//! A part of a form.

use serde::Serialize;

use super::body::Measured;

/// The most parts of a form.
pub(super) const PARTS: usize = 1_000;

/// A part of a form: a field or a file.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    pub name: Option<String>,
    pub filename: Option<String>,
    pub content_type: Option<String>,
    #[serde(flatten)]
    pub measured: Measured,
    /// What's in a field, if the values of fields are kept. A file's content never is.
    #[serde(skip)]
    pub value: String,
}
