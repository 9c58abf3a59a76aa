//! *A program of your own* works as the page says: its commands, one after another, in an empty folder.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use book::pages::read;
use book::root;
use mock_server::{MockWeb, presets};
use testkit::same_compiler_as_the_book;

use crate::page;

/// Where the page's program, and what it printed, is kept.
fn kept(file: &str) -> String {
    read(&root().join("book/own-program").join(file)).expect("it is there")
}

/// What the compiler says where a feature is off: three times about `features.rs`, and once about `#[tokio::main]`.
/// These words are on the page *What the compiler says*.
const MISSING_FEATURES: [&str; 4] = [
    "could not find `fs` in `tokio`",
    "could not find `blocking` in `reqwest`",
    "no method named `json` found for struct `Response`",
    "could not find `main` in `tokio`",
];

/// Cargo, in a folder outside the workspace, with a target folder that is kept for the next time.
fn cargo(folder: &Path, arguments: &[&str]) -> Output {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("own-program");
    let mut cargo = Command::new("cargo");
    cargo.args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", target).env("NO_PROXY", "*");
    cargo.output().expect("cargo starts")
}

fn succeed(folder: &Path, arguments: &[&str]) -> String {
    let output = cargo(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}:\n{errors}", arguments.join(" "));
    String::from_utf8(output.stdout).expect("it prints text")
}

/// The dependencies without their versions, because `cargo add` takes the newest.
fn dependencies(manifest: &str) -> Vec<String> {
    let (_, dependencies) = manifest.split_once("[dependencies]").expect("it has some");
    let without_digits = |line: &str| line.replace(|each: char| each.is_ascii_digit() || each == '.', "");
    let lines = dependencies.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(without_digits).collect()
}

#[test]
#[ignore = "builds reqwest with TLS, which takes a C compiler and two minutes; .ci/run has it"]
fn the_page_s_commands_make_a_program_with_tests_in_an_empty_folder() {
    let commands = page("program-of-your-own.md").shell();
    let empty = tempfile::tempdir().expect("there can be one");
    let folder = empty.path().join("pages");
    let sites = presets::tutorial();
    let web = MockWeb::builder().sites(sites).start().expect("it starts");
    let program = kept("main.rs");
    let (program_only, _) = program.split_once("// ANCHOR: tests").expect("it has tests");

    let mut ran = Vec::new();
    for line in &commands {
        let arguments: Vec<_> = line.split(' ').skip(1).collect();
        match line.as_str() {
            "cargo new pages" => drop(succeed(empty.path(), &arguments)),
            "cd pages" => {
                // The versions that the lessons are built with.
                fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("it is there");
            }
            line if line.starts_with("cargo add ") => drop(succeed(&folder, &arguments)),
            line if line.starts_with("cargo run -- ") => {
                fs::write(folder.join("src/main.rs"), program_only).expect("it can be written");
                let address = |url: &str| match url.strip_prefix("http://127.0.0.1:8080") {
                    None => url.to_owned(),
                    Some(path) => match path.strip_prefix("/site/") {
                        Some(site) => web.url(site).to_owned(),
                        None => format!("{}{}", web.url("python.org").trim_end_matches('/'), path),
                    },
                };
                let addresses: Vec<_> = arguments.iter().map(|url| address(url)).collect();
                let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
                let mut printed = succeed(&folder, &addresses);
                // The longest first: the address of a missing page begins with a site's.
                let mut pairs: Vec<_> = addresses.iter().zip(&arguments).collect();
                pairs.sort_by_key(|(address, _)| usize::MAX - address.len());
                for (address, shown) in pairs {
                    printed = printed.replace(address, shown);
                }
                assert_eq!(printed, kept("output.txt"));
            }
            "cargo test" => {
                fs::write(folder.join("src/main.rs"), &program).expect("it can be written");
                assert_eq!(in_order(&succeed(&folder, &arguments)), in_order(&kept("test.txt")));
            }
            _ => panic!("the test does not know `{line}`"),
        }
        ran.push(line);
    }
    assert!(ran.len() >= 7, "{ran:?}");
    let manifest = read(&folder.join("Cargo.toml")).expect("cargo has made it");
    assert_eq!(dependencies(&manifest), dependencies(&kept("dependencies.toml")));

    fs::write(folder.join("src/main.rs"), kept("features.rs")).expect("it can be written");
    let mut errors = cargo(&folder, &["check"]).stderr;
    fs::write(folder.join("src/main.rs"), program_only).expect("it can be written");
    let without = manifest.replace(", features = [\"macros\", \"rt-multi-thread\"]", "");
    assert_ne!(without, manifest);
    fs::write(folder.join("Cargo.toml"), without).expect("it can be written");
    errors.extend(cargo(&folder, &["check"]).stderr);
    let errors = String::from_utf8_lossy(&errors);
    let explained = page("compiler.md").markdown;
    for words in MISSING_FEATURES {
        // A newer compiler may say it in other words.
        assert!(
            !same_compiler_as_the_book() || errors.contains(words),
            "the compiler does not say: {words}\n{errors}"
        );
        assert!(explained.contains(words), "compiler.md does not explain: {words}");
    }
}

/// Tests run in parallel, and how long they take differs.
fn in_order(printed: &str) -> Vec<String> {
    let mut lines: Vec<_> = printed
        .lines()
        .map(|line| line.split("; finished in").next().unwrap_or(line).to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    lines.sort();
    lines
}
