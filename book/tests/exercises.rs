//! The chapter on the exercises tells what there is: rustlings' own list is `info.toml`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use book::pages::{pages, read};
use book::root;

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
    assert!(exercises.len() >= 20, "{exercises:?}");
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
    let pages = pages().expect("the book can be read");
    let chapter = pages.iter().find(|page| page.name == "exercises.md").expect("it is in the summary");
    rows(&chapter.markdown)
}

#[test]
fn the_table_has_every_exercise_in_its_order_with_its_lesson() {
    let told: Vec<_> = table().iter().map(|row| [row[0].clone(), row[1].clone()]).collect();
    let there_are: Vec<_> = exercises()
        .iter()
        .map(|(name, folder)| {
            let chapter = folder.replace('_', "-");
            [format!("`{name}`"), format!("[{}]({chapter}.md)", &folder[..2])]
        })
        .collect();
    assert_eq!(told, there_are);
}

#[test]
fn every_chapter_ends_with_its_exercises_as_they_are_in_the_table() {
    let chapters = pages().expect("the book can be read").into_iter();
    let chapters: Vec<_> =
        chapters.filter(|page| page.name.starts_with(|first: char| first.is_ascii_digit())).collect();
    let table = table();
    let mut told = 0;
    for chapter in &chapters {
        let (_, end) = chapter.markdown.split_once("\n## Exercises\n").unwrap_or_else(|| {
            panic!("{} tells of no exercises", chapter.name);
        });
        assert!(!end.contains("\n## "), "{}: there is more after the exercises", chapter.name);
        assert!(end.contains("](exercises.md#how-to-start)"), "{} does not tell how to start", chapter.name);
        let expected: Vec<_> = table
            .iter()
            .filter(|row| row[1].contains(&chapter.name))
            .map(|row| {
                let command = format!("`cargo test --bin {}`", row[0].trim_matches('`'));
                vec![format!("{}: {}", row[0], row[3]), row[2].clone(), command]
            })
            .collect();
        assert!((1..=4).contains(&expected.len()), "{}: {expected:?}", chapter.name);
        assert_eq!(rows(end), expected, "{}", chapter.name);
        told += expected.len();
    }
    assert_eq!(told, exercises().len(), "each is told in a chapter");
}

#[test]
fn there_are_as_many_as_the_readme_says() {
    assert_eq!(exercises().len(), 24);
    let readme = read(&root().join("README.md")).expect("there is one");
    assert!(readme.contains("\nTwenty-four programs that are wrong until you repair them"));
}

#[test]
fn every_exercise_takes_five_minutes_to_half_an_hour() {
    for row in table() {
        let minutes: u32 = row[2].parse().expect("it is a number");
        assert!((5..=30).contains(&minutes), "{row:?}");
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
        assert!(lines >= 4, "{name} has a story");
        let start = |text: &str| text.lines().take(lines).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(start(&exercise), start(&solution), "{name}: the story");
        assert!(tests(&exercise).is_some(), "{name} has a main and tests");
        assert_eq!(tests(&exercise), tests(&solution), "{name}: what comes from `main` on");
        assert!(!solution.contains("TODO"), "{name} is solved");
        assert!(solution.contains("wrong"), "the solution of {name} tells the common wrong answer");
    }
}

#[test]
fn an_exercise_fits_into_a_terminal_of_eighty_columns() {
    for (name, lesson) in exercises() {
        for kind in ["exercises", "solutions"] {
            let file = folder().join(kind).join(&lesson).join(format!("{name}.rs"));
            for line in read(&file).expect("it is there").lines() {
                assert!(line.chars().count() <= 80, "{}: {line}", file.display());
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
    assert!(exercises.len() > 50 && other.is_empty(), "{other:?}");
}
