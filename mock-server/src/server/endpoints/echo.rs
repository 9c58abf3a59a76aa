//! `/echo`: what arrived.

use hyper::body::{Body, Bytes};
use hyper::http::request;
use hyper::{Response, StatusCode};
use serde::Serialize;
use url::form_urlencoded;

use super::answer::{Pair, json};
use super::body::{Digest, Measured};
use super::listed::Listed;

pub(super) const LISTED: Listed = Listed {
    curl: "-H 'X-Colour: red' ",
    path: "/echo?a=1&a=2",
    says: "The request as it arrived, with any method, query and body.",
};

pub(super) async fn answer<B>(head: &request::Parts, body: &mut B) -> Result<Response<Bytes>, hyper::Error>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
{
    #[derive(Serialize)]
    struct Echo<'request> {
        method: &'request str,
        path: &'request str,
        query: Vec<Pair>,
        version: String,
        headers: Vec<Pair>,
        body: Measured,
    }
    let mut digest = Digest::default();
    digest.read(body).await?;
    let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned();
    let headers = head.headers.iter().map(|(name, value)| Pair {
        name: name.as_str().to_owned(),
        value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
    });
    Ok(json(
        StatusCode::OK,
        &Echo {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: query.map(|(name, value)| Pair { name, value }).collect(),
            version: format!("{:?}", head.version),
            headers: headers.collect(),
            body: digest.measured(),
        },
    ))
}
