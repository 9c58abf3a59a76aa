//! Heads that a client has to refuse or to survive.

use std::fmt::Write;

use hyper::body::Bytes;

use super::effect::Effect;
use super::faults::{Fault, Head};
use super::head::in_one_write;
use super::parameter::{Allows, Kind, Parameter};
use crate::wire::script::{Ending, Step, steps};

/// The bytes in the value of a huge field.
const HUGE: usize = 1_000_000;
/// How many fields are many.
const MANY: usize = 10_000;

const HEADS: Allows = Allows::Choice(&[
    ("huge", Fault::Head(Head::Huge)),
    ("many", Fault::Head(Head::Many)),
    ("folded", Fault::Head(Head::Folded)),
    ("bad-name", Fault::Head(Head::BadName)),
    ("no-status-line", Fault::Head(Head::NoStatusLine)),
]);

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "head",
    behaviour: "The response's head has a field of 1 MB, 10,000 fields, a field that goes on in the next line, a space in the name of a field, or no status line.",
    parameters: &[Parameter::new("as", HEADS, Some("huge"))],
    example: "head?as=many",
    make: |values| Ok(values.choice("as")),
}];

pub(super) fn head(head: Head) -> Effect {
    let mut fields = String::new();
    match head {
        Head::Huge => fields = format!("x-huge: {}\r\n", "x".repeat(HUGE)),
        Head::Many => {
            for number in 0..MANY {
                write!(fields, "x-{number}: 1\r\n").expect("a String takes everything");
            }
        }
        Head::Folded => fields.push_str("x-folded: one\r\n two\r\n"),
        Head::BadName => fields.push_str("bad name: 1\r\n"),
        Head::NoStatusLine => return no_status_line(),
    }
    Effect::travel(move |page| {
        let length = page.body().len();
        in_one_write(page, &format!("{fields}content-length: {length}\r\n"), page.body())
    })
}

/// It isn't HTTP, so it can't be the site's page, whose first byte may be on the wire already.
fn no_status_line() -> Effect {
    const RESPONSE: &[u8] = b"content-type: text/plain\r\ncontent-length: 15\r\n\r\nno status line\n";
    Effect::Raw(steps([Step::Send(Bytes::from_static(RESPONSE)), Step::End(Ending::Close)]))
}
