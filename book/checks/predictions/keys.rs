//! Finds the right answers in the runs.

use std::collections::BTreeSet;

use anyhow::{Context, bail, ensure};
use regex::{Regex, RegexBuilder};
use serde::Serialize;

use super::format::{Answer, Choice, Kind, Number, Order, Prediction, Question, Wrong};
use super::outputs::Outputs;

/// A prediction with its right answers. Its JSON is for the page's scripts.
#[derive(Debug, Serialize)]
pub struct Key {
    /// Unique in the book.
    pub name: String,
    /// Its line in the list of all predictions.
    pub title: String,
    /// A lab of the same page that runs the same code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lab: Option<String>,
    /// The page where a reader should start if this prediction is the first wrong one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    questions: Vec<QuestionKey>,
    /// The files, under `book/src`, of the runs that have its answers.
    #[serde(skip)]
    pub runs: BTreeSet<String>,
}

#[derive(Debug, Serialize)]
struct QuestionKey {
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
    #[serde(flatten)]
    answer: AnswerKey,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum AnswerKey {
    Number {
        key: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        within: Option<f64>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        wrong: Vec<Wrong>,
    },
    Choice {
        /// The index of the right option.
        right: usize,
        options: Vec<Answer>,
    },
    Order {
        /// In the order that the page shows first, which is never the right one.
        items: Vec<String>,
        /// The indices of these items, in the right order.
        right: Vec<usize>,
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    Given {
        text: String,
    },
}

impl Key {
    /// Finds the answers to a prediction's questions.
    ///
    /// # Errors
    ///
    /// If the prediction breaks a rule of the format, or an answer isn't in its run exactly once.
    pub fn of(prediction: &Prediction, outputs: &Outputs) -> anyhow::Result<Key> {
        let Prediction { name, title, lab, start, question: questions } = prediction;
        let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        ensure!(!name.is_empty() && name.chars().all(is_allowed), "the name isn't made of a-z, 0-9 and _");
        check_text(title)?;
        ensure!(!questions.is_empty(), "it has no question");
        check_table(questions)?;
        let mut keys = Vec::new();
        let mut runs = BTreeSet::new();
        for (index, question) in questions.iter().enumerate() {
            let key = question_key(question, outputs);
            keys.push(key.with_context(|| format!("question {}, {}", index + 1, words_of(question)))?);
            runs.extend(question.run().map(|run| run.split(':').next().unwrap_or(run).to_owned()));
        }
        Ok(Key {
            name: name.clone(),
            title: title.clone(),
            lab: lab.clone(),
            start: start.clone(),
            questions: keys,
            runs,
        })
    }
}

impl Question {
    fn run(&self) -> Option<&str> {
        match &self.kind {
            Kind::Number(Number { run, .. }) | Kind::Choice(Choice { run, .. }) => Some(run),
            Kind::Order(Order { run, .. }) => Some(run),
            Kind::Given(_) => None,
        }
    }
}

/// How an error names a question.
fn words_of(question: &Question) -> String {
    let parts: Vec<_> =
        [&question.label, &question.row, &question.column].into_iter().flatten().cloned().collect();
    format!("\"{}\"", parts.join(", "))
}

/// Only `code` in backticks is markup.
fn check_text(text: &str) -> anyhow::Result<()> {
    ensure!(!text.trim().is_empty(), "a text is empty");
    ensure!(text.matches('`').count().is_multiple_of(2), "a backtick has no partner in: {text}");
    ensure!(!text.contains("**") && !text.contains("]("), "only backticks are markup: {text}");
    Ok(())
}

/// Each row of the table has a cell in each column, and only one.
fn check_table(questions: &[Question]) -> anyhow::Result<()> {
    let mut cells = BTreeSet::new();
    for question in questions {
        match (&question.label, &question.row, &question.column) {
            (Some(_), None, None) => {
                ensure!(!matches!(question.kind, Kind::Given(_)), "only a table can have given cells")
            }
            (None, Some(row), Some(column)) => {
                ensure!(!matches!(question.kind, Kind::Order(_)), "a table can't have an order");
                ensure!(cells.insert((row, column)), "the table has two cells for {row}, {column}");
            }
            _ => bail!("a question has either a label, or a row and a column: {}", words_of(question)),
        }
    }
    let rows: BTreeSet<_> = cells.iter().map(|(row, _)| row).collect();
    let columns: BTreeSet<_> = cells.iter().map(|(_, column)| column).collect();
    for row in rows {
        let missing = columns.iter().find(|column| !cells.contains(&(*row, **column)));
        ensure!(
            missing.is_none(),
            "the table has no cell for {row}, {}",
            missing.map_or("", |column| column)
        );
    }
    Ok(())
}

fn question_key(question: &Question, outputs: &Outputs) -> anyhow::Result<QuestionKey> {
    let Question { label, row, column, kind } = question;
    for text in [label, row, column].into_iter().flatten() {
        check_text(text)?;
    }
    let answer = match kind {
        Kind::Number(number) => number_key(number, &outputs.text(&number.run)?)?,
        Kind::Choice(choice) => {
            // A table has no room for more than a few reasons.
            let needs_reason = label.is_some();
            choice_key(choice, &outputs.text(&choice.run)?, needs_reason)?
        }
        Kind::Order(order) => order_key(order, &outputs.text(&order.run)?)?,
        Kind::Given(given) => AnswerKey::Given { text: given.text.clone() },
    };
    Ok(QuestionKey { label: label.clone(), row: row.clone(), column: column.clone(), answer })
}

fn number_key(number: &Number, run: &str) -> anyhow::Result<AnswerKey> {
    let Number { unit, within, wrong, .. } = number;
    let key = match (&number.key, &number.count) {
        (Some(pattern), None) => captured(pattern, run)?,
        (None, Some(pattern)) => regex(pattern)?.find_iter(run).count().to_string(),
        _ => bail!("a number has either `key` or `count`"),
    };
    let right = value_of(&key)?;
    let is_right = |answer: f64| (answer - right).abs() <= right.abs() * within.unwrap_or(0.0) / 100.0 + 1e-9;
    for Wrong { answer, why } in wrong {
        check_text(why)?;
        ensure!(!is_right(value_of(answer)?), "the wrong answer {answer} is judged right: the run has {key}");
    }
    Ok(AnswerKey::Number { key, unit: unit.clone(), within: *within, wrong: wrong.clone() })
}

/// A number as programs print it: with commas between thousands, if any, and a point.
fn value_of(number: &str) -> anyhow::Result<f64> {
    number.replace(',', "").parse().with_context(|| format!("{number} isn't a number"))
}

fn choice_key(choice: &Choice, run: &str, needs_reason: bool) -> anyhow::Result<AnswerKey> {
    let mut right = Vec::new();
    for (index, option) in choice.options.iter().enumerate() {
        check_text(&option.text)?;
        let is_right = match (&option.when, &option.unless) {
            (Some(when), None) => regex(when)?.is_match(run),
            (None, Some(unless)) => !regex(unless)?.is_match(run),
            (None, None) => false,
            (Some(_), Some(_)) => bail!("the option \"{}\" has both `when` and `unless`", option.text),
        };
        if is_right {
            right.push(index);
        }
    }
    let [index] = right[..] else {
        let texts: Vec<_> = right.iter().map(|index| choice.options[*index].text.as_str()).collect();
        bail!("{} options are right, and it has to be one: {}", right.len(), texts.join(", "));
    };
    let wrong = || choice.options.iter().enumerate().filter(|(other, _)| *other != index);
    ensure!(wrong().count() > 0, "there's no wrong option");
    // A new run that makes a different option right has to be read by a person.
    let right = &choice.options[index];
    ensure!(
        right.why.is_none(),
        "\"{}\" is right in this run, and its `why` says that it's wrong",
        right.text
    );
    ensure!(!needs_reason || wrong().any(|(_, option)| option.why.is_some()), "no wrong option has a `why`");
    for why in choice.options.iter().filter_map(|option| option.why.as_ref()) {
        check_text(why)?;
    }
    Ok(AnswerKey::Choice { right: index, options: choice.options.clone() })
}

fn order_key(order: &Order, run: &str) -> anyhow::Result<AnswerKey> {
    ensure!(order.items.len() > 1, "an order has at least two items");
    let mut found = Vec::new();
    for item in &order.items {
        check_text(&item.text)?;
        found.push((only_match(&item.when, run)?, &item.text));
    }
    if let Some(why) = &order.why {
        check_text(why)?;
    }
    found.sort();
    ensure!(found.windows(2).all(|pair| pair[0].0 < pair[1].0), "two items match at the same place");
    let in_order: Vec<_> = found.into_iter().map(|(_, text)| text.clone()).collect();
    let mut items = in_order.clone();
    items.sort_by_key(|text| checksum(text));
    if items == in_order {
        items.rotate_left(1);
    }
    let index_of = |text| items.iter().position(|item| item == text);
    let right: Vec<_> = in_order.iter().filter_map(index_of).collect();
    ensure!(right.iter().collect::<BTreeSet<_>>().len() == items.len(), "two items have the same text");
    Ok(AnswerKey::Order { items, right, why: order.why.clone() })
}

/// A number that depends on every byte of a text (FNV-1a). It shuffles the items of an order, the same way every time.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn regex(pattern: &str) -> anyhow::Result<Regex> {
    Ok(RegexBuilder::new(pattern).multi_line(true).build()?)
}

/// Where the only match begins.
fn only_match(pattern: &str, run: &str) -> anyhow::Result<usize> {
    let mut matches = regex(pattern)?.find_iter(run).map(|found| found.start()).collect::<Vec<_>>();
    ensure!(matches.len() == 1, "{pattern} matches {} times in the run:\n{run}", matches.len());
    matches.pop().context("there's one match")
}

/// What the first group of the only match captures.
fn captured(pattern: &str, run: &str) -> anyhow::Result<String> {
    only_match(pattern, run)?;
    let group = regex(pattern)?.captures(run).and_then(|groups| Some(groups.get(1)?.as_str().to_owned()));
    group.with_context(|| format!("{pattern} captures nothing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "job 1 begins\njob 2 begins\njob 1 ends: 17,984 primes\nTotal time: 1.41 seconds\n";

    fn question(toml: &str) -> Question {
        toml::from_str(toml).expect("it follows the format")
    }

    /// The answer to a question, or the reason why there's none.
    fn answer(toml: &str) -> Result<AnswerKey, String> {
        let key = match &question(toml).kind {
            Kind::Number(number) => number_key(number, RUN),
            Kind::Choice(choice) => choice_key(choice, RUN, true),
            Kind::Order(order) => order_key(order, RUN),
            Kind::Given(given) => Ok(AnswerKey::Given { text: given.text.clone() }),
        };
        key.map_err(|error| format!("{error:#}"))
    }

    fn number(rest: &str) -> Result<AnswerKey, String> {
        answer(&format!("kind = 'number'\nrun = ''\n{rest}"))
    }

    fn choice(options: &str) -> Result<AnswerKey, String> {
        answer(&format!("kind = 'choice'\nrun = ''\noptions = [{options}]"))
    }

    fn order(items: &str) -> Result<AnswerKey, String> {
        answer(&format!("kind = 'order'\nrun = ''\nitems = [{items}]"))
    }

    #[test]
    fn a_number_is_captured_or_counted() {
        let key = |rest| match number(rest) {
            Ok(AnswerKey::Number { key, .. }) => key,
            other => panic!("{other:?}"),
        };
        assert_eq!(key(r"key = 'ends: ([\d,]+) primes$'"), "17,984");
        assert_eq!(key("count = '^job'"), "3");
    }

    #[test]
    fn a_number_that_is_not_in_the_run_exactly_once_is_an_error() {
        for (rest, words) in [
            ("key = 'Sum: (.*)'", "matches 0 times"),
            ("key = 'job (.)'", "matches 3 times"),
            ("key = 'Total time: '", "captures nothing"),
            ("key = '(seconds)'", "isn't a number"),
            ("", "either `key` or `count`"),
        ] {
            let error = number(rest).expect_err("there's no number");
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_wrong_answer_that_would_be_judged_right_is_an_error() {
        let wrong = |answer, within| {
            number(&format!(
                "key = 'time: (.*) s'\nwithin = {within}\nwrong = [{{ answer = '{answer}', why = 'so' }}]"
            ))
        };
        assert!(wrong("0.8", 20).is_ok());
        assert!(wrong("1.2", 20).is_err_and(|error| error.contains("judged right")));
        assert!(wrong("1.2", 10).is_ok());
    }

    #[test]
    fn exactly_one_option_is_right() {
        let wrong = "{ text = 'B', why = 'so' }";
        for right in ["when = 'job 2'", "unless = 'job 3'"] {
            let key = choice(&format!("{wrong}, {{ text = 'A', {right} }}"));
            assert!(matches!(key, Ok(AnswerKey::Choice { right: 1, .. })), "{key:?}");
        }
        for (options, words) in [
            ("{ text = 'A', when = 'job 3' }", "0 options are right"),
            ("{ text = 'A', when = 'job 1' }, { text = 'C', when = 'job 2' }", "2 options are right"),
            ("{ text = 'A', when = 'job', unless = 'job' }", "both `when` and `unless`"),
        ] {
            let error = choice(&format!("{wrong}, {options}")).expect_err("it breaks a rule");
            assert!(error.contains(words), "{error}");
        }
        let error = choice("{ text = 'A' }, { text = 'B', when = 'job', why = 'no' }");
        assert!(error.is_err_and(|error| error.contains("its `why` says that it's wrong")));
        let silent = choice("{ text = 'A', when = 'job' }, { text = 'B' }");
        assert!(silent.is_err_and(|error| error.contains("no wrong option has a `why`")));
    }

    #[test]
    fn an_order_is_that_of_the_run_and_it_is_shown_in_a_different_one() {
        let item = |words: &str| format!("{{ text = '{words}', when = '^{words}' }}");
        let given = ["job 1 ends", "job 1 begins", "job 2 begins"].map(item).join(", ");
        let Ok(AnswerKey::Order { items, right, .. }) = order(&given) else { panic!("it's an order") };
        let in_order: Vec<_> = right.iter().map(|index| items[*index].as_str()).collect();
        assert_eq!(in_order, ["job 1 begins", "job 2 begins", "job 1 ends"]);
        assert_ne!(items, in_order);
        let twice = format!("{given}, {{ text = 'job', when = '^job' }}");
        assert!(order(&twice).is_err_and(|error| error.contains("matches 3 times")));
    }

    #[test]
    fn a_table_has_each_cell_once() {
        let cell =
            |row, column| question(&format!("row = '{row}'\ncolumn = '{column}'\nkind = 'given'\ntext = ''"));
        let all = || vec![cell("a", "x"), cell("a", "y"), cell("b", "x"), cell("b", "y")];
        assert!(check_table(&all()).is_ok());
        assert!(check_table(&all()[..3]).is_err_and(|error| error.to_string().contains("no cell for b, y")));
        let twice: Vec<_> = all().into_iter().chain([cell("a", "x")]).collect();
        assert!(check_table(&twice).is_err_and(|error| error.to_string().contains("two cells for a, x")));
    }
}
