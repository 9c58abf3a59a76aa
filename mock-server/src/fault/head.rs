//! Faults in when the answer begins and in its head.

use std::time::{Duration, SystemTime};

use hyper::body::Bytes;
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{Response, StatusCode};
use url::form_urlencoded;

use super::Fault;
use super::catalogue::{Allows, Kind, Parameter};
use crate::front::text;
use crate::script::{Ending, Script, Step};

/// Bytes of a slow head that leave together.
const PIECE: usize = 4;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "delay",
        behaviour: "The response begins after this time, instead of the site's own delay.",
        parameters: &[Parameter {
            name: "ms",
            allows: Allows::Number { unit: "ms", least: 0, most: 600_000 },
            default: Some("1000"),
        }],
        example: "delay?ms=1000",
        make: |values| Ok(Fault::Delay { ms: values.number("ms") }),
    },
    Kind {
        name: "status",
        behaviour: "The response has this status, and a Retry-After header if you ask for one.",
        parameters: &[
            Parameter {
                name: "code",
                allows: Allows::Number { unit: "", least: 200, most: 599 },
                default: Some("503"),
            },
            Parameter { name: "retry-after", allows: Allows::RetryAfter, default: None },
        ],
        example: "status?code=503&retry-after=2",
        make: |values| {
            Ok(Fault::Status {
                code: u16::try_from(values.number("code")).expect("the catalogue allows 200 to 599"),
                retry_after: values.retry_after("retry-after"),
            })
        },
    },
    Kind {
        name: "redirect",
        behaviour: "The page comes after `hops` redirects.",
        parameters: &[Parameter {
            name: "hops",
            allows: Allows::Number { unit: "", least: 1, most: 100 },
            default: Some("3"),
        }],
        example: "redirect?hops=3",
        make: |values| Ok(Fault::Redirect { hops: values.number("hops") }),
    },
    Kind {
        name: "redirect-loop",
        behaviour: "Every response is a redirect to itself.",
        parameters: &[],
        example: "redirect-loop",
        make: |_| Ok(Fault::RedirectLoop),
    },
    Kind {
        name: "slow-head",
        behaviour: "The response's head comes four bytes at a time, with a pause after each four.",
        parameters: &[Parameter {
            name: "pause",
            allows: Allows::Number { unit: "ms", least: 0, most: 60_000 },
            default: Some("20"),
        }],
        example: "slow-head?pause=20",
        make: |values| Ok(Fault::SlowHead { pause: values.number("pause") }),
    },
];

/// What a `Retry-After` header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// So many seconds from now.
    Seconds(u64),
    /// A date, as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    Date(String),
    /// The date so many seconds after the answer.
    DateIn(u64),
}

impl RetryAfter {
    pub(super) fn parse(text: &str) -> Option<RetryAfter> {
        let allowed = |seconds: &str| seconds.parse().ok().filter(|seconds| *seconds <= 86_400);
        if let Some(seconds) = text.strip_prefix("date-in-") {
            return allowed(seconds).map(RetryAfter::DateIn);
        }
        if text.parse::<u64>().is_ok() {
            return allowed(text).map(RetryAfter::Seconds);
        }
        let date = httpdate::parse_http_date(text).ok()?;
        Some(RetryAfter::Date(httpdate::fmt_http_date(date)))
    }

    fn header(&self) -> HeaderValue {
        match self {
            RetryAfter::Seconds(seconds) => HeaderValue::from(*seconds),
            RetryAfter::Date(date) => HeaderValue::from_str(date).expect("a date is ASCII"),
            RetryAfter::DateIn(seconds) => {
                let date = SystemTime::now() + Duration::from_secs(*seconds);
                HeaderValue::from_str(&httpdate::fmt_http_date(date)).expect("a date is ASCII")
            }
        }
    }
}

pub(super) fn alter(fault: &Fault, page: Response<Bytes>, target: &str) -> Response<Bytes> {
    match fault {
        Fault::Status { code, retry_after } => {
            let code = StatusCode::from_u16(*code).expect("the catalogue allows 200 to 599");
            // These two have no body, by definition.
            let has_body = !matches!(code, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
            let words = if has_body { format!("status {code}\n") } else { String::new() };
            let mut answer = text(code, words);
            if let Some(retry_after) = retry_after {
                answer.headers_mut().insert(RETRY_AFTER, retry_after.header());
            }
            answer
        }
        Fault::Redirect { hops } => redirect(page, *hops, target),
        Fault::RedirectLoop => redirect_to(target),
        _ => page,
    }
}

/// The query counts the hops made so far, in `hop`.
fn redirect(page: Response<Bytes>, hops: u64, target: &str) -> Response<Bytes> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let parameters: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let made =
        parameters.iter().find(|(name, _)| name == "hop").and_then(|(_, hop)| hop.parse().ok()).unwrap_or(0);
    if made >= hops {
        return page;
    }
    let others = parameters.into_iter().filter(|(name, _)| name != "hop");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .append_pair("hop", &(made + 1).to_string())
        .finish();
    redirect_to(&format!("{path}?{query}"))
}

fn redirect_to(target: &str) -> Response<Bytes> {
    let mut answer = text(StatusCode::FOUND, "see elsewhere\n".to_owned());
    // With two slashes it would name another host.
    let target = format!("/{}", target.trim_start_matches('/'));
    let target = HeaderValue::from_str(&target).expect("it came in a request's head");
    answer.headers_mut().insert(LOCATION, target);
    answer
}

pub(super) fn travel(fault: &Fault, page: &Response<Bytes>) -> Option<Script> {
    let Fault::SlowHead { pause } = *fault else { return None };
    let pause = Duration::from_millis(pause);
    let head = written(page, Some(page.body().len()));
    let pieces: Vec<_> = head.chunks(PIECE).map(Bytes::copy_from_slice).collect();
    let steps = pieces.into_iter().flat_map(move |piece| [Step::Send(piece), Step::Pause(pause)]);
    let rest = [Step::Send(page.body().clone()), Step::End(Ending::Close)];
    Some(Script::written(page.body().len() as u64, steps.chain(rest)))
}

/// The head of an answer as it goes onto the wire, for scripts that write their own. The connection closes after it.
/// Without a length the body is chunked.
pub(super) fn written(page: &Response<Bytes>, length: Option<usize>) -> Bytes {
    let mut head = format!("HTTP/1.1 {}\r\n", page.status()).into_bytes();
    let mut headers = page.headers().clone();
    headers.remove(CONTENT_LENGTH);
    match length {
        Some(length) => headers.insert(CONTENT_LENGTH, HeaderValue::from(length)),
        None => headers.insert(hyper::header::TRANSFER_ENCODING, HeaderValue::from_static("chunked")),
    };
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    for (name, value) in &headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head.into()
}
