//! What's at the addresses of the live page.

use std::collections::HashMap;
use std::sync::Arc;

use hyper::body::Bytes;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::request;
use hyper::{Method, Response, StatusCode};
use tokio::sync::mpsc;
use url::form_urlencoded;

use super::choices::{Choice, Place};
use super::feed;
use super::hub::Hub;
use super::origin::{check_origin, is_for_this_machine};
use crate::response::{HTML, text, typed};

const PAGE: &str = include_str!("page/watch.html");
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// What the page loads: name, type and content.
const FILES: &[(&str, &str, &str)] = &[
    ("watch.css", CSS, include_str!("page/watch.css")),
    ("timeline.js", JAVASCRIPT, include_str!("page/timeline.js")),
    ("elements.js", JAVASCRIPT, include_str!("page/elements.js")),
    ("exchanges.js", JAVASCRIPT, include_str!("page/exchanges.js")),
    ("faults.js", JAVASCRIPT, include_str!("page/faults.js")),
    ("watch.js", JAVASCRIPT, include_str!("page/watch.js")),
];

/// What the page may load and who may load it. Everything that it shows comes from its own address.
const HEADERS: &[(&str, &str)] = &[
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// A response of the live page.
pub(crate) enum Reply {
    Whole(Response<Bytes>),
    /// A body without end.
    Events(Response<mpsc::Receiver<Bytes>>),
}

/// The path of the page.
pub(crate) fn path(hub: &Hub) -> String {
    format!("/watch/{}", hub.token)
}

/// The reply to a request, or `None` if nothing is at its path.
pub(crate) fn reply(hub: &Arc<Hub>, head: &request::Parts) -> Option<Reply> {
    let rest = head.uri.path().strip_prefix("/watch/")?;
    if !is_for_this_machine(head) {
        let words = "the live page is only for this machine; ask for it as 127.0.0.1, localhost or [::1]";
        return Some(Reply::refused(StatusCode::FORBIDDEN, words));
    }
    let rest = rest.strip_prefix(hub.token.as_str())?;
    let show = |content_type, body: &str| match head.method {
        Method::GET | Method::HEAD => {
            Reply::whole(typed(content_type, Bytes::copy_from_slice(body.as_bytes())))
        }
        _ => Reply::wrong_method("GET"),
    };
    Some(match rest {
        "" => show(HTML, &PAGE.replace("TOKEN", &hub.token)),
        "/events" if head.method == Method::GET => events(hub),
        "/events" => Reply::wrong_method("GET"),
        "/fault" => change(head, |query| choose(hub, query)),
        "/reset" => change(head, |query| Ok(hub.reset(query.number("run")?))),
        "/button" => change(head, |query| Ok(hub.click(query.number("id")?))),
        other => {
            let name = other.strip_prefix('/')?;
            let (_, content_type, body) = FILES.iter().find(|(file, ..)| *file == name)?;
            show(content_type, body)
        }
    })
}

fn events(hub: &Arc<Hub>) -> Reply {
    let Some(events) = feed::open(hub) else {
        let words = "too many live pages are open; close one of them";
        return Reply::refused(StatusCode::SERVICE_UNAVAILABLE, words);
    };
    let mut response = Response::new(events);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    Reply::Events(protected(response))
}

/// Does what a request asks for, unless it comes from another origin. `change` returns whether the thing to change is still there.
fn change(head: &request::Parts, change: impl FnOnce(&Query) -> Result<bool, String>) -> Reply {
    if let Err(words) = check_origin(head) {
        return Reply::refused(StatusCode::FORBIDDEN, words);
    }
    if head.method != Method::POST {
        return Reply::wrong_method("POST");
    }
    match change(&Query::of(head)) {
        Ok(true) => Reply::whole(text(StatusCode::OK, "done\n".to_owned())),
        Ok(false) => Reply::refused(StatusCode::GONE, "that has ended"),
        Err(words) => Reply::refused(StatusCode::BAD_REQUEST, &words),
    }
}

/// `fault` is `started`, `none`, or a fault; `path` may be absent.
fn choose(hub: &Hub, query: &Query) -> Result<bool, String> {
    let place = Place { site: query.text("site")?.to_owned(), path: query.0.get("path").cloned() };
    let choice = Choice::read(query.text("fault")?).map_err(|error| error.to_string())?;
    hub.choose(query.number("run")?, place, choice).map_err(|error| error.to_string())
}

/// The parameters of a request.
struct Query(HashMap<String, String>);

impl Query {
    fn of(head: &request::Parts) -> Query {
        let query = head.uri.query().unwrap_or_default();
        Query(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn text(&self, name: &str) -> Result<&str, String> {
        self.0.get(name).map(String::as_str).ok_or_else(|| format!("the parameter `{name}` is missing"))
    }

    fn number(&self, name: &str) -> Result<u64, String> {
        self.text(name)?.parse().map_err(|_| format!("the parameter `{name}` is a whole number"))
    }
}

impl Reply {
    fn whole(response: Response<Bytes>) -> Reply {
        Reply::Whole(protected(response))
    }

    fn refused(status: StatusCode, words: &str) -> Reply {
        // One line, even if it repeats what a client sent.
        Reply::whole(text(status, words.replace('\n', "\u{fffd}") + "\n"))
    }

    fn wrong_method(allowed: &'static str) -> Reply {
        let words = format!("this needs {allowed}\n");
        let mut response = text(StatusCode::METHOD_NOT_ALLOWED, words);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
        Reply::whole(response)
    }
}

fn protected<T>(mut response: Response<T>) -> Response<T> {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}
