//! Well-behaved addresses, which the server answers itself, in bounded memory: JSON, forms, uploads, downloads, cookies, logins
//! and events.
//!
//! Each has a file that reads its parameters, so a request with wrong ones is refused before its body is read, and then answers.

mod answer;
mod auth;
mod body;
mod bytes;
mod cookies;
mod echo;
mod events;
mod form;
mod json;
mod listed;
#[cfg(feature = "multipart")]
mod multipart;
#[cfg(not(feature = "multipart"))]
#[path = "no_multipart.rs"]
mod multipart;
mod part;
mod redirect;
pub(crate) mod tokens;
mod upload;

use hyper::Method;
use hyper::body::{Body, Bytes};
use hyper::http::request;

pub(super) use self::answer::{Answer, Streamed};
use self::auth::Auth;
use self::bytes::Download;
use self::cookies::Cookies;
use self::events::Events;
use self::json::Json;
use self::listed::Listed;
use self::redirect::Redirect;
use self::tokens::Tokens;
use super::refusal::Refusal;

/// An endpoint with its parameters.
#[derive(Debug)]
pub(crate) enum Endpoint {
    Json(Json),
    Form,
    Upload,
    Bytes(Download),
    Cookies(Cookies),
    Auth(Auth),
    Echo,
    Redirect(Redirect),
    Events(Events),
}

/// All endpoints, each with an example.
pub(super) const ALL: &[Listed] = &[
    json::LISTED,
    form::LISTED,
    upload::LISTED,
    bytes::LISTED,
    cookies::LISTED,
    cookies::REQUIRED,
    auth::BASIC,
    auth::BEARER,
    auth::TOKEN,
    auth::PROTECTED,
    echo::LISTED,
    redirect::LISTED,
    events::LISTED,
];

impl Endpoint {
    /// The endpoint at this path, without its query. `None` if there's none.
    pub fn find(path: &str, head: &request::Parts) -> Result<Option<Endpoint>, Refusal> {
        let query = head.uri.query().unwrap_or_default();
        let (place, rest) = match path.strip_prefix('/').unwrap_or(path).split_once('/') {
            Some((place, rest)) => (place, Some(rest)),
            None => (path.strip_prefix('/').unwrap_or(path), None),
        };
        let endpoint = match (place, rest) {
            ("json", None) => {
                methods(head, "GET, HEAD, POST, PUT, PATCH", path)?;
                Endpoint::Json(Json::read(query)?)
            }
            ("form", None) => {
                methods(head, "POST, PUT, PATCH", path)?;
                form::no_parameters(query)?;
                Endpoint::Form
            }
            ("upload", None) => {
                methods(head, "POST, PUT, PATCH", path)?;
                upload::no_parameters(query)?;
                Endpoint::Upload
            }
            ("bytes", Some(length)) => {
                methods(head, "GET, HEAD", path)?;
                Endpoint::Bytes(Download::read(length, query)?)
            }
            ("cookies", rest) => match Cookies::read(rest, query)? {
                Some(cookies) => {
                    methods(head, "GET, HEAD", path)?;
                    Endpoint::Cookies(cookies)
                }
                None => return Ok(None),
            },
            ("auth", Some(rest)) => match Auth::read(rest, query)? {
                Some(auth) => {
                    methods(head, auth.methods(), path)?;
                    auth.check(head)?;
                    Endpoint::Auth(auth)
                }
                None => return Ok(None),
            },
            // What arrives is what's shown, so every method and query is right.
            ("echo", None) => Endpoint::Echo,
            ("redirect-to", None) => Endpoint::Redirect(Redirect::read(query)?),
            ("events", None) => {
                methods(head, "GET, HEAD", path)?;
                Endpoint::Events(Events::read(query, head)?)
            }
            _ => return Ok(None),
        };
        Ok(Some(endpoint))
    }

    /// Reads as much of the request's body as it needs, and answers. The error is that of a body that breaks off.
    pub async fn answer<B>(
        &self,
        site: &str,
        head: &request::Parts,
        body: &mut B,
        tokens: &Tokens,
    ) -> Result<Answer, hyper::Error>
    where
        B: Body<Data = Bytes, Error = hyper::Error> + Send + Unpin,
    {
        Ok(match self {
            Endpoint::Json(json) => Answer::Whole(json.answer(head, body).await?),
            Endpoint::Form => Answer::Whole(form::answer(head, body).await?),
            Endpoint::Upload => Answer::Whole(upload::answer(head, body).await?),
            Endpoint::Bytes(download) => download.answer(head),
            Endpoint::Cookies(cookies) => Answer::Whole(cookies.answer(head)),
            Endpoint::Auth(auth) => Answer::Whole(auth.answer(site, head, tokens)),
            Endpoint::Echo => Answer::Whole(echo::answer(head, body).await?),
            Endpoint::Redirect(redirect) => Answer::Whole(redirect.answer()),
            Endpoint::Events(events) => events.answer(),
        })
    }
}

/// Refuses a request with a method that isn't in this list.
fn methods(head: &request::Parts, allowed: &'static str, path: &str) -> Result<(), Refusal> {
    if allowed.split(", ").any(|method| head.method == method) {
        return Ok(());
    }
    let method = &head.method;
    // A browser follows a link with GET, so it's the one to explain.
    let hint = if *method == Method::GET { "it needs a body; " } else { "" };
    Err(Refusal::of_method(allowed, format!("{hint}`{path}` takes {allowed}, not {method}")))
}
