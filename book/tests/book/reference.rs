//! The pages for looking things up: messages are as they're printed, and no term of a chapter is missing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use book::pages::{Page, read, source};
use book::root;
use book::runs::lessons;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::{all_pages, files, page};

fn events(page: &Page) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(&page.markdown, Options::ENABLE_TABLES | Options::ENABLE_DEFINITION_LIST)
}

/// All tests of the lessons, and the one of the reader's own program.
fn tests() -> Vec<PathBuf> {
    fn collect(folder: &Path, tests: &mut Vec<PathBuf>) {
        for file in files(folder) {
            if file.is_dir() {
                collect(&file, tests);
            } else if file.extension().is_some_and(|extension| extension == "rs") {
                tests.push(file);
            }
        }
    }
    let mut tests = vec![root().join("book/tests/book/own_program.rs")];
    for lesson in lessons().expect("there are lessons") {
        collect(&root().join("lessons").join(lesson.folder).join("tests"), &mut tests);
    }
    tests
}

/// What was printed, and the tests that look for it. A string that's broken in the source is made whole.
fn evidence(page: &Page) -> Vec<String> {
    let files = files(&source().join("out")).into_iter().chain(tests());
    let mut evidence: Vec<_> = files.map(|file| read(&file).expect("it is there")).collect();
    // Rust on the page itself is run as a test.
    let examples = page.markdown.split("```rust\n").skip(1);
    evidence.extend(examples.filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())));
    evidence.iter().map(|text| joined(text)).collect()
}

fn joined(text: &str) -> String {
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| text + line.trim_start())
}

/// The headings of the second level, as they're written.
fn headings(page: &Page) -> Vec<String> {
    let (mut headings, mut heading) = (Vec::new(), None);
    for event in events(page) {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => headings.extend(heading.take()),
            Event::Text(text) => heading.iter_mut().for_each(|heading| *heading += &text),
            Event::Code(code) => heading.iter_mut().for_each(|heading| *heading += &format!("`{code}`")),
            _ => {}
        }
    }
    headings
}

#[test]
fn every_message_that_the_book_explains_was_printed_by_a_run_or_is_looked_for_by_a_test() {
    let page = page("compiler.md");
    let evidence = evidence(&page);
    let headings = headings(&page);
    assert!(headings.len() >= 25, "{headings:?}");
    for heading in headings {
        // Its code isn't part of the line, and `…` is anything.
        let words = heading.rsplit_once(" (E").map_or(heading.as_str(), |(words, _)| words);
        let parts: Vec<_> = words.split('…').map(str::trim).collect();
        let shown = evidence.iter().any(|text| parts.iter().all(|part| text.contains(part)));
        assert!(
            shown,
            "compiler.md explains what no file in book/src/out and no test of a lesson has: {heading}"
        );
    }
}

/// What a chapter prints in bold and isn't a term: names of parts of a page, and items of a list.
const NO_TERMS: [&str; 14] = [
    "Beside the core path",
    "Change an option.",
    "Core path",
    "Loses data.",
    "Order",
    "Patterns",
    "Right",
    "Safe, loses its place.",
    "Safe.",
    "Sends twice.",
    "Wrong",
    "else",
    "if",
    "name",
];

/// Terms that are bold in another form.
const FORMS: [(&str, &str); 5] = [
    ("cancelling a future means dropping it", "cancellation"),
    ("cancellationtoken", "token"),
    ("pinned", "pin"),
    ("starve", "starvation"),
    ("tasktracker", "tracker"),
];

/// The words in bold of a page, in lower case.
fn terms(page: &Page) -> BTreeSet<String> {
    let (mut terms, mut term) = (BTreeSet::new(), None);
    for event in events(page) {
        match event {
            Event::Start(Tag::Strong) => term = Some(String::new()),
            Event::End(TagEnd::Strong) => terms.extend(term.take()),
            Event::Text(text) | Event::Code(text) => term.iter_mut().for_each(|term| *term += &text),
            _ => {}
        }
    }
    let begins =
        |term: &String| ["Predict", "Exercise ", "Change a line"].iter().any(|word| term.starts_with(word));
    terms.retain(|term| !begins(term) && !NO_TERMS.contains(&term.as_str()));
    terms.into_iter().map(|term| term.to_lowercase()).collect()
}

/// The glossary's entries, in lower case, without what's in parentheses.
fn entries(glossary: &Page) -> BTreeSet<String> {
    let (mut entries, mut entry) = (BTreeSet::new(), None);
    for event in events(glossary) {
        match event {
            Event::Start(Tag::DefinitionListTitle) => entry = Some(String::new()),
            Event::End(TagEnd::DefinitionListTitle) => entries.extend(entry.take()),
            Event::Text(text) | Event::Code(text) => entry.iter_mut().for_each(|entry| *entry += &text),
            _ => {}
        }
    }
    entries.iter().map(|entry| entry.split(" (").next().unwrap_or_default().to_lowercase()).collect()
}

/// A word without the end that a plural or a form of a verb adds.
fn stem(word: &str) -> &str {
    ["es", "ed", "e", "s"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word)
}

#[test]
fn the_glossary_has_every_term_that_a_chapter_introduces() {
    let glossary = page("glossary.md");
    let mut definitions = glossary.markdown.lines().filter(|line| line.starts_with(": "));
    assert!(definitions.all(|line| line.ends_with(".md)")), "each leads to a page");
    let entries = entries(&glossary);
    let stems: BTreeSet<_> = entries.iter().map(|entry| stem(entry)).collect();
    assert!(entries.len() > 70, "{entries:?}");
    let start = ["program-of-your-own.md", "rust-you-will-need.md"];
    let mut missing = Vec::new();
    for page in all_pages() {
        if !page.is_of_a_chapter() && !start.contains(&page.name.as_str()) {
            continue;
        }
        for term in terms(&page) {
            let form = FORMS.iter().find(|(form, _)| *form == term).map_or(term.as_str(), |(_, entry)| entry);
            if !entries.contains(form) && !stems.contains(stem(form)) {
                missing.push(format!("{}: {term}", page.name));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "\nbook/src/glossary.md lacks these (for bold words that aren't terms: NO_TERMS in reference.rs):\n{}",
        missing.join("\n")
    );
}
