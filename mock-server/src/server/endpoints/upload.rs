//! `/upload`: a body of any size, as it comes or as a form with files. Nothing of it is kept.

use hyper::body::{Body, Bytes};
use hyper::header::TRANSFER_ENCODING;
use hyper::http::request;
use hyper::{Response, StatusCode};
use serde::Serialize;

use super::answer::{content_type, json, media_type};
use super::body::{Digest, Measured};
use super::listed::Listed;
use super::multipart;
use super::part::Part;
use crate::server::parameters::Parameters;
use crate::server::refusal::Refusal;

pub(super) const LISTED: Listed = Listed {
    curl: "-F 'picture=@FILE' ",
    path: "/upload",
    says: "POST, PUT or PATCH: says how many bytes came, in a form each file by itself, with checksums (CRC-32). The body \
           can have any size, because nothing of it is kept.",
};

pub(super) fn no_parameters(query: &str) -> Result<(), Refusal> {
    Parameters::of("`/upload`", query, &[], "/upload").map(drop)
}

pub(super) async fn answer<B>(head: &request::Parts, body: &mut B) -> Result<Response<Bytes>, hyper::Error>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin,
{
    #[derive(Serialize)]
    struct Upload {
        #[serde(flatten)]
        measured: Measured,
        content_type: Option<String>,
        /// Whether it came in chunks, so its length wasn't known in advance.
        chunked: bool,
        parts: Vec<Part>,
    }
    let content_type = content_type(head);
    let mut digest = Digest::default();
    let mut parts = Vec::new();
    if media_type(content_type) == "multipart/form-data" {
        match multipart::read(content_type, body, &mut digest, 0).await? {
            Ok(read) => parts = read,
            Err(wrong) => return Ok(wrong),
        }
    }
    digest.read(body).await?;
    let upload = Upload {
        measured: digest.measured(),
        content_type: content_type.and_then(|value| value.to_str().ok()).map(str::to_owned),
        chunked: head.headers.contains_key(TRANSFER_ENCODING),
        parts,
    };
    Ok(json(StatusCode::OK, &upload))
}
