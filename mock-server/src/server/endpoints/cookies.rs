//! `/cookies`: sets cookies, lists those that came, and wants one.

use hyper::body::Bytes;
use hyper::header::{COOKIE, HeaderValue, LOCATION, SET_COOKIE};
use hyper::http::request;
use hyper::{Response, StatusCode};
use serde::Serialize;
use url::form_urlencoded;

use super::answer::{Pair, error, json};
use super::listed::Listed;
use crate::server::parameters::Parameters;
use crate::server::refusal::Refusal;

const SET: &str = "/cookies/set?session=abc";
const DELETE: &str = "/cookies/delete?session";
const WANTED: &str = "/cookies/required?session";

pub(super) const LISTED: Listed = Listed {
    curl: "-L --cookie '' ",
    path: SET,
    says: "Sets cookies, and then redirects to /cookies, which lists those that came. /cookies/delete?NAME removes them.",
};

pub(super) const REQUIRED: Listed = Listed {
    curl: "--cookie 'session=abc' ",
    path: WANTED,
    says: "401 without the cookie of this name. With a value, as in ?session=abc, 403 if the cookie's is another.",
};

/// The most cookies that are set or removed by one request.
const MOST: usize = 20;

#[derive(Debug)]
pub(crate) enum Cookies {
    List,
    /// Set, or removed if there's no value.
    Change(Vec<(String, Option<String>)>),
    Require {
        name: String,
        value: Option<String>,
    },
}

impl Cookies {
    pub fn read(rest: Option<&str>, query: &str) -> Result<Option<Cookies>, Refusal> {
        let given =
            || -> Vec<(String, String)> { form_urlencoded::parse(query.as_bytes()).into_owned().collect() };
        Ok(Some(match rest {
            None => {
                Parameters::of("`/cookies`", query, &[], "/cookies")?;
                Cookies::List
            }
            Some("set") => {
                let cookies = checked(given(), SET)?;
                Cookies::Change(cookies.into_iter().map(|(name, value)| (name, Some(value))).collect())
            }
            Some("delete") => {
                let cookies = checked(given(), DELETE)?;
                Cookies::Change(cookies.into_iter().map(|(name, _)| (name, None)).collect())
            }
            Some("required") => {
                let mut cookies = checked(given(), WANTED)?;
                match (cookies.pop(), cookies.is_empty()) {
                    (Some((name, value)), true) => {
                        Cookies::Require { name, value: Some(value).filter(|value| !value.is_empty()) }
                    }
                    _ => return Err(wrong(WANTED)),
                }
            }
            Some(_) => return Ok(None),
        }))
    }

    pub fn answer(&self, head: &request::Parts) -> Response<Bytes> {
        #[derive(Serialize)]
        struct List {
            cookies: Vec<Pair>,
        }
        let mut sent = sent(head);
        match self {
            Cookies::List => {
                let cookies =
                    sent.map(|(name, value)| Pair { name: name.to_owned(), value: value.to_owned() });
                json(StatusCode::OK, &List { cookies: cookies.collect() })
            }
            Cookies::Change(cookies) => {
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = StatusCode::FOUND;
                // It's relative, because a site may be at `/site/NAME/`.
                response.headers_mut().insert(LOCATION, HeaderValue::from_static("../cookies"));
                for (name, value) in cookies {
                    let age = if value.is_none() { "; Max-Age=0" } else { "" };
                    let cookie = format!("{name}={}; Path=/{age}", value.as_deref().unwrap_or_default());
                    // Its characters have been checked.
                    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                        response.headers_mut().append(SET_COOKIE, cookie);
                    }
                }
                response
            }
            Cookies::Require { name, value } => match sent.find(|(sent, _)| sent == name) {
                None => {
                    let words = format!("the request has no cookie called `{name}`");
                    error(StatusCode::UNAUTHORIZED, "no_cookie", words)
                }
                Some((_, sent)) if value.as_ref().is_some_and(|value| value != sent) => {
                    error(StatusCode::FORBIDDEN, "wrong_cookie", format!("`{name}` has another value"))
                }
                Some((name, value)) => {
                    let cookies = vec![Pair { name: name.to_owned(), value: value.to_owned() }];
                    json(StatusCode::OK, &List { cookies })
                }
            },
        }
    }
}

/// The cookies of a request, as they came.
fn sent(head: &request::Parts) -> impl Iterator<Item = (&str, &str)> {
    let headers = head.headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim(), value.trim()))
}

/// The cookies of a query, if each is one by section 4.1.1 of RFC 6265.
fn checked(cookies: Vec<(String, String)>, example: &'static str) -> Result<Vec<(String, String)>, Refusal> {
    let is_name = |name: &str| {
        let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&letter);
        !name.is_empty() && name.bytes().all(is_letter)
    };
    let is_value =
        |value: &str| value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte));
    let is_right = cookies.iter().all(|(name, value)| is_name(name) && is_value(value));
    if is_right && (1..=MOST).contains(&cookies.len()) { Ok(cookies) } else { Err(wrong(example)) }
}

fn wrong(example: &str) -> Refusal {
    let how_many = if example == WANTED { "one cookie" } else { "1 to 20 cookies" };
    Refusal::new(
        StatusCode::BAD_REQUEST,
        format!(
            "it takes {how_many}, with a name of letters, digits and `-._`, and a value without spaces, quotes, commas, \
             semicolons and backslashes, for example {example}"
        ),
    )
}
