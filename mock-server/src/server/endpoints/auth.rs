//! `/auth`: logins with a password, with a fixed token, and with a token that expires.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderValue, WWW_AUTHENTICATE};
use hyper::http::request;
use hyper::{Method, Response, StatusCode};
use serde::Serialize;

use super::answer::{error, json};
use super::listed::Listed;
use super::tokens::{Lifetime, Tokens, Verdict};
use crate::server::parameters::Parameters;
use crate::server::refusal::Refusal;
use crate::watch::origin::check_origin;

const WITH_PASSWORD: &str = "/auth/basic?user=ada&password=secret";
const WITH_TOKEN: &str = "/auth/bearer?token=secret";
const ISSUE: &str = "/auth/token?uses=10";
const GUARDED: &str = "/auth/protected";

pub(super) const BASIC: Listed = Listed {
    curl: "-u ada:secret ",
    path: WITH_PASSWORD,
    says: "401 without this user and this password (ada and secret unless set).",
};

pub(super) const BEARER: Listed = Listed {
    curl: "-H 'Authorization: Bearer secret' ",
    path: WITH_TOKEN,
    says: "401 without this token (secret unless set).",
};

pub(super) const TOKEN: Listed = Listed {
    curl: "-X POST ",
    path: ISSUE,
    says: "POST issues a token, token-1 and so on, for uses requests to /auth/protected (1 to 1000000, 10 unless set), or \
           for so many ms (for, 1 to 3600000). GET says how many were issued.",
};

pub(super) const PROTECTED: Listed = Listed {
    curl: "-H 'Authorization: Bearer token-1' ",
    path: GUARDED,
    says: "401 without a token that /auth/token has issued, and when it has expired.",
};

#[derive(Debug)]
pub(crate) enum Auth {
    Basic { user: String, password: String },
    Bearer { token: String },
    Token { lifetime: Lifetime },
    Protected,
}

impl Auth {
    pub fn read(rest: &str, query: &str) -> Result<Option<Auth>, Refusal> {
        let or = |value: Option<&str>, default: &str| value.unwrap_or(default).to_owned();
        Ok(Some(match rest {
            "basic" => {
                let parameters =
                    Parameters::of("`/auth/basic`", query, &["user", "password"], WITH_PASSWORD)?;
                let user = or(parameters.get("user"), "ada");
                Auth::Basic { user, password: or(parameters.get("password"), "secret") }
            }
            "bearer" => {
                let parameters = Parameters::of("`/auth/bearer`", query, &["token"], WITH_TOKEN)?;
                Auth::Bearer { token: or(parameters.get("token"), "secret") }
            }
            "token" => {
                let parameters = Parameters::of("`/auth/token`", query, &["uses", "for"], ISSUE)?;
                let uses = parameters.number("uses", 1, 1_000_000, "requests")?;
                let time = parameters.number("for", 1, 3_600_000, "ms")?;
                let lifetime = match (uses, time) {
                    (Some(_), Some(_)) => {
                        let words = format!("a token has `uses` or `for`, not both, for example {ISSUE}");
                        return Err(Refusal::new(StatusCode::BAD_REQUEST, words));
                    }
                    (None, Some(time)) => Lifetime::Time(Duration::from_millis(time)),
                    (uses, None) => Lifetime::Uses(uses.unwrap_or(10)),
                };
                Auth::Token { lifetime }
            }
            "protected" => {
                Parameters::of("`/auth/protected`", query, &[], GUARDED)?;
                Auth::Protected
            }
            _ => return Ok(None),
        }))
    }

    pub fn methods(&self) -> &'static str {
        match self {
            Auth::Token { .. } => "GET, HEAD, POST",
            _ => "GET, HEAD, POST, PUT, PATCH, DELETE",
        }
    }

    /// Whether the request may come from where it comes: a token that's issued changes the next one.
    pub fn check(&self, head: &request::Parts) -> Result<(), Refusal> {
        match self {
            Auth::Token { .. } if head.method == Method::POST => {
                check_origin(head).map_err(|words| Refusal::new(StatusCode::FORBIDDEN, words))
            }
            _ => Ok(()),
        }
    }

    pub fn answer(&self, site: &str, head: &request::Parts, tokens: &Tokens) -> Response<Bytes> {
        #[derive(Serialize)]
        struct Welcome<'a> {
            authenticated: bool,
            user: &'a str,
        }
        const BASIC: &str = "Basic realm=\"mock-server\", charset=\"UTF-8\"";
        const BEARER: &str = "Bearer realm=\"mock-server\"";
        const INVALID: &str = "Bearer realm=\"mock-server\", error=\"invalid_token\"";
        let welcome = |user: &str| json(StatusCode::OK, &Welcome { authenticated: true, user });
        match self {
            Auth::Basic { user, password } => {
                let expected = BASE64_STANDARD.encode(format!("{user}:{password}"));
                match credentials(head, "basic") {
                    Some(given) if given == expected => welcome(user),
                    Some(_) => refused(BASIC, "wrong_password", "the user or the password is wrong"),
                    None => refused(BASIC, "no_credentials", "the request has no user and no password"),
                }
            }
            Auth::Bearer { token } => match credentials(head, "bearer") {
                Some(given) if given == token => welcome(token),
                Some(_) => refused(INVALID, "wrong_token", "the token is wrong"),
                None => refused(BEARER, "no_credentials", "the request has no token"),
            },
            Auth::Token { lifetime } if head.method == Method::POST => {
                issued(&tokens.issue(site, *lifetime), *lifetime)
            }
            Auth::Token { .. } => {
                #[derive(Serialize)]
                struct Issued {
                    issued: u64,
                }
                json(StatusCode::OK, &Issued { issued: tokens.issued(site) })
            }
            Auth::Protected => match credentials(head, "bearer") {
                Some(token) => match tokens.spend(site, token) {
                    Verdict::Valid => welcome(token),
                    Verdict::Expired => refused(INVALID, "token_expired", "the token has expired"),
                    Verdict::Unknown => refused(INVALID, "wrong_token", "no such token was issued"),
                },
                None => refused(BEARER, "no_credentials", "the request has no token"),
            },
        }
    }
}

/// What follows this scheme in the `Authorization` header.
fn credentials<'head>(head: &'head request::Parts, scheme: &str) -> Option<&'head str> {
    let (given, credentials) = head.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| credentials.trim())
}

fn issued(token: &str, lifetime: Lifetime) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Token<'a> {
        access_token: &'a str,
        token_type: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        uses: Option<u64>,
        #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
        milliseconds: Option<u128>,
    }
    let (uses, milliseconds) = match lifetime {
        Lifetime::Uses(uses) => (Some(uses), None),
        Lifetime::Time(time) => (None, Some(time.as_millis())),
    };
    json(StatusCode::OK, &Token { access_token: token, token_type: "Bearer", uses, milliseconds })
}

fn refused(challenge: &'static str, code: &str, message: &str) -> Response<Bytes> {
    let mut response = error(StatusCode::UNAUTHORIZED, code, message);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}
