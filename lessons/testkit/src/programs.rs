//! Runs other programs: Python, tools such as curl, and a lesson's examples. If
//! Python or a tool isn't installed, the test is skipped.

use std::env::{self, consts::EXE_SUFFIX};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Output};

use mock_server::MockWeb;

use crate::Python;

/// Runs a lesson's Python twin, the same program in Python, on the sites of a
/// web. Returns what it printed, as [`run_python`] does. `folder` is the
/// lesson's folder.
///
/// # Panics
///
/// As [`run_python`] does.
pub fn run_twin(
    folder: &str,
    twin: &str,
    packages: &[&str],
    web: &MockWeb,
) -> Option<String> {
    let urls: Vec<_> = web.sites().map(|(_, url)| url).collect();
    run_python(&Path::new(folder).join(twin), packages, &urls)
}

/// Runs a lesson's `tests/asyncio_facts.py`, which asserts what the chapter
/// says about asyncio. `folder` is the lesson's folder.
///
/// # Panics
///
/// If an assertion fails, and as [`run_python`] does.
pub fn check_asyncio_facts(folder: &str) {
    let facts = Path::new(folder).join("tests/asyncio_facts.py");
    if let Some(printed) = run_python(&facts, &[], &[]) {
        assert!(printed.ends_with("all true\n"), "{printed}");
    }
}

/// Runs a Python program with these arguments and returns what it printed. Set
/// `PYTHON` to the interpreter that has the packages; the default is `python3`,
/// or `python` on Windows. The program reaches 127.0.0.1 without a proxy.
///
/// Returns `None` if Python or one of `packages` is missing, and reports that
/// on standard error, which the test harness doesn't capture.
///
/// # Panics
///
/// If the program fails. If something is missing and `REQUIRE_TOOLS` is set.
pub fn run_python(
    program: &Path,
    packages: &[&str],
    arguments: &[&str],
) -> Option<String> {
    match Python::with(packages) {
        Ok(python) => {
            let printed = python.run(program, arguments);
            Some(printed.unwrap_or_else(|error| panic!("{error:#}")))
        }
        Err(error) => {
            skipped(&program.display().to_string(), &error.to_string())
        }
    }
}

/// Runs a program that has a `--version` option, such as curl, and returns what
/// it printed and its status, whatever that is. The program reaches 127.0.0.1
/// without a proxy.
///
/// Returns `None` if there's no such program, and reports that on standard
/// error, which the test harness doesn't capture.
///
/// # Panics
///
/// If there's no such program and `REQUIRE_TOOLS` is set.
pub fn run_tool(program: &str, arguments: &[&str]) -> Option<Output> {
    if !answers(Command::new(program).arg("--version")) {
        let command = format!("{program} {}", arguments.join(" "));
        return skipped(&command, &format!("{program} is missing"));
    }
    Some(run(Command::new(program).args(arguments)))
}

/// A command that runs one of the package's examples, which `cargo test`
/// builds.
///
/// # Panics
///
/// If it isn't called from a test that cargo has built.
pub fn example(name: &str) -> Command {
    let test = env::current_exe().expect("this test has a file");
    let folder = test.ancestors().nth(2).expect("it is in target/…/deps");
    let name = format!("{name}{EXE_SUFFIX}");
    Command::new(folder.join("examples").join(name))
}

fn answers(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

pub(crate) fn run(command: &mut Command) -> Output {
    // Many clients use a proxy from the environment even for this machine. On
    // Windows, Python prints UTF-8 only with this variable.
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    command.env("PYTHONUTF8", "1");
    let output = command.output();
    output.unwrap_or_else(|error| panic!("{command:?} doesn't start: {error}"))
}

fn skipped<T>(what: &str, reason: &str) -> Option<T> {
    let required = env::var_os("REQUIRE_TOOLS").is_some();
    assert!(!required, "{what} wasn't run: {reason}");
    // Not `eprintln!`, because the test harness would capture it. If standard
    // error is closed, there's nowhere to report it.
    let _ = writeln!(
        io::stderr(),
        "\nSKIPPED: {what} wasn't run: {reason}; \
         the README says how to install it\n"
    );
    None
}
