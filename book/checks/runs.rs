//! Which programs the book shows the output of: every program of every lesson, and a few more runs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::pages::{pages, source};
use crate::root;

/// A run whose output the book shows.
#[derive(Debug, Default)]
pub struct Run {
    /// Its output is `book/src/out/NAME.txt`, its picture `book/src/img/NAME.svg`.
    pub name: String,
    /// The command, as the book tells it.
    pub command: String,
    /// Whether it is the compiler's refusal that is shown, in the compiler's words.
    pub refused: bool,
    /// Whether the timeline is drawn as a picture: whether a page includes one.
    pub picture: bool,
    /// What is special about it.
    pub special: Special,
}

/// What is special about a run.
#[derive(Debug, Default, Clone, Copy)]
pub struct Special {
    /// The name of the run.
    pub name: &'static str,
    /// The command, if it isn't that of a program of this name.
    pub command: Option<&'static str>,
    /// A change made before, in a copy of the course: `book/edits/EDIT.diff`, which the book shows too.
    pub edit: Option<&'static str>,
    /// The sites of the mock web that a Python twin is run on; none: the command is cargo's.
    pub twin_on: &'static [&'static str],
    /// The exit status that it ends with.
    pub status: i32,
    /// The parts of the output (by their anchors) whose lines come in an order that nobody holds.
    pub any_order: &'static [&'static str],
    /// Whether it's up to chance how many connections are used: one that has just become idle may be taken for the next
    /// request or not.
    pub any_connections: bool,
    /// Pairs of lines of the output the book keeps. The text says that the first is faster, so its time must be clearly
    /// less. Each is `PART/WORDS`: the anchor of a part and how the line begins, with single spaces between its words.
    pub faster: &'static [(&'static str, &'static str)],
}

/// A lesson's folder and package: `04-tasks` and `lesson04`.
#[derive(Debug)]
pub struct Lesson {
    /// Its folder, under `lessons`.
    pub folder: String,
    /// Its package, and its program.
    pub package: String,
}

impl Lesson {
    fn path(&self) -> PathBuf {
        root().join("lessons").join(&self.folder)
    }
}

/// The run whose output the README shows.
pub const README: &str = "lesson01";

/// All lessons, in their order.
///
/// # Errors
///
/// When the folder `lessons` cannot be read.
pub fn lessons() -> anyhow::Result<Vec<Lesson>> {
    let mut lessons = Vec::new();
    for folder in names_in(&root().join("lessons"))? {
        if let Some((number, _)) = folder.split_once('-')
            && number.parse::<u32>().is_ok()
        {
            lessons.push(Lesson { package: format!("lesson{number}"), folder });
        }
    }
    ensure!(!lessons.is_empty(), "there are no lessons");
    Ok(lessons)
}

/// All runs: for each lesson its program, its examples and what the compiler refuses, then those with a command of
/// their own in [`SPECIAL`].
///
/// # Errors
///
/// When a folder or a page cannot be read, two runs have one name, or [`SPECIAL`] names a program that isn't there.
pub fn runs() -> anyhow::Result<Vec<Run>> {
    let mut runs = Vec::new();
    for lesson in lessons()? {
        let (path, command) = (lesson.path(), format!("cargo run -p {}", lesson.package));
        let manifest = Manifest::read(&path)?;
        runs.push(Run { name: lesson.package, command: command.clone(), ..Run::default() });
        for name in programs_in(&path.join("examples"))? {
            let command = format!("{command}{} --example {name}", manifest.features(&name));
            runs.push(Run { name, command, ..Run::default() });
        }
        for name in programs_in(&path.join("compile_fail"))? {
            let command = format!("{command}{} --example {name}", manifest.features(&name));
            runs.push(Run { name, command, refused: true, ..Run::default() });
        }
    }
    for &special in SPECIAL {
        if let Some(command) = special.command {
            runs.push(Run { name: special.name.to_owned(), command: command.to_owned(), ..Run::default() });
        }
        let run = runs.iter_mut().find(|run| run.name == special.name);
        run.with_context(|| format!("SPECIAL in runs.rs has `{}`, and no lesson has it", special.name))?
            .special = special;
    }
    let includes: Vec<_> = pages()?.iter().flat_map(|page| page.includes()).collect();
    for index in 0..runs.len() {
        let picture = runs[index].picture_file();
        runs[index].picture = includes.iter().any(|include| root().join(&include.file) == picture);
        let name = &runs[index].name;
        ensure!(runs[..index].iter().all(|run| run.name != *name), "two programs are called `{name}`");
    }
    Ok(runs)
}

impl Run {
    /// Where its output is kept.
    pub fn output_file(&self) -> PathBuf {
        source().join(format!("out/{}.txt", self.name))
    }

    /// Where its picture is kept.
    pub fn picture_file(&self) -> PathBuf {
        source().join(format!("img/{}.svg", self.name))
    }
}

/// What a lesson's Cargo.toml says about its examples.
#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    example: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Example {
    name: String,
    #[serde(default)]
    required_features: Vec<String>,
}

impl Manifest {
    fn read(folder: &Path) -> anyhow::Result<Manifest> {
        let file = folder.join("Cargo.toml");
        let context = || format!("cannot read {}", file.display());
        let text = fs::read_to_string(&file).with_context(context)?;
        toml::from_str(&text).with_context(context)
    }

    /// The option for the features that an example needs, or nothing.
    fn features(&self, name: &str) -> String {
        let example = self.example.iter().find(|example| example.name == name);
        match example.map(|example| example.required_features.join(",")) {
            Some(features) if !features.is_empty() => format!(" --features {features}"),
            _ => String::new(),
        }
    }
}

/// The names of what is in a folder, sorted.
fn names_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let context = || format!("cannot read {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(context)? {
        names.push(entry.with_context(context)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The Rust programs in a folder of a lesson, which may not be there.
fn programs_in(folder: &Path) -> anyhow::Result<Vec<String>> {
    let files = if folder.is_dir() { names_in(folder)? } else { Vec::new() };
    Ok(files.iter().filter_map(|file| Some(file.strip_suffix(".rs")?.to_owned())).collect())
}

const PLAIN: Special = Special {
    name: "",
    command: None,
    edit: None,
    twin_on: &[],
    status: 0,
    any_order: &[],
    any_connections: false,
    faster: &[],
};

/// What is special about some runs. A program that isn't in this list is run as it is, and all of its output but times
/// must stay the same.
pub const SPECIAL: &[Special] = &[
    Special {
        name: "lesson01",
        any_order: &["a-thread-for-each-site"],
        faster: &[
            ("total-threads-speed-up/a thread for each site", "total-threads-speed-up/one after another"),
            ("total-threads-speed-up/async, all at once", "total-threads-speed-up/one after another"),
        ],
        ..PLAIN
    },
    Special {
        name: "cpu_bound",
        any_order: &["right"],
        faster: &[
            ("total-speed-up/a thread for each", "total-speed-up/one after another"),
            ("total-speed-up/a thread for each", "total-speed-up/join_all"),
        ],
        ..PLAIN
    },
    Special {
        name: "lesson01-thread-sleep",
        command: Some("cargo run -p lesson01"),
        edit: Some("01-thread-sleep"),
        any_order: &["a-thread-for-each-site"],
        faster: &[("total-threads-speed-up/one after another", "total-threads-speed-up/async, all at once")],
        ..PLAIN
    },
    Special {
        name: "lesson01-tokio-sleep",
        command: Some("cargo run -p lesson01"),
        edit: Some("01-tokio-sleep"),
        any_order: &["a-thread-for-each-site"],
        ..PLAIN
    },
    Special {
        name: "lesson01-sleep-after",
        command: Some("cargo run -p lesson01"),
        edit: Some("01-sleep-after"),
        any_order: &["a-thread-for-each-site", "async"],
        ..PLAIN
    },
    Special {
        name: "lesson01-hang",
        command: Some("cargo run -p lesson01 -- --fault python.org=hang"),
        any_order: &["a-thread-for-each-site"],
        faster: &[
            ("total-threads-speed-up/a thread for each site", "total-threads-speed-up/one after another"),
            ("total-threads-speed-up/async, all at once", "total-threads-speed-up/one after another"),
        ],
        ..PLAIN
    },
    Special { name: "lesson02", any_order: &["join-all-timeline"], ..PLAIN },
    Special { name: "lazy", any_order: &["start-all-timeline"], ..PLAIN },
    Special {
        name: "one_task",
        // `join!` begins its turns with another branch each time.
        any_order: &["wrong", "right", "the-standard-library-s-sleep-timeline", "tokio-s-sleep-timeline"],
        ..PLAIN
    },
    Special {
        name: "blocking_work",
        // Two pages have arrived when the first is counted: `join!` doesn't say which is next.
        any_order: &["wrong"],
        ..PLAIN
    },
    Special { name: "lesson03", any_order: &["two-chains-timeline"], ..PLAIN },
    Special {
        name: "in_turn",
        any_order: &["joined-timeline"],
        faster: &[("right/Total time:", "wrong/Total time:"), ("right/Total time:", "wrong-2/Total time:")],
        ..PLAIN
    },
    Special { name: "detach", any_order: &["wrong", "right-2", "right-3"], ..PLAIN },
    Special {
        name: "parallel",
        faster: &[("total-speed-up/waiting and work spawned", "total-speed-up/waiting and work joined")],
        ..PLAIN
    },
    Special {
        name: "task_cost",
        faster: &[("waiting-after-memory/tasks", "waiting-after-memory/threads")],
        ..PLAIN
    },
    Special {
        name: "bounded",
        faster: &[(
            "results-in-the-order-of/results in the order of the pages,",
            "results-in-the-order-of-2/results in the order of the pages,",
        )],
        ..PLAIN
    },
    Special { name: "backpressure", faster: &[("wrong/producer:", "right/producer:")], ..PLAIN },
    Special {
        name: "actor",
        // Its tasks begin on threads of their own.
        any_order: &["six-tasks"],
        ..PLAIN
    },
    Special { name: "pace", faster: &[("two-at-a-time/Total time:", "ten-per-second/Total time:")], ..PLAIN },
    Special { name: "hedge", faster: &[("hedged/Total time:", "one-request/Total time:")], ..PLAIN },
    Special {
        name: "causes",
        // All are fetched at once.
        any_order: &["fetching-refused"],
        ..PLAIN
    },
    Special {
        name: "fail_fast",
        // Its tasks begin on threads of their own.
        any_order: &["joinset", "wrong"],
        ..PLAIN
    },
    Special { name: "retry", any_order: &["fetching-flaky-site-example"], ..PLAIN },
    Special {
        name: "lesson07-python",
        command: Some(".venv/bin/python lessons/07-cleanup/lesson07.py"),
        twin_on: &["codeswithpankaj.com"],
        ..PLAIN
    },
    Special { name: "lesson07", any_connections: true, ..PLAIN },
    Special {
        name: "abort_request",
        // Cancelling the token wakes two tasks, in no particular order.
        any_order: &["right"],
        ..PLAIN
    },
    Special {
        name: "parse_blocks",
        faster: &[("right/nothing else ran for up to", "wrong/nothing else ran for up to")],
        ..PLAIN
    },
    Special {
        name: "gil",
        faster: &[
            ("lxml-in-to-thread/Total time:", "html-parser-in-to-thread/Total time:"),
            (
                "html-parser-in-to-thread/nothing else ran for up to",
                "html-parser-on-the-loop/nothing else ran for up to",
            ),
        ],
        ..PLAIN
    },
    Special {
        name: "deep",
        faster: &[
            ("next-to-each-other/Total time:", "inside-each-other/Total time:"),
            ("streamed/Total time:", "inside-each-other/Total time:"),
        ],
        ..PLAIN
    },
    Special {
        name: "stop_at_title",
        faster: &[("up-to-the-title/Total time:", "the-whole-page/Total time:")],
        ..PLAIN
    },
    Special {
        name: "lesson09",
        faster: &[
            ("kept/kept:", "rule-1/broken:"),
            ("rule-2/kept:", "rule-2/broken:"),
            ("rule-4/std::fs", "rule-4/tokio::fs"),
            ("rule-4/BufWriter", "rule-4/std::fs"),
        ],
        ..PLAIN
    },
    Special { name: "intervals", any_connections: true, ..PLAIN },
    Special {
        name: "slow_host",
        // Several requests leave at the same time.
        any_order: &["wait-in-the-task-timeline", "wait-in-the-frontier-timeline"],
        any_connections: true,
        ..PLAIN
    },
    Special {
        name: "stopping",
        // Several requests leave at the same time.
        any_order: &["stop-the-crawl-loop-timeline", "stop-the-fetcher-timeline"],
        any_connections: true,
        faster: &[("right/Total time:", "wrong/Total time:")],
        ..PLAIN
    },
    // It finds broken links, and says so.
    Special { name: "lesson10", status: 1, ..PLAIN },
    Special { name: "lesson10-help", command: Some("cargo run -p lesson10 -- --help"), ..PLAIN },
    Special { name: "lesson11", any_connections: true, ..PLAIN },
    Special { name: "cookies", any_connections: true, ..PLAIN },
    Special { name: "gzip", any_connections: true, ..PLAIN },
    Special { name: "pool", any_connections: true, ..PLAIN },
    Special { name: "rate_limit", any_connections: true, ..PLAIN },
    Special {
        name: "renew_token",
        // Five requests leave at the same time.
        any_order: &["wrong-timeline", "right-timeline"],
        any_connections: true,
        ..PLAIN
    },
];
