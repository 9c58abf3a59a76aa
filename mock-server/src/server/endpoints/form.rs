//! `/form`: the fields of a form.

use hyper::body::{Body, Bytes};
use hyper::http::request;
use hyper::{Response, StatusCode};
use serde::Serialize;
use url::form_urlencoded;

use super::answer::{Pair, content_type, error, json, media_type};
use super::body::{Digest, collect};
use super::listed::Listed;
use super::multipart;
use super::part::{PARTS, Part};
use crate::server::parameters::Parameters;
use crate::server::refusal::Refusal;

/// How much of a form is kept, in bytes. Files aren't kept.
const LARGEST: usize = 1_000_000;

pub(super) const LISTED: Listed = Listed {
    curl: "-d 'name=Ada' ",
    path: "/form",
    says: "POST, PUT or PATCH: the fields of a form, urlencoded or multipart, and the length of its files.",
};

pub(super) fn no_parameters(query: &str) -> Result<(), Refusal> {
    Parameters::of("`/form`", query, &[], "/form").map(drop)
}

#[derive(Serialize)]
struct Form {
    fields: Vec<Pair>,
    files: Vec<Part>,
}

pub(super) async fn answer<B>(head: &request::Parts, body: &mut B) -> Result<Response<Bytes>, hyper::Error>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin,
{
    let content_type = content_type(head);
    let form = match media_type(content_type).as_str() {
        "application/x-www-form-urlencoded" => match collect(body, LARGEST).await? {
            Ok(body) => urlencoded(&body).ok_or_else(too_many),
            Err(too_large) => Err(too_large),
        },
        "multipart/form-data" => {
            multipart::read(content_type, body, &mut Digest::default(), LARGEST).await?.map(sorted)
        }
        other => {
            let words =
                format!("a form is application/x-www-form-urlencoded or multipart/form-data, not `{other}`");
            Err(error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no_form", words))
        }
    };
    Ok(form.map_or_else(|wrong| wrong, |form| json(StatusCode::OK, &form)))
}

/// `None` if it has too many fields: as JSON, each takes many times the two bytes that it can have in a form.
fn urlencoded(body: &[u8]) -> Option<Form> {
    let fields = form_urlencoded::parse(body).into_owned().take(PARTS + 1);
    let fields: Vec<_> = fields.map(|(name, value)| Pair { name, value }).collect();
    (fields.len() <= PARTS).then_some(Form { fields, files: Vec::new() })
}

fn too_many() -> Response<Bytes> {
    error(StatusCode::PAYLOAD_TOO_LARGE, "too_many", format!("a form has at most {PARTS} fields"))
}

/// Those with a file name are files.
fn sorted(parts: Vec<Part>) -> Form {
    let (files, fields): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.filename.is_some());
    let pair = |part: Part| Pair { name: part.name.unwrap_or_default(), value: part.value };
    Form { fields: fields.into_iter().map(pair).collect(), files }
}
