//! The parameters of an address.

use hyper::StatusCode;
use url::form_urlencoded;

use super::refusal::Refusal;
use crate::fault::whole_number;

/// The parameters of a query, each given once.
#[derive(Debug)]
pub(super) struct Parameters {
    given: Vec<(String, String)>,
    example: &'static str,
}

impl Parameters {
    /// The query of `what`, which takes only the parameters in `names`.
    pub fn of(what: &str, query: &str, names: &[&str], example: &'static str) -> Result<Parameters, Refusal> {
        let mut given: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
            if !names.contains(&name.as_str()) {
                let takes = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                let words =
                    format!("{what} has no parameter `{name}`; it takes {takes}, for example {example}");
                return Err(Refusal::new(StatusCode::BAD_REQUEST, words));
            }
            if given.iter().any(|(other, _)| *other == name) {
                return Err(given_twice(&name, example));
            }
            given.push((name, value));
        }
        Ok(Parameters { given, example })
    }

    /// The value as given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// A whole number within bounds, if it's given.
    pub fn number(&self, name: &str, least: u64, most: u64, unit: &str) -> Result<Option<u64>, Refusal> {
        let read = |value| number(value, least, most, &format!("`{name}`"), unit, self.example);
        self.get(name).map(read).transpose()
    }

    /// One of these words, if it's given.
    pub fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Result<Option<T>, Refusal> {
        let Some(value) = self.get(name) else { return Ok(None) };
        match choices.iter().find(|(word, _)| *word == value) {
            Some((_, choice)) => Ok(Some(*choice)),
            None => {
                let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
                let (words, example) = (words.join(", "), self.example);
                Err(Refusal::new(
                    StatusCode::BAD_REQUEST,
                    format!("`{name}` is one of {words}, not `{value}`, for example {example}"),
                ))
            }
        }
    }
}

pub(super) fn given_twice(name: &str, example: &str) -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        format!("`{name}` is given twice; give it once, for example {example}"),
    )
}

/// A whole number within bounds, or a refusal that says what would be right.
pub(super) fn number(
    value: &str,
    least: u64,
    most: u64,
    what: &str,
    unit: &str,
    example: &str,
) -> Result<u64, Refusal> {
    whole_number(value).filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
        let words = format!(
            "{what} is a whole number from {least} to {most}{unit}, not `{value}`, for example {example}"
        );
        Refusal::new(StatusCode::BAD_REQUEST, words)
    })
}
