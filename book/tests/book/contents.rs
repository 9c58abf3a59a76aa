//! The Markdown keeps its promises: code and outputs only by include, every program in the book, and nothing in the
//! book that is not there.

use std::collections::BTreeSet;

use book::pages::{Include, Page, read, source};
use book::refresh::{compiler_file, with_output};
use book::runs::{README, Run, lessons};
use book::{compare, root};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::{all_pages, all_runs, files, page, text};

fn all_includes() -> Vec<(String, Include)> {
    let includes = |page: Page| page.includes().into_iter().map(move |include| (page.name.clone(), include));
    all_pages().into_iter().flat_map(includes).collect()
}

#[test]
fn every_file_and_every_anchor_that_a_page_includes_is_there() {
    for (page, Include { file, anchor }) in all_includes() {
        let text = read(&root().join(&file)).unwrap_or_else(|error| panic!("{page}: {error:#}"));
        let Some(anchor) = anchor else { continue };
        assert!(anchor.parse::<u32>().is_err(), "{page}: mdBook takes `{anchor}` for the number of a line");
        let marked =
            |mark: &str| text.lines().any(|line| line.trim_end().ends_with(&format!("{mark}: {anchor}")));
        assert!(
            marked("ANCHOR") && marked("ANCHOR_END"),
            "book/src/{page} includes `{anchor}` of {}, which has no such part (or no such end of it). A part is an \
             anchor, never a range of lines. In an output it's called like the heading that the program prints",
            file.display()
        );
    }
}

#[test]
fn code_and_outputs_stand_in_a_page_only_as_includes() {
    for page in all_pages() {
        let mut language = None;
        for event in Parser::new_ext(&page.markdown, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(fence))) => {
                    language = Some(fence.to_string())
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                    panic!("{}: an indented block says not what it holds", page.name)
                }
                Event::End(TagEnd::CodeBlock) => language = None,
                Event::Text(text) => match language.as_deref() {
                    // A command is checked as one; plain Rust is compiled and run as a doctest.
                    None | Some("sh" | "rust" | "rust,compile_fail" | "rust,no_run") => {}
                    Some("python" | "rust,ignore" | "text" | "diff") => {
                        let by_hand =
                            text.lines().find(|line| !line.is_empty() && !line.starts_with("{{#include "));
                        assert_eq!(by_hand, None, "{}: written by hand instead of included", page.name);
                    }
                    Some(other) => panic!("{}: nothing checks a block of `{other}`", page.name),
                },
                _ => {}
            }
        }
    }
}

#[test]
fn every_lesson_has_its_chapter_and_every_chapter_its_lesson() {
    let lessons = lessons().expect("there are lessons");
    let pages = all_pages();
    for lesson in &lessons {
        let chapter = format!("{}.md", lesson.folder);
        assert!(pages.iter().any(|page| page.name == chapter), "book/src/SUMMARY.md lacks {chapter}");
    }
    for page in pages.iter().filter(|page| page.is_of_a_chapter()) {
        let has_lesson = lessons.iter().any(|lesson| lesson.folder[..2] == page.name[..2]);
        assert!(has_lesson, "{} has no lesson", page.name);
    }
}

#[test]
fn every_program_has_its_command_and_its_output_in_the_book() {
    let pages = all_pages();
    let told: BTreeSet<_> =
        pages.iter().flat_map(|page| page.commands().into_iter().chain(page.shell())).collect();
    let mut missing = Vec::new();
    for run in all_runs() {
        // A page may show what another command prints under different words, such as a heading.
        if run.special.command.is_none() && !told.contains(&run.command) {
            missing.push(format!("no page has the command `{}`", run.command));
        }
        // On a page of its lesson, or under the words that the compiler says about it.
        let mut parts = run.command.split("lesson");
        let lesson = parts.find(|part| part.starts_with(|first: char| first.is_ascii_digit()));
        let lesson = lesson.map_or("", |number| &number[..2]);
        let has_its_words =
            |page: &&Page| page.name.starts_with(lesson) || run.refused && page.name == "compiler.md";
        let output = |include: &Include| root().join(&include.file) == run.output_file();
        if !pages.iter().filter(has_its_words).any(|page| page.includes().iter().any(output)) {
            missing.push(format!("no page of its lesson includes out/{}.txt", run.name));
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

#[test]
fn the_parts_of_every_output_are_where_they_begin_and_end() {
    for run in all_runs() {
        let output = read(&run.output_file()).unwrap_or_else(|error| panic!("{error:#}; {}", refresh(&run)));
        let anew = compare::anchored(&compare::without_anchors(&output));
        assert_eq!(output, anew, "{}: its anchors were changed by hand; {}", run.name, refresh(&run));
    }
}

/// The command that makes a run's output.
fn refresh(run: &Run) -> String {
    format!("cargo run -p book -- refresh {}", run.name)
}

#[test]
fn an_output_is_faster_where_the_text_says_that_it_is() {
    let runs = all_runs();
    let contradictions = runs.iter().filter_map(|run| {
        let output = read(&run.output_file());
        let error = output.and_then(|output| compare::check_faster(&output, &run.special)).err()?;
        Some(format!("{error:#}; on an idle machine: {}\n", refresh(run)))
    });
    let contradictions: String = contradictions.collect();
    assert!(contradictions.is_empty(), "{contradictions}");
}

/// A number that changes when the figures do (FNV-1a).
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[test]
fn the_page_on_speed_was_read_against_the_figures_that_it_shows() {
    let mut tables = files(&source().join("bench"));
    tables.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    tables.sort();
    let figures: String = tables.iter().map(|table| read(table).expect("it is there")).collect();
    let mark = format!("<!-- Its words were read against the tables: {:08x} -->", checksum(&figures));
    assert!(
        page("benchmarks.md").markdown.contains(&mark),
        "the tables in book/src/bench are new: read book/src/benchmarks.md against them, change the sentences that \
         no longer hold, and then replace the page's last line with\n{mark}"
    );
}

#[test]
fn the_readme_leads_to_files_that_are_there_and_lists_every_lesson() {
    let readme = text("README.md").markdown;
    for event in Parser::new_ext(&readme, Options::ENABLE_TABLES) {
        if let Event::Start(Tag::Link { dest_url, .. }) = event
            && !dest_url.starts_with("https://")
        {
            assert!(root().join(&*dest_url).exists(), "README.md links to {dest_url}, which isn't there");
        }
    }
    for lesson in lessons().expect("there are lessons") {
        let row = format!("| `cargo run -p {}` |", lesson.package);
        let line = readme.lines().find(|line| line.starts_with(&row));
        let line = line.unwrap_or_else(|| panic!("the table in README.md has no row that begins with {row}"));
        assert!(line.contains(&format!("(book/src/{}.md)", lesson.folder)), "{line}");
    }
}

#[test]
fn the_catalogue_names_the_versions_that_said_what_it_quotes() {
    let faults = page("faults.md");
    let lock = read(&root().join("Cargo.lock")).expect("it is there");
    let locked = |name: &str| {
        let version = lock.split(&format!("name = \"{name}\"\nversion = \"")).nth(1)?.split('"').next()?;
        Some(format!("`{name}` {version}"))
    };
    let python = read(&root().join("lessons/requirements.txt")).expect("it is there");
    let aiohttp = python.lines().find_map(|line| line.strip_prefix("aiohttp=="));
    for said in [
        locked("reqwest").expect("it is used"),
        locked("ureq").expect("it is used"),
        format!("aiohttp {}", aiohttp.expect("it is used")),
    ] {
        assert!(faults.markdown.contains(&said), "book/src/faults.md doesn't say {said}");
    }
}

#[test]
fn every_output_and_every_picture_is_of_a_run_and_in_a_page() {
    let included: BTreeSet<_> =
        all_includes().into_iter().map(|(_, include)| root().join(include.file)).collect();
    let runs = all_runs();
    let others = [source().join("out/faults.md"), source().join("out/predictions.md"), compiler_file()];
    let mut made = BTreeSet::from(others.clone());
    for run in &runs {
        made.insert(run.output_file());
        if run.picture {
            made.insert(run.picture_file());
        }
    }
    let found: BTreeSet<_> = ["out", "img"].iter().flat_map(|folder| files(&source().join(folder))).collect();
    let (stale, missing): (Vec<_>, Vec<_>) =
        found.symmetric_difference(&made).partition(|file| found.contains(*file));
    assert!(stale.is_empty(), "no run makes these for a page, so remove them: {stale:?}");
    assert!(missing.is_empty(), "make these with `cargo run -p book -- refresh NAME`: {missing:?}");
    assert!(others.iter().all(|file| included.contains(file)), "a page includes each of {others:?}");
    let edits: BTreeSet<_> = files(&root().join("book/edits")).into_iter().collect();
    let edit = |run: &Run| run.special.edit.map(|edit| root().join(format!("book/edits/{edit}.diff")));
    assert_eq!(
        edits,
        runs.iter().filter_map(edit).collect(),
        "left: book/edits; right: the edits of `SPECIAL` in book/checks/runs.rs"
    );
    assert!(edits.iter().all(|edit| included.contains(edit)), "a page shows each edit");
}

#[test]
fn the_readme_shows_the_output_that_the_book_has() {
    let readme = text("README.md").markdown;
    let output = read(&source().join(format!("out/{README}.txt"))).expect("it is a run");
    let output = compare::without_anchors(&output);
    assert_eq!(
        with_output(&readme, &output).as_deref(),
        Some(readme.as_str()),
        "cargo run -p book -- refresh {README}"
    );
}

#[test]
fn every_row_of_the_phrasebook_leads_to_the_run_that_shows_it() {
    let phrasebook = page("phrasebook.md");
    let head = |line: &&str| line.starts_with("| asyncio |") || line.starts_with("|---");
    let rows = phrasebook.markdown.lines().filter(|line| line.starts_with('|') && !head(line));
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() >= 70, "{}", rows.len());
    for row in rows {
        let shown_in = row.trim_end_matches(" |").rsplit("| ").next().unwrap_or_default();
        let leads_to_a_run =
            ["](0", "](11-", "](program-of-your-own.md#"].iter().any(|page| shown_in.contains(page));
        assert!(shown_in.starts_with('[') && leads_to_a_run, "it leads nowhere: {row}");
    }
}

#[test]
fn links_to_documentation_name_the_versions_that_are_built() {
    let lock = read(&root().join("Cargo.lock")).expect("it is there");
    for page in all_pages() {
        for link in page.markdown.split("https://docs.rs/").skip(1) {
            let mut parts = link.split('/');
            let (name, version) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let built = format!("name = \"{name}\"\nversion = \"{version}\"\n");
            assert!(
                lock.contains(&built),
                "{} links to {name} {version}, which is not what is built",
                page.name
            );
        }
    }
}
