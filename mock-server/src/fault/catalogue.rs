//! The catalogue: each fault's name, what it does and what its parameters allow; and reading a fault from text.

use std::str::FromStr;

use url::form_urlencoded;

use super::{Fault, body, connection, head};

/// A parameter of a fault: a whole number.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, as in `after=1000`.
    pub name: &'static str,
    /// What it counts: `bytes`, `ms`, `seconds`; empty for a bare number.
    pub unit: &'static str,
    /// What it is when it is not given; none: see the fault.
    pub default: Option<u64>,
    /// The smallest allowed.
    pub least: u64,
    /// The largest allowed.
    pub most: u64,
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
    /// Makes the fault of its parameters.
    pub(super) make: fn(&Values) -> Fault,
}

/// Every kind of fault.
pub fn catalogue() -> impl Iterator<Item = &'static Kind> {
    head::KINDS.iter().chain(connection::KINDS).chain(body::KINDS)
}

/// Why a text is no fault. The message says what would be right.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FaultError {
    /// No fault of that name.
    #[error("no fault is called `{name}`; there are: {}", names())]
    Name {
        /// The name, as given.
        name: String,
    },
    /// The fault has no such parameter.
    #[error("`{}` has no parameter `{name}`; {}, for example `{}`", .kind.name, .kind.takes(), .kind.example)]
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
        "`{}` of `{}` is a whole number from {} to {}{}, not `{value}`, for example `{}`",
        .parameter.name, .kind.name, .parameter.least, .parameter.most, .parameter.in_unit(), .kind.example
    )]
    Value {
        /// The fault.
        kind: &'static Kind,
        /// The parameter.
        parameter: &'static Parameter,
        /// The value, as given.
        value: String,
    },
}

impl Parameter {
    fn in_unit(&self) -> String {
        if self.unit.is_empty() { String::new() } else { format!(" ({})", self.unit) }
    }
}

fn names() -> String {
    catalogue().map(|kind| kind.name).collect::<Vec<_>>().join(", ")
}

/// The parameters given, checked against what their fault allows.
pub(super) struct Values(Vec<(&'static Parameter, u64)>);

impl Values {
    /// The value given, or the default, or none where there is no default.
    pub fn get(&self, name: &str) -> Option<u64> {
        self.0.iter().find(|(parameter, _)| parameter.name == name).map(|(_, value)| *value)
    }

    /// The value of a parameter that has a default.
    pub fn number(&self, name: &str) -> u64 {
        self.get(name).expect("the parameter has a default in its row of the catalogue")
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    /// Reads `name` or `name?parameter=value&parameter=value`.
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
        let mut values: Vec<(&'static Parameter, u64)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let parameter = self
                .parameters
                .iter()
                .find(|parameter| parameter.name == name)
                .ok_or_else(|| FaultError::Parameter { kind: self, name: name.into_owned() })?;
            if values.iter().any(|(given, _)| given.name == parameter.name) {
                return Err(FaultError::Twice { kind: self, parameter });
            }
            let number =
                value.parse().ok().filter(|number| (parameter.least..=parameter.most).contains(number));
            let number = number.ok_or_else(|| FaultError::Value {
                kind: self,
                parameter,
                value: value.into_owned(),
            })?;
            values.push((parameter, number));
        }
        for parameter in self.parameters {
            if let Some(default) = parameter.default
                && !values.iter().any(|(given, _)| given.name == parameter.name)
            {
                values.push((parameter, default));
            }
        }
        Ok((self.make)(&Values(values)))
    }

    fn takes(&self) -> String {
        if self.parameters.is_empty() {
            return "it takes none".to_owned();
        }
        let names: Vec<_> = self.parameters.iter().map(|parameter| parameter.name).collect();
        format!("it takes {}", names.join(" and "))
    }
}
