//! Faults in when the answer begins and in its head.

use wiremock::{Mock, Request, ResponseTemplate, matchers};

use super::catalogue::{Kind, Parameter};
use super::{Fault, FaultError};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "delay",
        behaviour: "The answer begins after this time, in place of the site's own.",
        parameters: &[Parameter { name: "ms", unit: "ms", default: Some(1000), least: 0, most: 600_000 }],
        example: "delay?ms=1000",
        make: |values| Fault::Delay { ms: values.number("ms") },
    },
    Kind {
        name: "status",
        behaviour: "The answer has this status, with Retry-After where asked.",
        parameters: &[
            Parameter { name: "code", unit: "", default: Some(503), least: 200, most: 599 },
            Parameter { name: "retry-after", unit: "seconds", default: None, least: 0, most: 86_400 },
        ],
        example: "status?code=503&retry-after=2",
        make: |values| Fault::Status {
            code: u16::try_from(values.number("code")).expect("the catalogue allows 200 to 599"),
            retry_after: values.get("retry-after"),
        },
    },
];

const STATUS: &str = "/fault/status";

/// Where wiremock answers with this status.
pub(super) fn status_path(code: u16, retry_after: Option<u64>) -> String {
    let retry_after = retry_after.map_or(String::new(), |seconds| format!("&retry-after={seconds}"));
    format!("{STATUS}?code={code}{retry_after}")
}

/// What wiremock needs mounted to answer for the faults of this family.
pub(crate) fn mocks() -> Vec<Mock> {
    vec![Mock::given(matchers::path(STATUS)).respond_with(status_answer)]
}

fn status_answer(request: &Request) -> ResponseTemplate {
    let fault: Result<Fault, FaultError> =
        format!("status?{}", request.url.query().unwrap_or_default()).parse();
    match fault {
        Ok(Fault::Status { code, retry_after }) => {
            let answer = ResponseTemplate::new(code).set_body_string(format!("status {code}\n"));
            match retry_after {
                Some(seconds) => answer.insert_header("retry-after", seconds.to_string()),
                None => answer,
            }
        }
        Ok(_) => unreachable!("a text that begins with `status?` is no other fault"),
        Err(error) => ResponseTemplate::new(400).set_body_string(format!("{error}\n")),
    }
}
