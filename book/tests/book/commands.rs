//! The commands that the book, the README and CONTRIBUTING.md give are right: the program, the target and the features
//! are there, the program accepts the arguments, and a file that a command names exists.
//!
//! No command has to be listed here. A new one is checked as soon as a page has it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use book::pages::{Page, read};
use book::root;
use mock_server::Fault;
use serde_json::Value;

use crate::arguments::run;
use crate::{all_pages, text};

/// The page whose commands make a program of the reader's own. `own_program` runs them.
const OWN_PROGRAM: &str = "program-of-your-own.md";

fn all_texts() -> Vec<Page> {
    all_pages().into_iter().chain([text("README.md"), text("CONTRIBUTING.md")]).collect()
}

/// What cargo knows about the packages of a workspace.
struct Workspace(Vec<Value>);

impl Workspace {
    fn new(folder: &Path) -> Workspace {
        let metadata = ["metadata", "--no-deps", "--format-version", "1"];
        let output = Command::new("cargo").args(metadata).current_dir(folder).output().expect("cargo starts");
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
        Workspace(metadata["packages"].as_array().expect("there are packages").clone())
    }

    /// Whether one of the packages, or the one of this name, has the targets and features of a command.
    fn has(&self, cargo: &Cargo) -> bool {
        let packages =
            self.0.iter().filter(|it| cargo.package.as_ref().is_none_or(|name| it["name"] == **name));
        packages.into_iter().any(|package| {
            let targets: Vec<_> = package["targets"].as_array().into_iter().flatten().collect();
            let has_target = |(kind, name): &(String, String)| {
                targets.iter().any(|target| {
                    let of_kind =
                        target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|it| it == kind));
                    let required = target["required-features"].as_array();
                    let enabled =
                        required.into_iter().flatten().all(|it| cargo.features.iter().any(|on| it == on));
                    of_kind && target["name"] == **name && enabled
                })
            };
            let has_feature = |feature: &String| {
                let (owner, name) = feature.split_once('/').unwrap_or(("", feature));
                let owner = if owner.is_empty() {
                    Some(package)
                } else {
                    self.0.iter().find(|it| it["name"] == owner)
                };
                owner.is_some_and(|owner| owner["features"].get(name).is_some())
            };
            cargo.targets.iter().all(has_target) && cargo.features.iter().all(has_feature)
        })
    }
}

/// A command of cargo's that builds something.
#[derive(Debug, Default)]
struct Cargo {
    package: Option<String>,
    /// Kind and name: `example`, `detach`.
    targets: Vec<(String, String)>,
    features: Vec<String>,
    /// What comes after `--`.
    arguments: Option<Vec<String>>,
}

impl Cargo {
    /// Takes the words after the subcommand.
    fn parse(words: &[String]) -> Result<Cargo, String> {
        let mut cargo = Cargo::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().cloned().ok_or_else(|| format!("`{word}` without a value"));
            match word.as_str() {
                "--" => cargo.arguments = Some(words.by_ref().cloned().collect()),
                "-p" | "--package" => cargo.package = Some(value()?),
                "--bin" | "--example" | "--test" | "--bench" => {
                    cargo.targets.push((word[2..].to_owned(), value()?));
                }
                "--features" => cargo.features.extend(value()?.split(',').map(str::to_owned)),
                flag if flag.starts_with('-') => {}
                // The name of a test or a bench, or of a part of it.
                _ => {}
            }
        }
        Ok(cargo)
    }
}

/// Checks the commands of all texts.
struct Checker {
    course: Workspace,
    exercises: Workspace,
    labs: Workspace,
    /// `.ci/run`, which has the versions of tools.
    ci: String,
}

impl Checker {
    fn new() -> Checker {
        Checker {
            course: Workspace::new(&root()),
            exercises: Workspace::new(&root().join("lessons/exercises")),
            labs: Workspace::new(&root().join("book/lab")),
            ci: read(&root().join(".ci/run")).expect("it is there"),
        }
    }

    fn check(&self, page: &str, line: &str) -> Result<(), String> {
        let words = shlex::split(line).ok_or("a quote isn't closed")?;
        // PYTHON=… and the like.
        let is_assignment = |word: &&String| word.split_once('=').is_some_and(|(name, _)| is_variable(name));
        let start = words.iter().take_while(is_assignment).count();
        let Some((program, words)) = words[start..].split_first() else { return Ok(()) };
        for word in words.iter().filter(|word| is_path(word)) {
            let is_there = ["", "lessons/exercises", "book/lab"]
                .iter()
                .any(|from| root().join(from).join(word).exists());
            if !is_there {
                return Err(format!("there is no {word}"));
            }
        }
        match program.as_str() {
            "cargo" => self.check_cargo(page, words),
            "cd" => {
                let made = words == ["pages"] && page == OWN_PROGRAM;
                let is_there = made || words.len() == 1 && root().join(&words[0]).is_dir();
                is_there.then_some(()).ok_or_else(|| "there is no such folder".to_owned())
            }
            "curl" | "curl.exe" => words.iter().try_for_each(|word| check_fault(word)),
            program if program.starts_with(".venv/bin/") => Ok(()),
            "bash" | "git" | "mdbook" | "node" | "python3" | "rustlings" | "tokio-console" | "tsc" => Ok(()),
            _ => Err(format!("`{program}` is new: say how to check it in book/tests/book/commands.rs")),
        }
    }

    fn check_cargo(&self, page: &str, words: &[String]) -> Result<(), String> {
        let (subcommand, words) = words.split_first().ok_or("cargo alone does nothing")?;
        match subcommand.as_str() {
            "run" | "test" | "bench" | "build" | "check" | "clippy" | "doc" => {}
            "fmt" => return Ok(()),
            "install" => return self.check_version(words),
            "new" | "add" if page == OWN_PROGRAM => return Ok(()),
            _ => {
                return Err(format!(
                    "`cargo {subcommand}` is new: say how to check it in book/tests/book/commands.rs"
                ));
            }
        }
        let cargo = Cargo::parse(words)?;
        if page == OWN_PROGRAM && cargo.package.is_none() {
            return Ok(());
        }
        if self.exercises.has(&cargo) && !cargo.targets.is_empty() {
            return Ok(());
        }
        if cargo.package.is_some() && self.labs.has(&cargo) && !self.course.has(&cargo) {
            return Ok(());
        }
        if !self.course.has(&cargo) {
            return Err("cargo knows no such package, target or feature".to_owned());
        }
        if subcommand != "run" {
            return Ok(());
        }
        let package = cargo.package.ok_or("it needs `-p`")?;
        // A feature may want a C compiler or another flag, so the program is asked without it.
        let program = cargo.targets.first().map_or(package.as_str(), |(_, name)| name);
        let is_example = cargo.targets.iter().any(|(kind, _)| kind == "example");
        let Some(arguments) = cargo.arguments else { return Ok(()) };
        let arguments: Vec<_> = arguments.iter().map(String::as_str).chain(["--help"]).collect();
        match run(program, is_example, &arguments) {
            (Some(0), ..) => Ok(()),
            (_, _, errors) => Err(errors),
        }
    }

    /// A tool is installed in the version that `.ci/run` has, if it has one.
    fn check_version(&self, words: &[String]) -> Result<(), String> {
        let words: Vec<_> =
            words.iter().flat_map(|word| word.split('@')).filter(|word| !word.starts_with('-')).collect();
        let [one, other] = words[..] else { return Err("it needs a name and a version".to_owned()) };
        let (name, version) =
            if one.starts_with(|first: char| first.is_ascii_digit()) { (other, one) } else { (one, other) };
        match self.ci.lines().find_map(|line| line.strip_prefix(&format!("{name}="))) {
            Some(used) if used != version => Err(format!(".ci/run has {name} {used}")),
            _ => Ok(()),
        }
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|each| each.is_ascii_uppercase() || each == '_')
}

/// Whether a word is a path in the course, and not one that the command makes.
fn is_path(word: &str) -> bool {
    let elsewhere = ["-", "/", ".venv/", "target/"].iter().any(|start| word.starts_with(start));
    word.contains('/') && !word.contains("://") && !elsewhere
}

/// The fault in a URL of the mock web.
fn check_fault(url: &str) -> Result<(), String> {
    match url.split_once("/fault/") {
        Some((_, fault)) => fault.parse::<Fault>().map(drop).map_err(|error| error.to_string()),
        None => Ok(()),
    }
}

#[test]
fn every_command_names_programs_and_files_that_are_there_and_arguments_that_they_accept() {
    let checker = Checker::new();
    let mut checked = BTreeSet::new();
    let mut wrong = Vec::new();
    for page in all_texts() {
        for line in page.shell().into_iter().chain(page.commands()) {
            if !checked.insert((page.name.clone(), line.clone())) {
                continue;
            }
            if let Err(error) = checker.check(&page.name, &line) {
                wrong.push(format!("{}: `{line}`: {error}", page.name));
            }
        }
    }
    assert!(checked.len() > 100, "{checked:?}");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_command_that_would_fail_is_found() {
    let checker = Checker::new();
    for line in [
        "cargo run -p lesson00",
        "cargo run -p lesson04 --example no_such_example",
        "cargo run -p lesson04 --example spawn_rc",
        "cargo run -p lesson01 --features lives",
        "cargo run -p lesson01 -- --fault python.org=hangs",
        "cargo run -p lesson09 -- --rule 17",
        "cargo run -p lesson10 -- --dept 0",
        "cargo run --bin no_such_exercise",
        "cargo test -p lesson01 --test no_such_test",
        "cargo install --locked --version 1.0.0 rustlings",
        "cd lessons/exercise",
        "PYTHON=$PWD/.venv/bin/python .venv/bin/python lessons/01-sync-vs-async/lesson.py",
        "curl 'http://127.0.0.1:8080/fault/truncat?after=1000'",
        "make",
    ] {
        assert!(checker.check("README.md", line).is_err(), "{line}");
    }
}
