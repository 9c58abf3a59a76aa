//! The format of `book/predictions/PAGE.toml`. CONTRIBUTING.md has an example.

use serde::{Deserialize, Serialize};

/// The predictions of a page, in the page's order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predictions {
    pub prediction: Vec<Prediction>,
}

/// What a *Predict* on a page asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// Unique in the book.
    pub name: String,
    /// Its line in the list of all predictions.
    pub title: String,
    /// A lab of the same page that runs the same code.
    pub lab: Option<String>,
    /// The page where a reader should start if this prediction is the first wrong one.
    pub start: Option<String>,
    pub question: Vec<Question>,
}

/// A question has a label, or it's a cell in the prediction's table.
#[derive(Debug, Deserialize)]
pub struct Question {
    pub label: Option<String>,
    pub row: Option<String>,
    pub column: Option<String>,
    #[serde(flatten)]
    pub kind: Kind,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Kind {
    Number(Number),
    Choice(Choice),
    Order(Order),
    Given(Given),
}

/// The right number is the text that `key` captures, or the number of times that `count` matches.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    pub run: String,
    pub unit: Option<String>,
    pub key: Option<String>,
    pub count: Option<String>,
    /// How far an answer may be from the right number, in percent.
    pub within: Option<f64>,
    #[serde(default)]
    pub wrong: Vec<Wrong>,
}

/// A wrong answer that readers often give.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    pub answer: String,
    pub why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub run: String,
    pub options: Vec<Answer>,
}

/// An option is right if `when` matches the run, or if `unless` doesn't. If it has neither, it's wrong.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub text: String,
    #[serde(skip_serializing)]
    pub when: Option<String>,
    #[serde(skip_serializing)]
    pub unless: Option<String>,
    /// Why it's wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// The right order is the order of the matches.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    pub run: String,
    pub items: Vec<Item>,
    /// Why the order that most readers expect is wrong.
    pub why: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    pub text: String,
    pub when: String,
}

/// A cell that the page gives away.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    pub text: String,
}
