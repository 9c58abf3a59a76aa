//! The page on the exercises lists all of them, as rustlings' `info.toml` does, and each is announced on the page that
//! teaches its idea.

use std::collections::BTreeSet;
use std::path::PathBuf;

use book::pages::read;
use book::root;

use crate::{all_pages, page};

fn folder() -> PathBuf {
    root().join("lessons/exercises")
}

/// Name and folder of each exercise, in the order of `info.toml`.
fn exercises() -> Vec<(String, String)> {
    let info = read(&folder().join("info.toml")).expect("there is a list");
    let value = |line: &str, key: &str| {
        Some(line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')?.to_owned())
    };
    let names = info.lines().filter_map(|line| value(line, "name"));
    let folders = info.lines().filter_map(|line| value(line, "dir"));
    let exercises: Vec<_> = names.zip(folders).collect();
    assert_eq!(exercises.len(), info.matches("[[exercises]]").count());
    exercises
}

/// The cells of the rows of a table, without its head.
fn rows(markdown: &str) -> Vec<Vec<String>> {
    let rows = markdown.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The table of all exercises.
fn table() -> Vec<Vec<String>> {
    rows(&page("exercises.md").markdown)
}

/// The number of a page as the table of contents has it: `04-1-select.md` is 4.1.
fn number(page: &str) -> String {
    let parts: Vec<_> = page.split('-').collect();
    let chapter = parts[0].trim_start_matches('0');
    match parts[1].parse::<u32>() {
        Ok(part) => format!("{chapter}.{part}"),
        Err(_) => chapter.to_owned(),
    }
}

#[test]
fn the_table_has_every_exercise_in_its_order_with_a_page_of_its_lesson() {
    let rows = table();
    let in_the_table: Vec<_> = rows.iter().map(|row| row[0].clone()).collect();
    let there_are: Vec<_> = exercises().iter().map(|(name, _)| format!("`{name}`")).collect();
    let differs = in_the_table.iter().zip(&there_are).find(|(row, name)| row != name);
    assert!(
        in_the_table == there_are,
        "the table in book/src/exercises.md has {} exercises, and info.toml {}; the first that differs: {differs:?}",
        in_the_table.len(),
        there_are.len()
    );
    for (row, (name, folder)) in rows.iter().zip(exercises()) {
        let (_, page) = row[1].split_once("](").expect("it is a link");
        let page = page.trim_end_matches(')');
        assert_eq!(row[1], format!("[{}]({page})", number(page)), "{name}");
        assert_eq!(page[..2], folder[..2], "{name} is of lesson {}, and its page is {page}", &folder[..2]);
    }
}

#[test]
fn each_exercise_is_announced_once_on_its_page_with_its_minutes_and_its_command() {
    let mut announced = Vec::new();
    for page in all_pages() {
        let length = page.length().unwrap_or_else(|error| panic!("{}: {error:#}", page.name));
        for (name, minutes) in length.exercises {
            let opening = format!("\n**Exercise `{name}`** (");
            let (_, rest) = page.markdown.split_once(&opening).expect("it was found there");
            let (text, _) = rest.split_once("</div>").expect("the box ends");
            for part in [&format!("`cargo test --bin {name}`"), "](exercises.md#how-to-start)"] {
                assert!(text.contains(part), "{}: the box of {name} lacks {part}", page.name);
            }
            announced.push((name, page.name.clone(), minutes));
        }
    }
    let listed = table().into_iter().map(|row| {
        let page = row[1].split_once("](").expect("it is a link").1.trim_end_matches(')');
        let minutes = row[2].parse().expect("it is a number");
        (row[0].trim_matches('`').to_owned(), page.to_owned(), minutes)
    });
    let listed: Vec<_> = listed.collect();
    for (exercises, others, what) in [
        (&announced, &listed, "these boxes on pages have no such row in the table of book/src/exercises.md"),
        (&listed, &announced, "these rows of the table in book/src/exercises.md have no such box on a page"),
    ] {
        let alone: Vec<_> = exercises.iter().filter(|exercise| !others.contains(exercise)).collect();
        assert!(alone.is_empty(), "{what}: {alone:?}");
    }
    assert_eq!(announced.len(), listed.len(), "each is announced once");
}

#[test]
fn every_page_of_a_chapter_has_an_exercise() {
    for page in all_pages() {
        if page.is_of_a_chapter() {
            let length = page.length().unwrap_or_else(|error| panic!("{}: {error:#}", page.name));
            assert!(!length.exercises.is_empty(), "{} announces no exercise", page.name);
            assert!(
                !page.markdown.contains("\n## Exercises\n"),
                "{}: they have boxes, not a section",
                page.name
            );
        }
    }
}

#[test]
fn every_exercise_takes_five_minutes_to_half_an_hour() {
    for row in table() {
        let minutes: u32 = row[2].parse().expect("it is a number");
        assert!((5..=30).contains(&minutes), "{} takes {minutes} minutes, not 5 to 30", row[0]);
    }
}

#[test]
fn the_folder_of_an_exercise_is_called_like_its_lesson() {
    for (name, folder) in exercises() {
        let lesson = root().join("lessons").join(folder.replace('_', "-"));
        assert!(lesson.is_dir(), "{name} belongs to no lesson: {}", lesson.display());
    }
}

#[test]
fn an_exercise_and_its_solution_have_the_same_story_and_the_same_tests() {
    for (name, lesson) in exercises() {
        let [exercise, solution] = ["exercises", "solutions"].map(|kind| {
            read(&folder().join(kind).join(&lesson).join(format!("{name}.rs"))).expect("it is there")
        });
        let story = |text: &str| text.lines().take_while(|line| line.starts_with("//")).count();
        let tests = |text: &str| text.split_once("\nfn main()").map(|(_, tests)| tests.to_owned());
        let lines = story(&exercise);
        assert!(lines >= 4, "{name} begins with a story, a comment of at least four lines");
        let start = |text: &str| text.lines().take(lines).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            start(&exercise),
            start(&solution),
            "{name}: the story (left: the exercise; right: its solution)"
        );
        assert!(tests(&exercise).is_some(), "{name} has a `main`, and its tests after it");
        assert_eq!(
            tests(&exercise),
            tests(&solution),
            "{name}: what comes from `main` on (left: the exercise; right: its solution)"
        );
        assert!(!solution.contains("TODO"), "the solution of {name} has a TODO");
        assert!(
            solution.contains("wrong"),
            "a comment in the solution of {name} says what the common wrong answer is"
        );
    }
}

#[test]
fn an_exercise_fits_into_a_terminal_of_eighty_columns() {
    for (name, lesson) in exercises() {
        for kind in ["exercises", "solutions"] {
            let file = folder().join(kind).join(&lesson).join(format!("{name}.rs"));
            for line in read(&file).expect("it is there").lines() {
                let columns = line.chars().count();
                assert!(columns <= 80, "{} has a line of {columns} columns: {line}", file.display());
            }
        }
    }
}

#[test]
fn what_an_exercise_is_built_with_is_what_the_lessons_are_built_with() {
    let packages = |lock: PathBuf| -> BTreeSet<String> {
        let lock = read(&lock).expect("it is committed");
        let package = |text: &str| {
            let mut lines = text.lines();
            let name = lines.next()?.strip_prefix("name = ")?.to_owned();
            Some(name + " " + lines.next()?)
        };
        lock.split("[[package]]\n").filter_map(package).collect()
    };
    let mut exercises = packages(folder().join("Cargo.lock"));
    exercises.retain(|package| !package.starts_with("\"exercises\""));
    let lessons = packages(root().join("Cargo.lock"));
    let other: Vec<_> = exercises.difference(&lessons).collect();
    assert!(
        exercises.len() > 50 && other.is_empty(),
        "lessons/exercises/Cargo.lock has what Cargo.lock hasn't: {other:?}"
    );
}
