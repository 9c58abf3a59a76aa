//! For tests: clients that are not Rust, where they are on the machine.

use std::env;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

/// Runs a Python program with these arguments and returns what it printed. Set `PYTHON` to the interpreter that has
/// the packages; without it this is `python3`. Proxy variables are kept from it.
///
/// `None` where Python or one of `packages` is missing, which is said loudly, past the test harness.
///
/// # Panics
///
/// When the program fails; and, with `REQUIRE_TOOLS` set, when something is missing.
pub fn run_python(program: &Path, packages: &[&str], arguments: &[&str]) -> Option<String> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let check = packages.iter().map(|package| format!("import {package}")).collect::<Vec<_>>().join("\n");
    if !answers(Command::new(&python).args(["-c", &check])) {
        let missing = format!("{python} with {}", packages.join(", "));
        return skipped(&program.display().to_string(), &missing);
    }
    let output = run(Command::new(&python).arg(program).args(arguments));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} failed: {}\n{out}\n{err}", program.display(), output.status);
    Some(out.into_owned())
}

/// Runs a program that answers to `--version`, such as curl, and returns what it printed and its status, whatever
/// that is. Proxy variables are kept from it.
///
/// `None` where there is no such program, which is said loudly, past the test harness.
///
/// # Panics
///
/// With `REQUIRE_TOOLS` set, when there is no such program.
pub fn run_tool(program: &str, arguments: &[&str]) -> Option<Output> {
    if !answers(Command::new(program).arg("--version")) {
        return skipped(&format!("{program} {}", arguments.join(" ")), program);
    }
    Some(run(Command::new(program).args(arguments)))
}

fn answers(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn run(command: &mut Command) -> Output {
    // Many a client obeys proxy variables even for this machine.
    command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"))
}

fn skipped<T>(what: &str, missing: &str) -> Option<T> {
    assert!(env::var_os("REQUIRE_TOOLS").is_none(), "{what} was not run: {missing} is missing");
    // Not `eprintln!`, which the test harness would keep to itself. With no standard error there is nobody to tell.
    let _ = writeln!(
        std::io::stderr(),
        "\nSKIPPED: {what} was not run: {missing} is missing; the README has more\n"
    );
    None
}
