//! Faults of the framing: what says where a head or a body ends, and what comes before and after them.

use hyper::body::Bytes;

use super::effect::Effect;
use super::faults::{Fault, Interim, Length};
use super::head::{in_one_write, written};
use super::parameter::{Allows, Kind, Parameter};
use crate::wire::script::{Ending, Script, Step, steps};

/// How much a lying `Content-Length` adds.
const MORE: usize = 1000;

const LENGTHS: Allows = Allows::Choice(&[
    ("short", Fault::Length(Length::Short)),
    ("long", Fault::Length(Length::Long)),
    ("twice", Fault::Length(Length::Twice)),
    ("none", Fault::Length(Length::None)),
    ("with-chunked", Fault::Length(Length::WithChunked)),
    ("negative", Fault::Length(Length::Negative)),
]);
const INTERIM: Allows = Allows::Choice(&[
    ("103", Fault::Interim { of: Interim::EarlyHints, count: 1 }),
    ("100", Fault::Interim { of: Interim::Continue, count: 1 }),
    ("102", Fault::Interim { of: Interim::Processing, count: 1 }),
]);

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "length",
        behaviour: "Content-Length is half the body's length, 1,000 bytes more than it, there twice with different numbers, missing, half the length although the body is chunked, or negative.",
        parameters: &[Parameter::new("as", LENGTHS, Some("short"))],
        example: "length?as=twice",
        make: |values| Ok(values.choice("as")),
    },
    Kind {
        name: "interim",
        behaviour: "Before the response come `n` interim ones (1xx): Early Hints, Continue or Processing.",
        parameters: &[
            Parameter::new("of", INTERIM, Some("103")),
            Parameter::new("n", Allows::Number { unit: "", least: 1, most: 1000 }, Some("1")),
        ],
        example: "interim?of=103&n=2",
        make: |values| {
            let mut fault = values.choice("of");
            if let Fault::Interim { count, .. } = &mut fault {
                *count = values.number("n");
            }
            Ok(fault)
        },
    },
    Kind::plain("trailers", "The body is chunked, and a header field (a trailer) comes after it.", |_| {
        Ok(Fault::Trailers)
    }),
];

pub(super) fn length(length: Length) -> Effect {
    Effect::travel(move |page| {
        let body = page.body();
        let half = body.len() / 2;
        let fields = match length {
            // The server thinks that it's done and keeps the connection, so hyper can write this one.
            Length::Long => {
                let steps = steps([Step::Send(body.clone()), Step::Forever]);
                return Script::Body { length: Some(body.len().saturating_add(MORE)), steps };
            }
            Length::Short => format!("content-length: {half}\r\n"),
            Length::Twice => format!("content-length: {}\r\ncontent-length: {half}\r\n", body.len()),
            Length::None => String::new(),
            Length::WithChunked => format!("content-length: {half}\r\ntransfer-encoding: chunked\r\n"),
            Length::Negative => "content-length: -1\r\n".to_owned(),
        };
        match length {
            Length::WithChunked => in_one_write(page, &fields, &chunked(body, "")),
            _ => in_one_write(page, &fields, body),
        }
    })
}

pub(super) fn interim(of: Interim, count: u64) -> Effect {
    let head = match of {
        Interim::Continue => "HTTP/1.1 100 Continue\r\n\r\n",
        Interim::Processing => "HTTP/1.1 102 Processing\r\n\r\n",
        Interim::EarlyHints => {
            "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload; as=style\r\n\r\n"
        }
    };
    Effect::travel(move |page| {
        let interim = (0..count).map(move |_| Step::Send(Bytes::from_static(head.as_bytes())));
        let length = page.body().len();
        let rest = [Step::Send(written(page, Some(length))), Step::Send(page.body().clone())];
        let steps = steps(interim.chain(rest).chain([Step::End(Ending::Close)]));
        Script::Written { length: Some(length), steps }
    })
}

pub(super) fn trailers() -> Effect {
    Effect::travel(|page| {
        let lines = "trailer: x-body-length\r\ntransfer-encoding: chunked\r\n";
        let trailer = format!("x-body-length: {}\r\n", page.body().len());
        in_one_write(page, lines, &chunked(page.body(), &trailer))
    })
}

/// The body in one chunk, and these lines of a trailer after it.
fn chunked(body: &Bytes, trailer: &str) -> Bytes {
    // A chunk of no bytes would end the body.
    let size = if body.is_empty() { String::new() } else { format!("{:x}\r\n", body.len()) };
    let end = if body.is_empty() { "" } else { "\r\n" };
    let end = format!("{end}0\r\n{trailer}\r\n");
    [size.as_bytes(), body, end.as_bytes()].concat().into()
}
