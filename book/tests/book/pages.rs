//! How long the pages are, whether they say so, and whether a question is answered before it is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use book::pages::{Length, Page, source};
use book::root;

use crate::{all_pages, page};

/// A page's main text takes no longer than this.
const MINUTES_A_PAGE: f64 = 25.0;
/// The core path takes no longer than this.
const MINUTES_OF_THE_CORE_PATH: f64 = 240.0;
/// Chapters 1 to 10, with all their pages, have no more words than this.
const WORDS: usize = 27_000;
/// A reader has read no more code than this, without imports, when the first output comes.
const LINES_BEFORE_OUTPUT: usize = 25;
/// How far the minutes that a page states may be from those that are measured.
const TOLERANCE: f64 = 1.0;

/// The pages that are read from the first line to the last; the others are for looking things up.
fn pages_to_read() -> Vec<Page> {
    let pages: Vec<_> = all_pages().into_iter().filter(Page::is_read_through).collect();
    assert!(pages.len() > 15, "{pages:?}");
    pages
}

fn length(page: &Page) -> Length {
    page.length().unwrap_or_else(|error| panic!("{}: {error:#}", page.name))
}

/// What the box at a page's top says.
struct Stated {
    core: bool,
    main: f64,
    exercises: Option<f64>,
    deeper: Option<f64>,
}

fn stated(page: &Page) -> Option<Stated> {
    let line = page.markdown.lines().find(|line| line.starts_with(['★', '☆']))?;
    let core = line.starts_with("★ **Core path**: ");
    assert!(core || line.starts_with("☆ **Beside the core path**: "), "{}: {line}", page.name);
    let sentence = line.split('.').next()?;
    let number = |after: &str, before: &str| {
        let (_, rest) = sentence.split_once(after)?;
        rest.split_once(before)?.0.parse().ok()
    };
    Some(Stated {
        core,
        main: number("**: ", " minute")?,
        exercises: number(", plus ", " for the exercise"),
        deeper: number(" and ", " for *Deeper*"),
    })
}

#[test]
fn every_page_says_how_long_it_takes_and_none_takes_longer_than_25_minutes() {
    let mut wrong = Vec::new();
    for page in pages_to_read() {
        let length = match page.length() {
            Ok(length) => length,
            Err(error) => {
                wrong.push(format!("{}: {error:#}", page.name));
                continue;
            }
        };
        if length.main > MINUTES_A_PAGE {
            wrong.push(format!("{} takes {:.1} minutes", page.name, length.main));
        }
        let Some(stated) = stated(&page) else {
            wrong.push(format!(
                "{} does not say how long it takes, {:.0} minutes (copy the box at the top of another page)",
                page.name, length.main
            ));
            continue;
        };
        let exercises: u32 = length.exercises.iter().map(|(_, minutes)| minutes).sum();
        for (what, stated, measured, tolerance) in [
            ("the main text", Some(stated.main), length.main, TOLERANCE),
            ("its exercises", stated.exercises, exercises.into(), 0.0),
            ("Deeper", stated.deeper, length.deeper, TOLERANCE),
        ] {
            if (stated.unwrap_or(0.0) - measured).abs() > tolerance {
                wrong.push(format!(
                    "{} says {} minutes for {what}, and it is {measured:.1}",
                    page.name,
                    stated.map_or("no".to_owned(), |minutes| minutes.to_string())
                ));
            }
        }
        if !stated.core && !page.markdown.contains(" Read it ") {
            wrong.push(format!(
                "the box at the top of {} does not say when to read it: ` Read it …`",
                page.name
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_first_output_comes_after_at_most_25_lines_of_code() {
    // The blocks of *The Rust you will need* say what they print.
    let late = pages_to_read().into_iter().filter(Page::is_of_a_chapter).filter_map(|page| {
        let lines = length(&page).lines_before_output;
        let late = lines > LINES_BEFORE_OUTPUT;
        late.then(|| format!("{} shows {lines} lines of code before its first output\n", page.name))
    });
    let late: String = late.collect();
    assert!(late.is_empty(), "\n{late}");
}

#[test]
fn the_core_path_takes_at_most_four_hours_and_is_marked_in_three_places() {
    let summary = fs::read_to_string(source().join("SUMMARY.md")).expect("it is there");
    let introduction = page("introduction.md");
    let mut minutes = length(&introduction).main;
    for page in pages_to_read() {
        let core = stated(&page).is_some_and(|stated| stated.core);
        let in_the_summary = summary.contains(&format!(" ★]({})", page.name));
        assert_eq!(core, in_the_summary, "{}: its own star and that in SUMMARY.md", page.name);
        let row =
            introduction.markdown.lines().find(|line| line.starts_with("| [") && line.contains(&page.name));
        assert_eq!(core, row.is_some(), "{}: its star and the introduction's list", page.name);
        let minutes_in_the_row = row.and_then(|row| row.split('|').nth(2)?.trim().parse().ok());
        assert_eq!(
            minutes_in_the_row,
            stated(&page).filter(|stated| stated.core).map(|stated| stated.main),
            "{}: the minutes in introduction.md (left) and on the page (right)",
            page.name
        );
        if core {
            minutes += length(&page).main;
        }
    }
    assert!(minutes <= MINUTES_OF_THE_CORE_PATH, "{minutes:.0} minutes");
}

#[test]
fn chapters_1_to_10_have_at_most_27_000_words() {
    let is_of_the_tutorial = |page: &&Page| page.is_of_a_chapter() && &page.name[..2] <= "10";
    let words: usize = all_pages().iter().filter(is_of_the_tutorial).map(|page| length(page).words).sum();
    assert!(
        words <= WORDS,
        "chapters 1 to 10 have {words} words, and {WORDS} are allowed: shorten something"
    );
}

/// The words that give a reason.
const REASONS: &[&str] = &[
    "because",
    "so that",
    "since",
    "therefore",
    "that's why",
    "never",
    "hang",
    "block",
    "deadlock",
    "lose",
    "lost",
    "leak",
    "forget",
    "too late",
    "too early",
    "twice",
    "correct",
    "mistake",
];

#[test]
fn no_comment_in_a_listing_before_a_question_gives_the_reason() {
    let mut wrong = Vec::new();
    let mut read = 0;
    for page in pages_to_read() {
        let comments = page.comments_before_questions();
        for comment in comments.unwrap_or_else(|error| panic!("{}: {error:#}", page.name)) {
            read += 1;
            // Only words: " change" has no " hang" in it.
            let low =
                comment.to_lowercase().replace(|each: char| !each.is_alphanumeric() && each != '\'', " ");
            let verdict = ["wrong", "right", "version "].iter().any(|word| low.contains(word));
            let alone = matches!(
                comment.trim_start_matches(['/', '#', ' ']),
                "Wrong." | "Right." | "Version A." | "Version B." | "Version C." | "Version D."
            );
            let reason = REASONS.iter().find(|word| low.contains(&format!(" {word}")));
            if verdict && !alone {
                wrong.push(format!("{}: a verdict and more: {comment}", page.name));
            } else if let Some(reason) = reason {
                wrong.push(format!("{}: \"{reason}\": {comment}", page.name));
            }
        }
    }
    assert!(read > 20, "{read} comments");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_page_shows_the_use_lines_of_every_file_whose_code_it_shows() {
    let mut wrong = BTreeSet::new();
    for page in pages_to_read() {
        let mut shown: BTreeMap<_, String> = BTreeMap::new();
        for include in page.includes() {
            if include.file.extension().is_some_and(|extension| extension == "rs") {
                let text = include.text().unwrap_or_else(|error| panic!("{}: {error:#}", page.name));
                *shown.entry(include.file).or_default() += &text;
            }
        }
        for (file, shown) in shown {
            let source = fs::read_to_string(root().join(&file)).expect("it is included, and so it is there");
            let imports =
                source.lines().filter(|line| line.starts_with("use ") && !line.contains("lesson_kit"));
            for import in imports {
                // The imports of the names that the listing has in it.
                let names = import.split(|each: char| !each.is_alphanumeric() && each != '_').skip(1);
                let needed = names.filter(|name| !name.is_empty()).any(|name| has_word(&shown, name));
                if needed && !shown.contains(import) {
                    wrong.insert(format!("{}: {}: {import}", page.name, file.display()));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "\nthese pages show code of a file without an import that it uses (include it, for example as an anchor `use`):\n{}",
        wrong.into_iter().collect::<Vec<_>>().join("\n")
    );
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|each: char| !each.is_alphanumeric() && each != '_').any(|each| each == word)
}
