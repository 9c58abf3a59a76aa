//! Whatever a client writes, reading it ends in an answer: random texts, and texts close to what is right.

use std::time::Duration;

use hyper::body::Bytes;
use hyper::{Response, StatusCode, Uri};
use proptest::prelude::*;
use proptest::sample::select;

use crate::fault::{Circumstances, Fault, Kind, catalogue};
use crate::routes::Program;
use crate::script::Script;
use crate::site::Site;

/// Steps of a script that are looked at: a body without end has no more of interest.
const STEPS: usize = 100;

/// The text of a fault that is right, or nearly so.
fn near_faults() -> impl Strategy<Value = String> {
    let values = prop_oneof![
        "[0-9]{1,20}",
        "-?[0-9]{0,3}\\.?[0-9]{0,3}",
        select(vec![
            "latin1",
            "none",
            "huge",
            "escape",
            "503",
            "reset",
            "status?code=418",
            "NaN",
            "inf",
            "1e9"
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ];
    let kinds: Vec<&'static Kind> = catalogue().collect();
    (select(kinds), prop::collection::vec((any::<prop::sample::Index>(), values), 0..4)).prop_map(
        |(kind, given)| {
            let names: Vec<_> =
                kind.parameters.iter().map(|parameter| parameter.name).chain(["site"]).collect();
            let given: Vec<_> =
                given.into_iter().map(|(name, value)| format!("{}={value}", name.get(&names))).collect();
            format!("{}?{}", kind.name, given.join("&"))
        },
    )
}

/// Does what a server does with a fault, but for the sockets.
fn act(fault: Fault, before: u64) {
    let circumstances = Circumstances { seed: 1, before, before_on_connection: before };
    let Some(fault) = fault.choose(circumstances) else { return };
    // These make pages of many megabytes, rightly.
    if matches!(fault, Fault::GzipBomb { megabytes } if megabytes > 3) {
        return;
    }
    let page = Response::new(Bytes::from_static(b"<html><title>A page</title></html>"));
    let page = fault.alter(page, "/?hop=1&x=%20");
    let steps = match fault.travel(&page, 1) {
        Script::Body { steps, .. } | Script::Written { steps, .. } | Script::Raw(steps) => steps,
    };
    assert!(steps.take(STEPS).count() > 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_fault_or_an_error_in_one_line(text in prop_oneof![any::<String>(), near_faults()]) {
        if let Err(error) = text.parse::<Fault>() {
            let words = error.to_string();
            prop_assert!(!words.is_empty() && !words.contains(char::is_control), "{words:?}");
        }
    }

    #[test]
    fn a_fault_that_can_be_read_can_be_acted_out(text in near_faults(), before in 0..4_u64) {
        if let Ok(fault) = text.parse::<Fault>() {
            act(fault, before);
        }
    }

    #[test]
    fn any_path_is_understood_or_refused(
        path in prop_oneof![
            near_faults().prop_map(|fault| format!("/fault/{fault}")),
            "/(site|delay|gate|fault|timeline)/[ -~]{0,30}",
            "/[ -~]{0,40}",
        ]
    ) {
        let Ok(uri) = path.parse::<Uri>() else { return Ok(()) };
        let program = Program::new(Site::tutorial(), None);
        match program.order(&uri) {
            Ok(Some(order)) => prop_assert!(order.delay <= Duration::from_secs(600)),
            Ok(None) => {}
            Err(refusal) => {
                let answer = refusal.into_response();
                prop_assert!(matches!(answer.status(), StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND));
                prop_assert!(answer.body().ends_with(b"\n"));
            }
        }
    }
}
