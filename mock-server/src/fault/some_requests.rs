//! Faults that meet some requests and not others: each in its turn, and more than there may be.

use std::time::Duration;

use super::effect::{Context, Effect};
use super::faults::Fault;
use super::parameter::{Allows, Kind, Parameter, Values};

const KEY: Parameter = Parameter::new("key", Allows::Word, Some(""));

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "in-turn",
        behaviour: "Each request meets the next one in the list: a failure, or `ok` for none. After the last one, none fails, or with `again` the list begins again. Each address counts for itself, and so does each `key`.",
        parameters: &[
            Parameter::new("of", Allows::Turns, Some("503,reset,ok")),
            Parameter::new("again", Allows::YesOrNo, Some("no")),
            KEY,
        ],
        example: "in-turn?of=503,reset,ok",
        make: |values| {
            let key = values.text("key").unwrap_or_default().to_owned();
            Ok(Fault::InTurn { turns: values.turns("of"), again: values.yes("again"), key })
        },
    },
    Kind {
        name: "at-most",
        behaviour: "With `n` requests in flight, or with `per` after `n` requests in that time, each further one is refused: with `with`, and with a Retry-After header if you ask for one. `delay` makes the others take that long. Each address counts for itself, and so does each `key`.",
        parameters: &[
            Parameter::new("n", Allows::Number { unit: "", least: 1, most: 1_000_000 }, Some("4")),
            Parameter::new("per", Allows::Number { unit: "ms", least: 1, most: 3_600_000 }, None),
            Parameter::new("with", Allows::Failure, Some("429")),
            Parameter::new("retry-after", Allows::RetryAfter, None),
            Parameter::new("delay", Allows::Number { unit: "ms", least: 0, most: 600_000 }, None),
            KEY,
        ],
        example: "at-most?n=1&per=60000",
        make: read_at_most,
    },
];

fn read_at_most(values: &Values) -> Result<Fault, &'static str> {
    let mut with = values.failure("with");
    if let Some(given) = values.retry_after("retry-after") {
        match &mut *with {
            Fault::Status { retry_after: retry_after @ None, .. } => *retry_after = Some(given),
            _ => return Err("retry-after goes with a status that has none of its own"),
        }
    }
    let milliseconds = |name| values.optional(name).map(Duration::from_millis);
    Ok(Fault::AtMost {
        count: values.number("n"),
        per: milliseconds("per"),
        with,
        delay: milliseconds("delay"),
        key: values.text("key").unwrap_or_default().to_owned(),
    })
}

/// What this request meets: the list is over after its last turn, or begins again.
pub(super) fn in_turn(turns: &[Option<Fault>], again: bool, context: &Context<'_>) -> Effect {
    let length = turns.len() as u64;
    // An empty list has no turn, however often it begins again.
    let turn = if again { context.before.checked_rem(length) } else { Some(context.before) };
    let turn = turn.and_then(|turn| turns.get(usize::try_from(turn).ok()?));
    match turn {
        Some(Some(fault)) => fault.effect(context),
        Some(None) | None => Effect::None,
    }
}

pub(super) fn at_most(with: &Fault, delay: Option<Duration>, context: &Context<'_>) -> Effect {
    match delay {
        _ if context.is_refused => with.effect(context),
        Some(delay) => Effect::Delay(delay),
        None => Effect::None,
    }
}
