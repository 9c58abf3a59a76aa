//! Properties of all values: whatever a client writes is read and answered, and whatever fault compiles can be served.

use std::num::NonZeroU64;
use std::time::{Duration, UNIX_EPOCH};

use httpdate::HttpDate;
use hyper::body::Bytes;
use hyper::{Request, Response, StatusCode};
use proptest::prelude::*;
use proptest::sample::select;

use crate::fault::effect::{Context, Early, Effect};
use crate::fault::{
    Afterwards, Charset, ContentType, Encoding, Fault, Head, Interim, Kind, Length, Loss, RetryAfter, Spread,
    Title, catalogue,
};
use crate::server::routes::Program;
use crate::site::presets;
use crate::wire::script::{Script, Step, Steps};

/// The number of steps of a script that are looked at: an endless body has nothing new after them.
const STEPS: usize = 100;

/// The text of a fault that's right, or nearly.
fn near_faults() -> impl Strategy<Value = String> {
    let values = prop_oneof![
        "[0-9]{1,20}",
        "-?[0-9]{0,3}\\.?[0-9]{0,3}",
        select(vec![
            "latin1",
            "none",
            "huge",
            "escape",
            "twice",
            "yes",
            "ok,503,truncate?after=1",
            "many",
            "103",
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

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0..5_u64, 0..100_000_u64, any::<u64>(), Just(u64::MAX)]
}

fn non_zero() -> impl Strategy<Value = NonZeroU64> {
    number().prop_map(|number| NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN))
}

fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        Just(Duration::MAX),
        number().prop_map(Duration::from_nanos),
        (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(seconds, rest)| Duration::new(seconds, rest)),
    ]
}

fn real() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..1.0, any::<f64>(), select(vec![f64::NAN, f64::INFINITY, -1.0])]
}

fn retry_after() -> impl Strategy<Value = RetryAfter> {
    prop_oneof![
        any::<u64>().prop_map(RetryAfter::Seconds),
        any::<u32>().prop_map(RetryAfter::DateIn),
        (0..250_000_000_000_u64).prop_map(|seconds| {
            RetryAfter::Date(HttpDate::from(UNIX_EPOCH + Duration::from_secs(seconds)))
        }),
    ]
}

/// A fault of any variant with any values, also those that can't be written as text.
fn faults() -> impl Strategy<Value = Fault> {
    let seed = || any::<Option<u64>>();
    let status = (100..=999_u16, prop::option::of(retry_after())).prop_map(|(code, retry_after)| {
        let code = StatusCode::from_u16(code).expect("a status code has three digits");
        Fault::Status { code, retry_after }
    });
    let spread = prop_oneof![
        (time(), time()).prop_map(|(low, high)| Spread::Uniform { low, high }),
        (time(), real()).prop_map(|(median, sigma)| Spread::LogNormal { median, sigma }),
    ];
    let plain = select(vec![
        Fault::RedirectLoop,
        Fault::Empty,
        Fault::Hang,
        Fault::BadChunk,
        Fault::CloseOnReuse,
        Fault::Charset(Charset::Latin1),
        Fault::Charset(Charset::InvalidUtf8),
        Fault::ContentType(ContentType::None),
        Fault::Title(Title::Escape),
        Fault::Head(Head::Many),
        Fault::Head(Head::NoStatusLine),
        Fault::Length(Length::Short),
        Fault::Length(Length::Long),
        Fault::Length(Length::Twice),
        Fault::Length(Length::WithChunked),
        Fault::Trailers,
        Fault::Encoding(Encoding::GzipTruncated),
        Fault::Encoding(Encoding::GzipCorrupt),
        Fault::Encoding(Encoding::Twice),
        Fault::Encoding(Encoding::Unknown),
    ]);
    let interim = select(vec![Interim::Continue, Interim::Processing, Interim::EarlyHints]);
    let leaf = prop_oneof![
        plain,
        status,
        time().prop_map(|time| Fault::Delay { time }),
        (spread, seed()).prop_map(|(spread, seed)| Fault::RandomDelay { spread, seed }),
        number().prop_map(|hops| Fault::Redirect { hops }),
        prop::option::of(number()).prop_map(|after| Fault::Reset { after }),
        number().prop_map(|after| Fault::Truncate { after }),
        (non_zero(), time()).prop_map(|(chunk, pause)| Fault::Dribble { chunk, pause }),
        (non_zero(), time()).prop_map(|(chunks, over)| Fault::DribbleOver { chunks, over }),
        (number(), prop::option::of(time())).prop_map(|(after, pause)| Fault::Stall { after, pause }),
        time().prop_map(|pause| Fault::SlowHead { pause }),
        (number(), seed()).prop_map(|(bytes, seed)| Fault::Garbage { bytes, seed }),
        time().prop_map(|delay| Fault::SlowClose { delay }),
        time().prop_map(|after| Fault::IdleClose { after }),
        (non_zero(), time()).prop_map(|(chunk, pause)| Fault::Endless { chunk, pause }),
        (0..20_u16).prop_map(|megabytes| Fault::GzipBomb { megabytes }),
        (interim, number()).prop_map(|(of, count)| Fault::Interim { of, count }),
        (100..=999_u16, select(vec![Afterwards::Keep, Afterwards::Close, Afterwards::Reset])).prop_map(
            |(code, then)| {
                let code = StatusCode::from_u16(code).expect("a status code has three digits");
                Fault::Early { code, then }
            }
        ),
        non_zero().prop_map(|rate| Fault::SlowRead { rate }),
        number().prop_map(|after| Fault::StopReading { after }),
        prop::option::of(time()).prop_map(|after| Fault::NoContinue { after }),
        number().prop_map(|after| Fault::ResetUpload { after }),
        (select(vec![Loss::Reset, Loss::Empty, Loss::Hang]), "[a-z]{0,3}")
            .prop_map(|(with, key)| Fault::LostAnswer { with, key }),
    ];
    leaf.prop_recursive(2, 4, 1, move |inner| {
        prop_oneof![
            (number(), inner.clone(), "[a-z]{0,3}").prop_map(|(count, with, key)| {
                let with = Box::new(with);
                Fault::FailFirst { count, with, key }
            }),
            (prop::collection::vec(prop::option::of(inner.clone()), 0..3), any::<bool>())
                .prop_map(|(turns, again)| Fault::InTurn { turns, again, key: String::new() }),
            (number(), prop::option::of(time()), inner.clone(), prop::option::of(time())).prop_map(
                |(count, per, with, delay)| {
                    let with = Box::new(with);
                    Fault::AtMost { count, per, with, delay, key: String::new() }
                }
            ),
            (real(), inner, any::<Option<u64>>()).prop_map(|(rate, with, seed)| {
                let with = Box::new(with);
                Fault::Unstable { rate, with, seed }
            }),
        ]
    })
}

/// Does what the server does with a fault, except for the sockets, and checks that every script gets somewhere.
fn act(fault: &Fault, body: &'static [u8], before: u64) {
    let is_refused = before > 1;
    let context =
        Context { seed: 1, before, before_on_connection: before, is_refused, target: "/?hop=1&x=%20" };
    let page = Response::new(Bytes::from_static(body));
    match fault.effect(&context) {
        Effect::None | Effect::Delay(_) | Effect::Answer(_) | Effect::CloseWhenIdle(_) | Effect::Hang => {}
        Effect::Alter(change) => {
            change(page);
        }
        Effect::Travel(script) => match script(&page) {
            Script::Body { length: Some(length), steps } => check_body(fault, steps, length),
            Script::Body { steps, .. } | Script::Written { steps, .. } => check(fault, steps),
        },
        Effect::Raw(steps) => check(fault, steps),
        Effect::Early(Early::Keep(_)) | Effect::Read(_) => {}
        Effect::Early(Early::End { length, steps }) => {
            let (mut sent, mut ends) = (0, 0);
            for step in steps {
                match step {
                    Step::Send(bytes) => sent += bytes.len(),
                    Step::End(_) => ends += 1,
                    step => panic!("{fault:?} has {step:?}"),
                }
            }
            assert!(sent > length && ends == 1, "{fault:?} sends {sent} bytes and has {ends} ends");
        }
    }
}

/// Every script moves on within two steps: it sends something, ends the connection, or waits for the client.
fn check(fault: &Fault, steps: Steps) {
    let mut idle = 0;
    let mut count = 0;
    for step in steps.take(STEPS) {
        count += 1;
        idle = match step {
            Step::Send(bytes) if !bytes.is_empty() => 0,
            Step::End(_) | Step::Forever => 0,
            _ => idle + 1,
        };
        assert!(idle <= 3, "{fault:?} does nothing for {idle} steps");
    }
    assert!(count > 0, "{fault:?} has no steps");
}

/// A body sends no more than it promised, and exactly that unless it ends early or is stopped.
fn check_body(fault: &Fault, steps: Steps, length: usize) {
    let (mut sent, mut is_broken_off) = (0, false);
    for step in steps {
        match step {
            Step::Send(bytes) => sent += bytes.len(),
            Step::End(_) | Step::Forever => is_broken_off = true,
            Step::Pause(_) | Step::Until(_) | Step::Complete => {}
        }
    }
    assert!(sent <= length, "{fault:?} sends {sent} of {length} bytes");
    assert!(is_broken_off || sent == length, "{fault:?} sends {sent} of {length} bytes");
}

const PAGE: &[u8] = b"<html><meta charset=\"utf-8\"><title>A page</title></html>";

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
    fn any_fault_that_can_be_written_can_be_served(text in near_faults(), before in 0..4_u64) {
        match text.parse::<Fault>() {
            // These make pages of many megabytes, rightly.
            Ok(Fault::GzipBomb { megabytes }) if megabytes > 20 => {}
            Ok(fault) => act(&fault, PAGE, before),
            Err(_) => {}
        }
    }

    #[test]
    fn any_fault_that_compiles_can_be_served(fault in faults(), before in 0..4_u64, is_empty in any::<bool>()) {
        act(&fault, if is_empty { b"" } else { PAGE }, before);
    }

    #[test]
    fn any_path_is_understood_or_refused(
        path in prop_oneof![
            near_faults().prop_map(|fault| format!("/fault/{fault}")),
            "/(site|delay|gate|fault|timeline)/[ -~]{0,30}",
            "/(json|form|upload|bytes|cookies|auth|echo|redirect-to|events)(/[a-z]{0,9})?[?](n|a|as|url|error)=[ -~]{0,30}",
            "/[ -~]{0,40}",
        ]
    ) {
        let Ok(request) = Request::get(&path).body(()) else { return Ok(()) };
        let program = Program { sites: presets::tutorial(), ..Program::default() };
        match program.route(&request.into_parts().0) {
            Ok(Some(route)) => prop_assert!(route.delay <= Duration::from_secs(600)),
            Ok(None) => {}
            Err(refusal) => {
                let answer = refusal.into_response();
                let statuses = [StatusCode::BAD_REQUEST, StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
                prop_assert!(statuses.contains(&answer.status()));
                let words = String::from_utf8_lossy(answer.body());
                prop_assert!(words.ends_with('\n') && words.matches('\n').count() == 1, "{words:?}");
                prop_assert!(words.chars().all(|letter| letter == '\n' || !letter.is_control()), "{words:?}");
            }
        }
    }
}
