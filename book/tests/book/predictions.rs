//! Each *Predict* of a page has its form, its right answers come from the run in the fold below it, and the files with
//! these answers are up to date.

use std::path::PathBuf;

use book::pages::{Page, source};
use book::predictions::{BUILD, PageKeys, keys, refresh};
use book::refresh::Mode;
use book::root;

fn all_keys() -> Vec<PageKeys> {
    keys().unwrap_or_else(|error| panic!("{error:#}"))
}

/// What a page has that concerns predictions.
#[derive(Debug)]
enum Part {
    /// A paragraph that begins with *Predict*.
    Question(String),
    /// The place of a prediction's form, with the prediction's name.
    Place(String),
    /// A fold, with the files that it includes.
    Fold(Vec<PathBuf>),
}

/// The parts in the page's order. The folds within a fold are a part of it, and parts of their own, too.
fn parts(page: &Page) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut before = "";
    let mut lines = page.markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("**Predict") {
            parts.push(Part::Question(line.to_owned()));
        } else if line.contains("class=\"prediction\"") {
            let name = line
                .strip_prefix("<div class=\"prediction\" id=\"predict-")
                .and_then(|rest| rest.strip_suffix("\"></div>"));
            let name = name.unwrap_or_else(|| panic!("{}: write it as other pages do: {line}", page.name));
            let is_apart = before.is_empty() && lines.peek().is_none_or(|line| line.is_empty());
            assert!(is_apart, "{}: there's no empty line before or after {line}", page.name);
            parts.push(Part::Place(name.to_owned()));
        } else if line.starts_with("<details>") {
            parts.push(Part::Fold(files_in_fold(lines.clone())));
        }
        before = line;
    }
    parts
}

/// The files that a page includes from here to the end of the fold.
fn files_in_fold<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<PathBuf> {
    let mut open = 1;
    let inside = lines.take_while(|line| {
        open += line.matches("<details>").count();
        open -= line.matches("</details>").count();
        open > 0
    });
    let markdown = inside.collect::<Vec<_>>().join("\n");
    Page { name: String::new(), markdown }.includes().into_iter().map(|include| include.file).collect()
}

#[test]
fn the_files_with_the_answers_are_up_to_date() {
    let is_fresh = refresh(Mode::Check).unwrap_or_else(|error| panic!("{error:#}"));
    assert!(is_fresh, "the predictions or the outputs have changed; write the answers again: {BUILD}");
}

#[test]
fn every_page_has_the_places_of_its_predictions_in_their_order() {
    for PageKeys { page, predictions } in all_keys() {
        let places: Vec<_> = parts(&page)
            .into_iter()
            .filter_map(|part| match part {
                Part::Place(name) => Some(name),
                Part::Question(_) | Part::Fold(_) => None,
            })
            .collect();
        let names: Vec<_> = predictions.iter().map(|key| key.name.as_str()).collect();
        assert_eq!(places, names, "left: book/src/{}; right: its file in book/predictions", page.name);
    }
}

#[test]
fn every_question_has_its_form_before_the_fold_with_its_run() {
    let mut wrong = Vec::new();
    for PageKeys { page, predictions } in all_keys() {
        let parts = parts(&page);
        for (part, next) in parts.iter().zip(parts.iter().skip(1).map(Some).chain([None])) {
            match (part, next) {
                (Part::Question(_), Some(Part::Place(_))) | (Part::Fold(_), _) => {}
                (Part::Question(question), _) => {
                    wrong.push(format!("{}: no form follows: {question}", page.name));
                }
                (Part::Place(name), Some(Part::Fold(files))) => {
                    let Some(key) = predictions.iter().find(|key| key.name == *name) else { continue };
                    for run in &key.runs {
                        if !files.iter().any(|file| root().join(file) == source().join(run)) {
                            wrong.push(format!("{}: the fold of {name} doesn't show {run}", page.name));
                        }
                    }
                }
                (Part::Place(name), _) => wrong.push(format!("{}: no fold follows {name}", page.name)),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_prediction_names_a_lab_of_its_page() {
    for PageKeys { page, predictions } in all_keys() {
        for (name, lab) in predictions.iter().filter_map(|key| Some((&key.name, key.lab.as_ref()?))) {
            let place = format!("<div class=\"lab\" data-lab=\"{lab}\">");
            assert!(page.markdown.contains(&place), "{}: {name} names {lab}, which isn't there", page.name);
        }
    }
}
