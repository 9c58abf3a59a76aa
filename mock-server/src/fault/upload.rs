//! Faults that meet requests with a body: how it's read, and what becomes of the work that it asks for.

use std::time::Duration;

use hyper::body::Bytes;
use hyper::{Response, StatusCode};

use super::effect::{Early, Effect};
use super::faults::{Afterwards, Fault, Loss};
use super::parameter::{Allows, Kind, Parameter};
use super::{connection, head};
use crate::wire::script::{Ending, Step, steps};

const MOST: u64 = 1_000_000_000;
const SLOWLY: u8 = 0;
const UP_TO: u8 = 1;
const CODE: StatusCode = StatusCode::PAYLOAD_TOO_LARGE;
const THEN: Allows = Allows::Choice(&[
    ("close", Fault::Early { code: CODE, then: Afterwards::Close }),
    ("reset", Fault::Early { code: CODE, then: Afterwards::Reset }),
    ("keep", Fault::Early { code: CODE, then: Afterwards::Keep }),
]);
const LOSSES: Allows = Allows::Choice(&[
    ("reset", Fault::LostAnswer { with: Loss::Reset, key: String::new() }),
    ("empty", Fault::LostAnswer { with: Loss::Empty, key: String::new() }),
    ("hang", Fault::LostAnswer { with: Loss::Hang, key: String::new() }),
]);

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "early",
        behaviour: "The response comes before the request's body has been read. Then the connection is closed or reset, or the body is read and dropped.",
        parameters: &[
            Parameter::new("code", Allows::Number { unit: "", least: 200, most: 599 }, Some("413")),
            Parameter::new("then", THEN, Some("close")),
        ],
        example: "early?code=413&then=close",
        make: |values| {
            let code = values.status("code");
            Ok(match values.choice("then") {
                Fault::Early { then, .. } => Fault::Early { code, then },
                other => other,
            })
        },
    },
    Kind {
        name: "slow-read",
        behaviour: "The request's body is read at `rate` bytes a second. With `stop-after`, it's read up to there, and then never again.",
        parameters: &[
            Parameter::new("rate", Allows::Number { unit: "bytes", least: 1, most: MOST }, Some("100000"))
                .in_group(SLOWLY),
            Parameter::new(
                "stop-after",
                Allows::Number { unit: "bytes", least: 0, most: MOST },
                Some("1000"),
            )
            .in_group(UP_TO),
        ],
        example: "slow-read?rate=100000",
        make: |values| {
            Ok(match values.optional("stop-after") {
                Some(after) => Fault::StopReading { after },
                None => Fault::SlowRead { rate: values.non_zero("rate") },
            })
        },
    },
    Kind {
        name: "no-continue",
        behaviour: "A request with `Expect: 100-continue` gets no 100, or gets it after `after`. Its body is read whenever it comes.",
        parameters: &[Parameter::new("after", Allows::Number { unit: "ms", least: 0, most: 600_000 }, None)],
        example: "no-continue",
        make: |values| Ok(Fault::NoContinue { after: values.optional("after").map(Duration::from_millis) }),
    },
    Kind {
        name: "reset-upload",
        behaviour: "The connection is reset (RST) after `after` bytes of the request's body. A shorter body gets the page.",
        parameters: &[Parameter::new(
            "after",
            Allows::Number { unit: "bytes", least: 0, most: MOST },
            Some("100000"),
        )],
        example: "reset-upload?after=100000",
        make: |values| Ok(Fault::ResetUpload { after: values.number("after") }),
    },
    Kind {
        name: "lost-answer",
        behaviour: "The work is done and counted, and the response is lost. `/counted?key=` has the count.",
        parameters: &[
            Parameter::new("with", LOSSES, Some("reset")),
            Parameter::new("key", Allows::Word, Some("")),
        ],
        example: "lost-answer?with=reset&key=orders",
        make: |values| {
            let key = values.text("key").unwrap_or_default().to_owned();
            Ok(match values.choice("with") {
                Fault::LostAnswer { with, .. } => Fault::LostAnswer { with, key },
                other => other,
            })
        },
    },
];

pub(super) fn early(code: StatusCode, then: Afterwards) -> Effect {
    match head::status(code, None) {
        Effect::Answer(answer) => Effect::Early(match then {
            Afterwards::Keep => Early::Keep(answer),
            Afterwards::Close => ending(answer, Ending::Linger),
            Afterwards::Reset => ending(answer, Ending::Reset),
        }),
        // An informational status is bytes that end the connection, whatever comes after them.
        bytes => bytes,
    }
}

fn ending(answer: Response<Bytes>, ending: Ending) -> Early {
    let length = answer.body().len();
    let head = head::written(&answer, Some(length));
    let steps = steps([Step::Send(head), Step::Send(answer.into_body()), Step::End(ending)]);
    Early::End { length, steps }
}

/// The exchange counts the work; see [`Fault::counted_as`].
pub(super) fn lost_answer(with: Loss) -> Effect {
    match with {
        Loss::Reset => connection::reset(),
        Loss::Empty => connection::empty(),
        Loss::Hang => connection::hang(),
    }
}
