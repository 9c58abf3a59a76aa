//! Programs that aren't Rust, where they're installed.

use std::env::{self, consts::EXE_SUFFIX};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Output};

use mock_server::MockWeb;

/// Runs a lesson's Python twin on the sites of a web and returns what it
/// printed, as [`run_python`] does. `folder` is the lesson's.
///
/// # Panics
///
/// As [`run_python`].
pub fn run_twin(
    folder: &str,
    twin: &str,
    packages: &[&str],
    web: &MockWeb,
) -> Option<String> {
    let urls: Vec<_> = web.sites().map(|(_, url)| url).collect();
    run_python(&Path::new(folder).join(twin), packages, &urls)
}

/// Runs `tests/asyncio_facts.py` of a lesson: what its chapter says about
/// asyncio, as assertions. `folder` is the lesson's.
///
/// # Panics
///
/// When an assertion fails; and as [`run_python`].
pub fn check_asyncio_facts(folder: &str) {
    let facts = Path::new(folder).join("tests/asyncio_facts.py");
    if let Some(printed) = run_python(&facts, &[], &[]) {
        assert!(printed.ends_with("all true\n"), "{printed}");
    }
}

/// Runs a Python program with these arguments and returns what it printed. Set
/// `PYTHON` to the interpreter that has the packages; the default is `python3`,
/// or `python` on Windows. Proxy variables don't reach it.
///
/// `None` where Python or one of `packages` is missing; standard error says so,
/// past the test harness.
///
/// # Panics
///
/// When the program fails; and, with `REQUIRE_TOOLS` set, when something is
/// missing.
pub fn run_python(
    program: &Path,
    packages: &[&str],
    arguments: &[&str],
) -> Option<String> {
    let python = python();
    let imports: Vec<_> =
        packages.iter().map(|package| format!("import {package}")).collect();
    if !answers(Command::new(&python).args(["-c", &imports.join("\n")])) {
        let missing = format!("{python} with {}", packages.join(", "));
        return skipped(&program.display().to_string(), &missing);
    }
    let output = run(Command::new(&python).arg(program).args(arguments));
    let printed = lines_of(&output.stdout);
    let errors = lines_of(&output.stderr);
    let (program, status) = (program.display(), output.status);
    assert!(
        status.success(),
        "{program} failed: {status}\n{printed}\n{errors}"
    );
    Some(printed)
}

/// Runs a program that answers to `--version`, such as curl, and returns what
/// it printed and its status, whatever that is. Proxy variables don't reach it.
///
/// `None` where there's no such program; standard error says so, past the test
/// harness.
///
/// # Panics
///
/// With `REQUIRE_TOOLS` set, when there's no such program.
pub fn run_tool(program: &str, arguments: &[&str]) -> Option<Output> {
    if !answers(Command::new(program).arg("--version")) {
        let command = format!("{program} {}", arguments.join(" "));
        return skipped(&command, program);
    }
    Some(run(Command::new(program).args(arguments)))
}

/// A program of the package's `examples`, which `cargo test` builds.
///
/// # Panics
///
/// When this isn't called from a test that cargo has built.
pub fn example(name: &str) -> Command {
    let test = env::current_exe().expect("this test has a file");
    let folder = test.ancestors().nth(2).expect("it is in target/…/deps");
    let name = format!("{name}{EXE_SUFFIX}");
    Command::new(folder.join("examples").join(name))
}

/// The interpreter that runs the Python programs.
pub(crate) fn python() -> String {
    let default = if cfg!(windows) { "python" } else { "python3" };
    env::var("PYTHON").unwrap_or_else(|_| default.to_owned())
}

fn answers(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

pub(crate) fn run(command: &mut Command) -> Output {
    // Many clients obey proxy variables even for this machine. Windows prints
    // UTF-8 only when it's told to.
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    command.env("PYTHONUTF8", "1");
    let output = command.output();
    output.unwrap_or_else(|error| panic!("{command:?} doesn't start: {error}"))
}

/// What a program printed, with the line ends of Unix.
fn lines_of(printed: &[u8]) -> String {
    String::from_utf8_lossy(printed).replace("\r\n", "\n")
}

fn skipped<T>(what: &str, missing: &str) -> Option<T> {
    let required = env::var_os("REQUIRE_TOOLS").is_some();
    assert!(!required, "{what} wasn't run: {missing} is missing");
    // Not `eprintln!`, because the test harness would swallow it. If standard
    // error is closed, there's nowhere to say it.
    let _ = writeln!(
        io::stderr(),
        "\nSKIPPED: {what} wasn't run: {missing} is missing; \
         the README says how to install it\n"
    );
    None
}
