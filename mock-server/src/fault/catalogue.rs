//! The catalogue: each fault's name, what it does and what its parameters allow; and reading a fault from text.

use std::fmt;
use std::str::FromStr;

use url::form_urlencoded;

use super::{Fault, RetryAfter, body, chance, connection, head, page};

/// A parameter of a fault.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, as in `after=1000`.
    pub name: &'static str,
    /// What it can be.
    pub allows: Allows,
    /// What it is when it is not given; none: see the fault.
    pub default: Option<&'static str>,
}

/// What a parameter can be.
#[derive(Clone, Copy, Debug)]
pub enum Allows {
    /// A whole number.
    Number {
        /// What it counts: `bytes`, `ms`; empty for a bare number.
        unit: &'static str,
        /// The smallest.
        least: u64,
        /// The largest.
        most: u64,
    },
    /// A number with or without decimals, from 0.
    Real {
        /// The largest.
        most: f64,
    },
    /// One of these.
    Choice(&'static [&'static str]),
    /// Up to 64 letters, digits, `-`, `_` or `.`.
    Word,
    /// A status code, or a fault that does not itself choose when to fail.
    Failure,
    /// Seconds, or a date as HTTP writes it.
    RetryAfter,
}

/// A row of the catalogue.
#[derive(Debug)]
pub struct Kind {
    /// Its name, as in `reset?after=1000`.
    pub name: &'static str,
    /// What the server does, in a sentence.
    pub behaviour: &'static str,
    /// What can be set.
    pub parameters: &'static [Parameter],
    /// One that works.
    pub example: &'static str,
    /// Makes the fault of its parameters; an error says which of them do not go together.
    pub(super) make: fn(&Values) -> Result<Fault, &'static str>,
}

/// Every kind of fault.
pub fn catalogue() -> impl Iterator<Item = &'static Kind> {
    let families = [head::KINDS, chance::KINDS, connection::KINDS, body::KINDS, page::KINDS];
    families.into_iter().flatten()
}

/// Why a text is no fault. The message says what would be right.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FaultError {
    /// No fault of that name.
    #[error("no fault is called `{}`; there are: {}", .name.escape_debug(), names())]
    Name {
        /// The name, as given.
        name: String,
    },
    /// The fault has no such parameter.
    #[error(
        "`{}` has no parameter `{}`; {}, for example `{}`",
        .kind.name, .name.escape_debug(), .kind.takes(), .kind.example
    )]
    Parameter {
        /// The fault.
        kind: &'static Kind,
        /// The name, as given.
        name: String,
    },
    /// The parameter is given twice.
    #[error("`{}` of `{}` is given twice; give it once, for example `{}`", .parameter.name, .kind.name, .kind.example)]
    Twice {
        /// The fault.
        kind: &'static Kind,
        /// The parameter.
        parameter: &'static Parameter,
    },
    /// The parameter's value is not allowed.
    #[error(
        "`{}` of `{}` is {}, not `{}`, for example `{}`",
        .parameter.name, .kind.name, .parameter.allows, .value.escape_debug(), .kind.example
    )]
    Value {
        /// The fault.
        kind: &'static Kind,
        /// The parameter.
        parameter: &'static Parameter,
        /// The value, as given.
        value: String,
    },
    /// Each parameter is allowed, but not with the others.
    #[error("`{}`: {reason}, for example `{}`", .kind.name, .kind.example)]
    Together {
        /// The fault.
        kind: &'static Kind,
        /// What is wrong.
        reason: &'static str,
    },
}

fn names() -> String {
    catalogue().map(|kind| kind.name).collect::<Vec<_>>().join(", ")
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
            Allows::Choice(choices) => write!(formatter, "one of {}", choices.join(", ")),
            Allows::Word => write!(formatter, "up to 64 letters, digits, `-`, `_` or `.`"),
            Allows::Failure => formatter.write_str(
                "a status code, or a fault that needs no port of its own and does not itself choose when to fail",
            ),
            Allows::RetryAfter => write!(formatter, "seconds up to 86400, a date as HTTP writes it, or `date-in-` and seconds"),
        }
    }
}

impl Allows {
    fn allows(&self, value: &str) -> bool {
        match self {
            Allows::Number { least, most, .. } => {
                value.parse().is_ok_and(|number: u64| (*least..=*most).contains(&number))
            }
            Allows::Real { most } => value.parse().is_ok_and(|number: f64| (0.0..=*most).contains(&number)),
            Allows::Choice(choices) => choices.contains(&value),
            Allows::Word => {
                let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
                value.len() <= 64 && value.chars().all(is_allowed)
            }
            Allows::Failure => failure(value).is_some(),
            Allows::RetryAfter => RetryAfter::parse(value).is_some(),
        }
    }
}

/// A status code, or a fault that can stand in another.
fn failure(text: &str) -> Option<Fault> {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("status?code={text}").parse().ok();
    }
    let nests = text.split('?').next().is_some_and(|name| matches!(name, "fail-first" | "unstable"));
    // The nested fault is read last: text that nests without end ends here.
    let fault: Fault = if nests { return None } else { text.parse().ok()? };
    (!fault.needs_own_port()).then_some(fault)
}

/// The parameters given, checked against what their fault allows, and the defaults of those that are not.
pub(super) struct Values(Vec<(&'static Parameter, String)>);

/// Why a getter of [`Values`] can rely on what it finds.
const CHECKED: &str = "it was checked against what its row of the catalogue allows";

impl Values {
    /// The value as given, or the default, or none where there is no default.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(parameter, _)| parameter.name == name).map(|(_, value)| value.as_str())
    }

    pub fn given(&self, name: &str) -> Option<u64> {
        self.text(name).map(|value| value.parse().expect(CHECKED))
    }

    /// A number that has a default.
    pub fn number(&self, name: &str) -> u64 {
        self.given(name).expect("the parameter has a default in its row of the catalogue")
    }

    pub fn real(&self, name: &str) -> Option<f64> {
        self.text(name).map(|value| value.parse().expect(CHECKED))
    }

    pub fn retry_after(&self, name: &str) -> Option<RetryAfter> {
        self.text(name).map(|value| RetryAfter::parse(value).expect(CHECKED))
    }

    /// A failure, which has a default.
    pub fn failure(&self, name: &str) -> Box<Fault> {
        Box::new(self.text(name).and_then(failure).expect(CHECKED))
    }

    /// Which of its choices a parameter with a default is.
    pub fn choice(&self, name: &str) -> usize {
        let (parameter, value) = self.0.iter().find(|(parameter, _)| parameter.name == name).expect(CHECKED);
        let Allows::Choice(choices) = parameter.allows else { panic!("{name} is a choice") };
        choices.iter().position(|choice| choice == value).expect(CHECKED)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    /// Reads `name` or `name?parameter=value&parameter=value`, values percent-encoded as in a URL.
    fn from_str(text: &str) -> Result<Fault, FaultError> {
        let (name, query) = text.split_once('?').unwrap_or((text, ""));
        let kind = catalogue()
            .find(|kind| kind.name == name)
            .ok_or_else(|| FaultError::Name { name: name.to_owned() })?;
        kind.read(query)
    }
}

impl Kind {
    fn read(&'static self, query: &str) -> Result<Fault, FaultError> {
        let mut values: Vec<(&'static Parameter, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let parameter = self
                .parameters
                .iter()
                .find(|parameter| parameter.name == name)
                .ok_or_else(|| FaultError::Parameter { kind: self, name: name.into_owned() })?;
            if values.iter().any(|(given, _)| given.name == parameter.name) {
                return Err(FaultError::Twice { kind: self, parameter });
            }
            if !parameter.allows.allows(&value) {
                return Err(FaultError::Value { kind: self, parameter, value: value.into_owned() });
            }
            values.push((parameter, value.into_owned()));
        }
        for parameter in self.parameters {
            if let Some(default) = parameter.default
                && !values.iter().any(|(given, _)| given.name == parameter.name)
            {
                values.push((parameter, default.to_owned()));
            }
        }
        (self.make)(&Values(values)).map_err(|reason| FaultError::Together { kind: self, reason })
    }

    fn takes(&self) -> String {
        if self.parameters.is_empty() {
            return "it takes none".to_owned();
        }
        let names: Vec<_> = self.parameters.iter().map(|parameter| parameter.name).collect();
        format!("it takes {}", names.join(", "))
    }
}
