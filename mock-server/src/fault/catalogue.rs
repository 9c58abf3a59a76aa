//! The catalogue, which has the name, behaviour and parameters of every fault, and how a fault is read from text.

use std::str::FromStr;

use url::form_urlencoded;

use super::faults::Fault;
use super::parameter::{Kind, Parameter, Values};
use super::{bad_head, body, connection, encoding, framing, head, page, random, some_requests, upload};

/// Every kind of fault that you can write as text, with its parameters.
pub fn catalogue() -> impl Iterator<Item = &'static Kind> {
    let families = [
        head::KINDS,
        bad_head::KINDS,
        random::KINDS,
        some_requests::KINDS,
        connection::KINDS,
        body::KINDS,
        framing::KINDS,
        page::KINDS,
        encoding::KINDS,
        upload::KINDS,
    ];
    families.into_iter().flatten()
}

/// Why a text isn't a fault. The message says what would be right, and gives an example.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// There's no fault of this name. The message lists all names.
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
    /// A parameter is given twice.
    #[error("`{}` of `{}` is given twice; give it once, for example `{}`", .parameter.name, .kind.name, .kind.example)]
    Twice {
        /// The fault.
        kind: &'static Kind,
        /// The parameter.
        parameter: &'static Parameter,
    },
    /// The value of a parameter isn't allowed.
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
    /// Two parameters are allowed, but not together, such as `chunk` and `chunks` of `dribble`.
    #[error("`{}`: {} and {} don't go together, for example `{}`", .kind.name, .one.name, .other.name, .kind.example)]
    Groups {
        /// The fault.
        kind: &'static Kind,
        /// The first parameter.
        one: &'static Parameter,
        /// The parameter that doesn't go with it.
        other: &'static Parameter,
    },
    /// Each value is allowed, but not together with the others.
    #[error("`{}`: {reason}, for example `{}`", .kind.name, .kind.example)]
    Together {
        /// The fault.
        kind: &'static Kind,
        /// What's wrong, in words.
        reason: &'static str,
    },
}

fn names() -> String {
    catalogue().map(|kind| kind.name).collect::<Vec<_>>().join(", ")
}

impl FromStr for Fault {
    type Err = FaultError;

    /// Reads `name` or `name?parameter=value&parameter=value`, with the values percent-encoded as in a URL.
    fn from_str(text: &str) -> Result<Fault, FaultError> {
        let (name, query) = text.split_once('?').unwrap_or((text, ""));
        let kind = catalogue()
            .find(|kind| kind.name == name)
            .ok_or_else(|| FaultError::Name { name: name.to_owned() })?;
        read(kind, query)
    }
}

fn read(kind: &'static Kind, query: &str) -> Result<Fault, FaultError> {
    let mut given: Vec<(&'static Parameter, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let parameter = kind
            .parameters
            .iter()
            .find(|parameter| parameter.name == name)
            .ok_or_else(|| FaultError::Parameter { kind, name: name.into_owned() })?;
        if given.iter().any(|(given, _)| given.name == parameter.name) {
            return Err(FaultError::Twice { kind, parameter });
        }
        if !parameter.allows.allows(&value, failure) {
            return Err(FaultError::Value { kind, parameter, value: value.into_owned() });
        }
        given.push((parameter, value.into_owned()));
    }
    let mut grouped =
        given.iter().map(|(parameter, _)| *parameter).filter(|parameter| parameter.group.is_some());
    let first = grouped.next();
    if let Some(one) = first
        && let Some(other) = grouped.find(|other| other.group != one.group)
    {
        return Err(FaultError::Groups { kind, one, other });
    }
    let group = first.and_then(|parameter| parameter.group).unwrap_or(0);
    for parameter in kind.parameters {
        let is_absent = !given.iter().any(|(given, _)| given.name == parameter.name);
        if let Some(default) = parameter.default
            && is_absent
            && parameter.group.is_none_or(|own| own == group)
        {
            given.push((parameter, default.to_owned()));
        }
    }
    (kind.make)(&Values { given, failure }).map_err(|reason| FaultError::Together { kind, reason })
}

/// A status code, or a fault that can be inside another.
fn failure(text: &str) -> Option<Fault> {
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("status?code={text}").parse().ok();
    }
    // A name is looked at before the rest is read, so text that nests without end stops here.
    let nests = |name| matches!(name, "fail-first" | "unstable" | "in-turn" | "at-most");
    let nests = text.split('?').next().is_some_and(nests);
    let fault: Fault = if nests { return None } else { text.parse().ok()? };
    (!fault.needs_own_port()).then_some(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_makes_the_fault_of_its_example_and_of_each_of_its_groups() {
        for kind in catalogue() {
            kind.example.parse::<Fault>().unwrap_or_else(|error| panic!("{}: {error}", kind.example));
            kind.name.parse::<Fault>().unwrap_or_else(|error| panic!("{}: {error}", kind.name));
            for parameter in kind.parameters {
                let value = match (parameter.default, parameter.allows) {
                    (Some(default), _) => default.to_owned(),
                    (None, Allows::Number { most, .. }) => most.to_string(),
                    (None, Allows::RetryAfter) => "1".to_owned(),
                    (None, other) => panic!("{}: give {} a default ({other})", kind.name, parameter.name),
                };
                let text = format!("{}?{}={value}", kind.name, parameter.name);
                text.parse::<Fault>().unwrap_or_else(|error| panic!("{text}: {error}"));
            }
        }
    }

    #[test]
    fn names_of_faults_and_of_their_parameters_are_unique() {
        let mut names: Vec<_> = catalogue().map(|kind| kind.name).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
    }

    use super::super::parameter::Allows;
}
