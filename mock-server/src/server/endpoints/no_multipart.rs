//! What happens to a form with files if the feature `multipart` is off.

use hyper::body::Bytes;
use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};

use super::answer::error;
use super::body::Digest;
use super::part::Part;

/// A response that says what's missing.
pub(super) async fn read<B>(
    _content_type: Option<&HeaderValue>,
    _body: &mut B,
    _digest: &mut Digest,
    _values_kept: usize,
) -> Result<Result<Vec<Part>, Response<Bytes>>, hyper::Error> {
    let words = "mock-server was built without its feature `multipart`, which reads forms with files";
    Ok(Err(error(StatusCode::NOT_IMPLEMENTED, "no_multipart", words)))
}
