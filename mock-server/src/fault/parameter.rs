//! The rows of the catalogue: the name that a fault has as text, and the parameters that it takes.

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use httpdate::HttpDate;
use hyper::StatusCode;

use super::faults::{Fault, RetryAfter};

/// How many failures there may be in turn, if they're written as text.
const MOST_TURNS: usize = 32;

/// A row of the catalogue: a kind of fault that you can write as text.
#[derive(Debug)]
pub struct Kind {
    /// The name: `reset` in `reset?after=1000`.
    pub name: &'static str,
    /// What the server does, in a sentence or two.
    pub behaviour: &'static str,
    /// The parameters that it takes.
    pub parameters: &'static [Parameter],
    /// An example, which parses into a [`Fault`].
    pub example: &'static str,
    /// Makes the fault from its parameters; an error says which of them don't go together.
    pub(super) make: fn(&Values) -> Result<Fault, &'static str>,
}

impl Kind {
    /// A row for a fault without parameters.
    pub(super) const fn plain(
        name: &'static str,
        behaviour: &'static str,
        make: fn(&Values) -> Result<Fault, &'static str>,
    ) -> Kind {
        Kind { name, behaviour, parameters: &[], example: name, make }
    }

    /// Whether it's about requests with a body; see [`Fault::concerns_request_body`].
    pub fn concerns_request_body(&self) -> bool {
        self.example.parse().is_ok_and(|fault: Fault| fault.concerns_request_body())
    }

    /// Which parameters there are, as the second half of a sentence.
    pub(super) fn takes(&self) -> String {
        if self.parameters.is_empty() {
            return "it takes none".to_owned();
        }
        let names: Vec<_> = self.parameters.iter().map(|parameter| parameter.name).collect();
        format!("it takes {}", names.join(", "))
    }
}

/// A parameter of a fault.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The name: `after` in `reset?after=1000`.
    pub name: &'static str,
    /// The values that it allows.
    pub allows: Allows,
    /// The value if it isn't given. `None` means that leaving it out has a meaning of its own.
    pub default: Option<&'static str>,
    /// Parameters of different groups can't be combined. The default holds only if another parameter of the group is given, or if
    /// no group is chosen and this is group 0. `None` means that it goes with every group.
    pub(super) group: Option<u8>,
}

impl Parameter {
    pub(super) const fn new(name: &'static str, allows: Allows, default: Option<&'static str>) -> Parameter {
        Parameter { name, allows, default, group: None }
    }

    pub(super) const fn in_group(self, group: u8) -> Parameter {
        Parameter { group: Some(group), ..self }
    }
}

/// The values that a parameter allows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Allows {
    /// A whole number.
    Number {
        /// The unit, such as `bytes` or `ms`. It's empty for a plain number.
        unit: &'static str,
        /// The smallest number allowed.
        least: u64,
        /// The largest number allowed.
        most: u64,
    },
    /// A number from 0, with or without decimals.
    Real {
        /// The largest number allowed.
        most: f64,
    },
    /// One of these names, each with the fault that it makes.
    Choice(&'static [(&'static str, Fault)]),
    /// Up to 64 letters, digits, `-`, `_` or `.`.
    Word,
    /// A status code, or a fault inside the fault. That can't be `refused` or `connect-hang`, nor one that has a fault inside itself,
    /// such as `fail-first`.
    Failure,
    /// Up to 32 of `ok` and what [`Failure`](Allows::Failure) allows, with commas between them. A comma inside a fault has to be
    /// percent-encoded, once more than the text itself.
    Turns,
    /// `yes` or `no`.
    YesOrNo,
    /// A number of seconds, a date in the format of HTTP, or `date-in-` and a number of seconds.
    RetryAfter,
}

impl Allows {
    /// Whether a value is allowed. `failure` reads a fault inside a fault.
    pub(super) fn allows(&self, value: &str, failure: ReadFailure) -> bool {
        match self {
            Allows::Number { least, most, .. } => {
                whole_number(value).is_some_and(|number| (*least..=*most).contains(&number))
            }
            Allows::Real { most } => value.parse().is_ok_and(|number: f64| (0.0..=*most).contains(&number)),
            Allows::Choice(choices) => choices.iter().any(|(name, _)| *name == value),
            Allows::Word => {
                let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
                value.len() <= 64 && value.chars().all(is_allowed)
            }
            Allows::Failure => failure(value).is_some(),
            Allows::Turns => turns(value, failure).is_some(),
            Allows::YesOrNo => matches!(value, "yes" | "no"),
            Allows::RetryAfter => retry_after(value).is_some(),
        }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.name, self.allows)?;
        match self.default {
            None | Some("") => Ok(()),
            Some(default) => write!(formatter, "; {default} unless set"),
        }
    }
}

impl fmt::Display for Allows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Allows::Number { unit: "", least, most } => {
                write!(formatter, "a whole number from {least} to {most}")
            }
            Allows::Number { unit, least, most } => {
                write!(formatter, "a whole number from {least} to {most} ({unit})")
            }
            Allows::Real { most } => write!(formatter, "a number from 0 to {most}"),
            Allows::Choice(choices) => {
                let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
                write!(formatter, "one of {}", names.join(", "))
            }
            Allows::Word => write!(formatter, "up to 64 letters, digits, `-`, `_` or `.`"),
            Allows::Failure => formatter.write_str(
                "a status code, or a fault that needs no port of its own and does not itself choose when to fail",
            ),
            Allows::Turns => write!(
                formatter,
                "up to {MOST_TURNS} of these, with commas between them: `ok`, {}",
                Allows::Failure
            ),
            Allows::YesOrNo => write!(formatter, "yes or no"),
            Allows::RetryAfter => {
                write!(formatter, "seconds up to 86400, a date as HTTP writes it, or `date-in-` and seconds")
            }
        }
    }
}

/// Reads a fault inside a fault.
pub(super) type ReadFailure = fn(&str) -> Option<Fault>;

/// The parameters as given, checked against what their row allows, and the defaults of the others.
pub(super) struct Values {
    pub given: Vec<(&'static Parameter, String)>,
    pub failure: ReadFailure,
}

/// The getters panic only if a row of the catalogue contradicts itself; a test makes every fault of the catalogue.
const CHECKED: &str = "the value was checked against its row of the catalogue";

impl Values {
    /// The value as given, or its default.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(parameter, _)| parameter.name == name).map(|(_, value)| value.as_str())
    }

    /// A whole number that can be left out.
    pub fn optional(&self, name: &str) -> Option<u64> {
        self.text(name).map(|value| value.parse().expect(CHECKED))
    }

    /// A whole number that has a default.
    pub fn number(&self, name: &str) -> u64 {
        self.optional(name).expect(CHECKED)
    }

    /// A whole number, from 1, that has a default.
    pub fn non_zero(&self, name: &str) -> NonZeroU64 {
        NonZeroU64::new(self.number(name)).expect(CHECKED)
    }

    /// A status code that has a default.
    pub fn status(&self, name: &str) -> StatusCode {
        u16::try_from(self.number(name)).ok().and_then(|code| StatusCode::from_u16(code).ok()).expect(CHECKED)
    }

    /// A number of milliseconds that has a default.
    pub fn milliseconds(&self, name: &str) -> Duration {
        Duration::from_millis(self.number(name))
    }

    /// A number with decimals that has a default.
    pub fn real(&self, name: &str) -> f64 {
        self.text(name).expect(CHECKED).parse().expect(CHECKED)
    }

    pub fn retry_after(&self, name: &str) -> Option<RetryAfter> {
        self.text(name).map(|value| retry_after(value).expect(CHECKED))
    }

    /// A failure that has a default.
    pub fn failure(&self, name: &str) -> Box<Fault> {
        Box::new(self.text(name).and_then(self.failure).expect(CHECKED))
    }

    /// Failures in turn, which have a default.
    pub fn turns(&self, name: &str) -> Vec<Option<Fault>> {
        self.text(name).and_then(|value| turns(value, self.failure)).expect(CHECKED)
    }

    /// Whether the value is `yes`.
    pub fn yes(&self, name: &str) -> bool {
        self.text(name) == Some("yes")
    }

    /// The fault of a choice that has a default.
    pub fn choice(&self, name: &str) -> Fault {
        let (parameter, value) =
            self.given.iter().find(|(parameter, _)| parameter.name == name).expect(CHECKED);
        let Allows::Choice(choices) = parameter.allows else { panic!("{CHECKED}") };
        choices.iter().find(|(name, _)| name == value).map(|(_, fault)| fault.clone()).expect(CHECKED)
    }
}

/// A number in digits alone: `+5` is none.
pub(crate) fn whole_number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn turns(text: &str, failure: ReadFailure) -> Option<Vec<Option<Fault>>> {
    // One more shows that there are too many.
    let turns = text.split(',').take(MOST_TURNS + 1);
    let turns = turns.map(|turn| if turn == "ok" { Some(None) } else { failure(turn).map(Some) });
    turns.collect::<Option<Vec<_>>>().filter(|turns| turns.len() <= MOST_TURNS)
}

fn retry_after(text: &str) -> Option<RetryAfter> {
    /// A day.
    const MOST: u32 = 86_400;
    let allowed = |seconds: &str| {
        whole_number(seconds).and_then(|seconds| seconds.try_into().ok()).filter(|seconds| *seconds <= MOST)
    };
    if let Some(seconds) = text.strip_prefix("date-in-") {
        return allowed(seconds).map(RetryAfter::DateIn);
    }
    if whole_number(text).is_some() {
        return allowed(text).map(|seconds| RetryAfter::Seconds(seconds.into()));
    }
    text.parse::<HttpDate>().ok().map(RetryAfter::Date)
}
