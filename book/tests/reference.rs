//! The pages for looking things up: messages are as they're printed, and no term of a chapter is missing.

use std::collections::BTreeSet;
use std::fs;

use book::pages::{Page, pages, read, source};
use book::root;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

fn page(name: &str) -> Page {
    let pages = pages().expect("the book can be read");
    pages.into_iter().find(|page| page.name == name).expect("it is there")
}

fn events(page: &Page) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(&page.markdown, Options::ENABLE_TABLES | Options::ENABLE_DEFINITION_LIST)
}

/// The tests that provoke a message which no output has.
const TESTS: [&str; 4] = [
    "book/tests/own_program.rs",
    "lessons/02-runtime-and-join/tests/lesson.rs",
    "lessons/04-tasks/tests/lesson/tasks.rs",
    "lessons/09-best-practices/tests/lesson/clock.rs",
];

/// What was printed, and the tests that look for it. A string that's broken in the source is made whole.
fn evidence(page: &Page) -> Vec<String> {
    let outputs = fs::read_dir(source().join("out")).expect("it is there");
    let outputs = outputs.map(|entry| entry.expect("it can be read").path());
    let tests = TESTS.iter().map(|test| root().join(test));
    let mut evidence: Vec<_> = outputs.chain(tests).map(|file| read(&file).expect("it is there")).collect();
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
        assert!(shown, "nothing prints: {heading}");
    }
}
