//! The Markdown keeps its promises: code and outputs only by include, every program in the book, and nothing in the
//! book that is not there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use book::pages::{Include, Page, pages, read, source};
use book::refresh::{output_file, picture_file, with_output};
use book::runs::{README, RUNS, Run};
use book::{compare, root};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Commands, told in the book or in the README, that show nothing in the book.
const TOLD: &[&str] = &[
    "cargo run -p lesson01 -- --fault list",
    "cargo run -p lesson01 -- --help",
    "cargo run -p lesson01 -- http://a.example http://b.example",
    "cargo run -p lesson01 -- --timeline timeline.svg",
    "cargo run -p lesson01 --features live -- --live",
    "cargo run -p lesson04 --example first_completed -- --fault codeswithpankaj.com=refused",
    "cargo run -p book -- pages",
    "cargo run -p book -- refresh",
    "cargo run -p book -- refresh --check",
    "cargo run -p lesson05 -- --fault python.org=stall",
    "cargo run -p lesson06 --example fail_fast -- --part 1",
    "cargo run -p lesson07 --example no_async_drop -- --way 1",
    "cargo run -p lesson09 -- --fault python.org=hang",
    "cargo run -p lesson09 -- --rule 1",
    "cargo run -p lesson09 -- --rule 2",
    "cargo run -p lesson09 -- --rule 3",
    "cargo run -p lesson09 -- --rule 4",
    "cargo run -p lesson10 -- http://site.example",
    "cargo run -p lesson10 -- --depth 0",
    "cargo run -p lesson10 -- --at-once 1",
    "cargo run --bin at_once",
    "cargo run -- http://127.0.0.1:8080/site/python.org http://127.0.0.1:8080/nothing",
    "cargo run -p mock-server",
    "cargo run -p mock-server -- --port 8081",
];

/// The other lines that are for a shell.
const SHELL: &[&str] = &[
    ".venv/bin/pip install -r benches/requirements.txt",
    ".venv/bin/pip install -r lessons/requirements.txt",
    ".venv/bin/python lessons/01-sync-vs-async/lesson01.py",
    ".venv/bin/python lessons/05-gather/workers.py",
    ".venv/bin/python lessons/07-cleanup/lesson07.py",
    "PYTHON=$PWD/.venv/bin/python cargo bench --bench peers",
    "PYTHON=$PWD/.venv/bin/python cargo bench --bench peers -- --into book/src/bench",
    "PYTHON=$PWD/.venv/bin/python cargo test",
    "RUSTFLAGS=\"--cfg tokio_unstable\" cargo run -p lesson09 --features console --example watch",
    "cargo add --dev wiremock",
    "cargo add reqwest futures anyhow",
    "cargo add tokio --features macros,rt-multi-thread",
    "cargo bench",
    "cargo bench --bench peers",
    "cargo bench --bench peers -- --lessons --into book/src/bench",
    "cargo bench -- overhead --save-baseline before",
    "cargo bench -- overhead --baseline before",
    "cargo install --locked --version 6.5.0 rustlings",
    "cargo install --locked mdbook@0.5.4",
    "cargo install --locked tokio-console@0.1.14",
    "cargo new pages",
    "cargo test",
    "cargo test --bin at_once",
    "cargo test --bin at_once_sol",
    "cd lessons/exercises",
    "cd pages",
    "curl -i 'http://127.0.0.1:8080/fault/truncate?after=1000'",
    "curl http://127.0.0.1:8080/timeline",
    "mdbook serve book --open",
    "python3 -m venv .venv",
    "tokio-console",
    "rustlings",
];

fn all_pages() -> Vec<Page> {
    let pages = pages().expect("the book can be read");
    assert!(pages.len() > 5, "SUMMARY.md lists the pages");
    pages
}

/// The README tells commands as a page does.
fn readme() -> Page {
    let markdown = read(&root().join("README.md")).expect("there is a README");
    Page { name: "README.md".to_owned(), markdown }
}

fn all_includes() -> Vec<(String, Include)> {
    let includes = |page: Page| page.includes().into_iter().map(move |include| (page.name.clone(), include));
    all_pages().into_iter().flat_map(includes).collect()
}

/// The folders of the lessons, and the package that each holds.
fn lessons() -> Vec<(String, String)> {
    let folders = fs::read_dir(root().join("lessons")).expect("there are lessons");
    let names =
        folders.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned());
    let mut lessons: Vec<_> = names
        .filter(|name| name.starts_with(|first: char| first.is_ascii_digit()))
        .map(|name| (name.clone(), format!("lesson{}", &name[..2])))
        .collect();
    lessons.sort();
    assert!(!lessons.is_empty());
    lessons
}

/// The programs in a folder of a lesson: `examples`, or `compile_fail`.
fn programs(folder: &str, kind: &str) -> Vec<String> {
    let Ok(files) = fs::read_dir(root().join("lessons").join(folder).join(kind)) else {
        return Vec::new();
    };
    let names = files.map(|entry| entry.expect("it can be read").path());
    let rust = names.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect()
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
            "{page} includes `{anchor}` of {}, which has no such part (or no such end of it); lines may move, \
             so a part is an anchor and never a range of lines",
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
fn every_lesson_and_every_example_has_its_chapter_its_run_and_its_output_in_the_book() {
    let pages = all_pages();
    let is_shown = |command: &str| {
        let run = RUNS.iter().find(|run| run.command == command && run.edit.is_none());
        assert!(run.is_some(), "no run of the book is `{command}`");
        assert!(
            pages.iter().any(|page| page.commands().iter().any(|told| told == command)),
            "{command} is not told"
        );
    };
    for (folder, package) in lessons() {
        assert!(pages.iter().any(|page| page.name == format!("{folder}.md")), "{folder} has no chapter");
        // On a page of its lesson, or under the words that the compiler says about it.
        let has_its_words = |page: &Page| page.name[..2] == folder[..2] || page.name == "compiler.md";
        for run in RUNS.iter().filter(|run| run.command.starts_with(&format!("cargo run -p {package}"))) {
            let output = |include: &Include| root().join(&include.file) == output_file(run);
            let shown = |page: &Page| page.includes().iter().any(output);
            assert!(
                pages.iter().any(|page| has_its_words(page) && shown(page)),
                "{}: no page of {package} shows it",
                run.name
            );
        }
        is_shown(&format!("cargo run -p {package}"));
        for example in programs(&folder, "examples") {
            is_shown(&format!("cargo run -p {package} --example {example}"));
        }
        for refused in programs(&folder, "compile_fail") {
            is_shown(&format!("cargo run -p {package} --features does-not-compile --example {refused}"));
        }
    }
}

#[test]
fn the_parts_of_every_output_are_where_they_begin_and_end() {
    for run in RUNS {
        let output = read(&output_file(run)).expect("it is there");
        let anew = compare::anchored(&compare::without_anchors(&output));
        assert_eq!(output, anew, "{}: somebody moved an anchor", run.name);
    }
}

#[test]
fn an_output_is_faster_where_the_text_says_that_it_is() {
    let contradictions = RUNS.iter().filter_map(|run| {
        let checked = read(&output_file(run)).and_then(|output| compare::check_faster(&output, run));
        let error = checked.err()?;
        Some(format!("{error:#}; on an idle machine: cargo run -p book -- refresh {}\n", run.name))
    });
    let contradictions: String = contradictions.collect();
    assert!(contradictions.is_empty(), "{contradictions}");
}

#[test]
fn every_chapter_has_its_lesson_and_every_command_that_is_told_is_run() {
    let folders: Vec<_> = lessons().into_iter().map(|(folder, _)| folder).collect();
    let known: BTreeSet<_> = RUNS.iter().map(|run| run.command).chain(TOLD.iter().copied()).collect();
    let mut told = BTreeSet::new();
    for page in all_pages().into_iter().chain([readme()]) {
        if page.name.starts_with(|first: char| first.is_ascii_digit()) {
            assert!(
                folders.iter().any(|folder| folder[..2] == page.name[..2]),
                "{} has no lesson",
                page.name
            );
        }
        for command in page.commands() {
            assert!(known.contains(command.as_str()), "{} tells `{command}`, which nothing runs", page.name);
            told.insert(command);
        }
    }
    for command in TOLD {
        assert!(told.contains(*command), "`{command}` is told no more");
    }
}

#[test]
fn every_line_for_a_shell_is_one_that_is_known() {
    for page in all_pages().into_iter().chain([readme()]) {
        let commands = page.commands();
        for line in page.shell() {
            let known = SHELL.contains(&line.as_str()) || commands.contains(&line);
            assert!(known, "{}: `{line}`", page.name);
        }
    }
}

#[test]
fn the_readme_leads_to_files_that_are_there_and_lists_every_lesson() {
    let readme = readme().markdown;
    for event in Parser::new_ext(&readme, Options::ENABLE_TABLES) {
        if let Event::Start(Tag::Link { dest_url, .. }) = event
            && !dest_url.starts_with("https://")
        {
            assert!(root().join(&*dest_url).exists(), "{dest_url}");
        }
    }
    for (folder, package) in lessons() {
        let row = format!("| `cargo run -p {package}` |");
        let line = readme.lines().find(|line| line.starts_with(&row)).unwrap_or_else(|| panic!("{row}"));
        assert!(line.contains(&format!("(book/src/{folder}.md)")), "{line}");
    }
}

#[test]
fn the_catalogue_names_the_versions_that_said_what_it_quotes() {
    let pages = all_pages();
    let faults = pages.iter().find(|page| page.name == "faults.md").expect("there is one");
    let lock = read(&root().join("Cargo.lock")).expect("it is there");
    let reqwest =
        lock.split("name = \"reqwest\"\nversion = \"").nth(1).and_then(|rest| rest.split('"').next());
    let python = read(&root().join("lessons/requirements.txt")).expect("it is there");
    let aiohttp = python.lines().find_map(|line| line.strip_prefix("aiohttp=="));
    for said in [
        format!("`reqwest` {}", reqwest.expect("it is used")),
        format!("aiohttp {}", aiohttp.expect("it is used")),
    ] {
        assert!(faults.markdown.contains(&said), "{said}");
    }
}

#[test]
fn every_output_and_every_picture_is_of_a_run_and_in_a_page() {
    let included: BTreeSet<_> =
        all_includes().into_iter().map(|(_, include)| root().join(include.file)).collect();
    let mut made = BTreeSet::from([source().join("out/faults.md")]);
    for run in RUNS {
        made.insert(output_file(run));
        if run.picture {
            made.insert(picture_file(run));
        }
    }
    let found: BTreeSet<_> = ["out", "img"].iter().flat_map(|folder| files(&source().join(folder))).collect();
    assert_eq!(found, made, "what is there, and what runs make: cargo run -p book -- refresh");
    assert!(included.contains(&source().join("out/faults.md")));
    for run in RUNS {
        let shown = [output_file(run), picture_file(run)].iter().any(|file| included.contains(file));
        assert!(shown, "no page shows {}", run.name);
        let drawn = !run.picture || included.contains(&picture_file(run));
        assert!(drawn, "no page shows the picture of {}", run.name);
    }
    let edits: BTreeSet<_> = files(&root().join("book/edits")).into_iter().collect();
    let edit = |run: &Run| run.edit.map(|edit| root().join(format!("book/edits/{edit}.diff")));
    assert_eq!(edits, RUNS.iter().filter_map(edit).collect());
    assert!(edits.iter().all(|edit| included.contains(edit)), "a page shows each edit");
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("it can be read").path()).collect()
}

#[test]
fn the_readme_shows_the_output_that_the_book_has() {
    let readme = readme().markdown;
    let run = RUNS.iter().find(|run| run.name == README).expect("it is a run");
    let output = compare::without_anchors(&read(&output_file(run)).expect("it is there"));
    assert_eq!(
        with_output(&readme, &output).as_deref(),
        Some(readme.as_str()),
        "cargo run -p book -- refresh {README}"
    );
}

#[test]
fn every_page_is_doctested() {
    let library = read(&root().join("book/checks/lib.rs")).expect("it is there");
    for page in all_pages() {
        assert!(
            library.contains(&format!("\"../src/{}\"", page.name)),
            "lib.rs does not doctest {}",
            page.name
        );
    }
}

#[test]
fn every_row_of_the_phrasebook_leads_to_the_run_that_shows_it() {
    let pages = all_pages();
    let phrasebook = pages.iter().find(|page| page.name == "phrasebook.md").expect("there is one");
    let head = |line: &&str| line.starts_with("| asyncio |") || line.starts_with("|---");
    let rows = phrasebook.markdown.lines().filter(|line| line.starts_with('|') && !head(line));
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() >= 70, "{}", rows.len());
    for row in rows {
        let shown_in = row.trim_end_matches(" |").rsplit("| ").next().unwrap_or_default();
        let leads_to_a_run = ["](0", "](program-of-your-own.md#"].iter().any(|page| shown_in.contains(page));
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
