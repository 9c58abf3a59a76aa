//! Faults in the head of the response, and in when it begins.

use std::time::{Duration, SystemTime};

use httpdate::HttpDate;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION,
    PROXY_AUTHENTICATE, RETRY_AFTER, TRANSFER_ENCODING, UPGRADE, WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};
use percent_encoding::{CONTROLS, utf8_percent_encode};
use url::form_urlencoded;

use super::effect::{Context, Effect};
use super::faults::{Fault, RetryAfter};
use super::parameter::{Allows, Kind, Parameter};
use crate::response::{is_without_body, text};
use crate::wire::script::{Ending, Script, Step, steps};

/// Bytes of a slow head that are sent together.
const PIECE: usize = 4;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "delay",
        behaviour: "The response begins after this time, instead of the site's own delay.",
        parameters: &[Parameter::new(
            "ms",
            Allows::Number { unit: "ms", least: 0, most: 600_000 },
            Some("1000"),
        )],
        example: "delay?ms=1000",
        make: |values| Ok(Fault::Delay { time: values.milliseconds("ms") }),
    },
    Kind {
        name: "status",
        behaviour: "The response has this status, and a Retry-After header if you ask for one.",
        parameters: &[
            Parameter::new("code", Allows::Number { unit: "", least: 200, most: 599 }, Some("503")),
            Parameter::new("retry-after", Allows::RetryAfter, None),
        ],
        example: "status?code=503&retry-after=2",
        make: |values| {
            Ok(Fault::Status { code: values.status("code"), retry_after: values.retry_after("retry-after") })
        },
    },
    Kind {
        name: "redirect",
        behaviour: "The page comes after `hops` redirects.",
        parameters: &[Parameter::new("hops", Allows::Number { unit: "", least: 1, most: 100 }, Some("3"))],
        example: "redirect?hops=3",
        make: |values| Ok(Fault::Redirect { hops: values.number("hops") }),
    },
    Kind::plain("redirect-loop", "Every response is a redirect to itself.", |_| Ok(Fault::RedirectLoop)),
    Kind {
        name: "slow-head",
        behaviour: "The response's head comes four bytes at a time, with a pause after each four.",
        parameters: &[Parameter::new(
            "pause",
            Allows::Number { unit: "ms", least: 0, most: 60_000 },
            Some("20"),
        )],
        example: "slow-head?pause=20",
        make: |values| Ok(Fault::SlowHead { pause: values.milliseconds("pause") }),
    },
];

pub(super) fn status(code: StatusCode, retry_after: Option<&RetryAfter>) -> Effect {
    if code.is_informational() {
        let head = format!("HTTP/1.1 {code}\r\n\r\n").into();
        return Effect::Raw(steps([Step::Send(head), Step::End(Ending::Close)]));
    }
    let words = if is_without_body(code) { String::new() } else { format!("status {code}\n") };
    let length = words.len();
    let mut answer = text(code, words);
    let headers = answer.headers_mut();
    if length == 0 {
        headers.remove(CONTENT_TYPE);
    }
    if let Some(retry_after) = retry_after {
        headers.insert(RETRY_AFTER, retry_after.header());
    }
    for (name, value) in mandatory(code, length) {
        headers.insert(name, value);
    }
    Effect::Answer(answer)
}

/// The headers that a response with this status must have, by RFC 9110. Some clients, such as Jetty's, report a 401 without a
/// challenge as an error of their own.
fn mandatory(code: StatusCode, length: usize) -> Vec<(HeaderName, HeaderValue)> {
    const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"mock\"");
    match code {
        StatusCode::PARTIAL_CONTENT => {
            let range = format!("bytes 0-{}/{length}", length.saturating_sub(1));
            vec![(CONTENT_RANGE, HeaderValue::try_from(range).expect("numbers are ASCII"))]
        }
        StatusCode::UNAUTHORIZED => vec![(WWW_AUTHENTICATE, CHALLENGE)],
        // The list of methods may be empty, and here none is allowed.
        StatusCode::METHOD_NOT_ALLOWED => vec![(ALLOW, HeaderValue::from_static(""))],
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => vec![(PROXY_AUTHENTICATE, CHALLENGE)],
        StatusCode::UPGRADE_REQUIRED => vec![
            (UPGRADE, HeaderValue::from_static("websocket")),
            (CONNECTION, HeaderValue::from_static("upgrade")),
        ],
        _ => Vec::new(),
    }
}

impl RetryAfter {
    fn header(&self) -> HeaderValue {
        let date = |date: HttpDate| HeaderValue::try_from(date.to_string()).expect("a date is ASCII");
        match self {
            RetryAfter::Seconds(seconds) => HeaderValue::from(*seconds),
            RetryAfter::Date(fixed) => date(*fixed),
            RetryAfter::DateIn(seconds) => {
                date((SystemTime::now() + Duration::from_secs((*seconds).into())).into())
            }
        }
    }
}

/// The query counts the hops made so far, in `hop`.
pub(super) fn redirect(hops: u64, context: &Context<'_>) -> Effect {
    let (path, query) = context.target.split_once('?').unwrap_or((context.target, ""));
    let parameters: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let made: u64 =
        parameters.iter().find(|(name, _)| name == "hop").and_then(|(_, hop)| hop.parse().ok()).unwrap_or(0);
    if made >= hops {
        return Effect::None;
    }
    let others = parameters.into_iter().filter(|(name, _)| name != "hop");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .append_pair("hop", &(made + 1).to_string())
        .finish();
    redirect_to(&format!("{path}?{query}"))
}

pub(super) fn redirect_loop(context: &Context<'_>) -> Effect {
    redirect_to(context.target)
}

fn redirect_to(target: &str) -> Effect {
    // With two slashes it would name a different host. A URI is ASCII, although a request may have other bytes.
    let target = format!("/{}", target.trim_start_matches('/'));
    let target = utf8_percent_encode(&target, CONTROLS).to_string();
    let target = HeaderValue::try_from(target).expect("everything else is encoded");
    let mut answer = text(StatusCode::FOUND, "see elsewhere\n".to_owned());
    answer.headers_mut().insert(LOCATION, target);
    Effect::Answer(answer)
}

pub(super) fn slow_head(pause: Duration) -> Effect {
    Effect::travel(move |page| {
        let head = written(page, Some(page.body().len()));
        let pieces: Vec<_> = head.chunks(PIECE).map(Bytes::copy_from_slice).collect();
        let slowly = pieces.into_iter().flat_map(move |piece| [Step::Send(piece), Step::Pause(pause)]);
        let rest = [Step::Send(page.body().clone()), Step::End(Ending::Close)];
        Script::Written { length: Some(page.body().len()), steps: steps(slowly.chain(rest)) }
    })
}

/// The head of a response as it goes onto the wire, for scripts that write their own. The connection closes after it.
/// Without a length the body is chunked.
pub(super) fn written(page: &Response<Bytes>, length: Option<usize>) -> Bytes {
    let framing = match length {
        Some(length) => format!("content-length: {length}\r\n"),
        None => "transfer-encoding: chunked\r\n".to_owned(),
    };
    written_with(page, framing.as_bytes())
}

/// A response in one write, and then an orderly close. The head has these lines instead of the one that says where the body ends.
/// A client that refuses the head may close the connection before a second write. And what aiohttp 3.14.5 makes of surplus bytes
/// depends on whether they come together with the others.
pub(super) fn in_one_write(page: &Response<Bytes>, lines: &str, body: &[u8]) -> Script {
    let answer = [&written_with(page, lines.as_bytes())[..], body].concat();
    Script::Written {
        length: Some(body.len()),
        steps: steps([Step::Send(answer.into()), Step::End(Ending::Close)]),
    }
}

/// Like `written`, with these lines instead of the one that says where the body ends.
fn written_with(page: &Response<Bytes>, lines: &[u8]) -> Bytes {
    let mut head = format!("HTTP/1.1 {}\r\n", page.status()).into_bytes();
    let mut headers = page.headers().clone();
    headers.remove(CONTENT_LENGTH);
    headers.remove(TRANSFER_ENCODING);
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    for (name, value) in &headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(lines);
    head.extend_from_slice(b"\r\n");
    head.into()
}
