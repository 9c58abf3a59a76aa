//! For the lessons' tests: running a lesson's Python twin against the same server.

use std::env;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Runs a Python program with these arguments and returns what it printed. Set `PYTHON` to the interpreter that has
/// the packages; without it this is `python3`.
///
/// `None` where Python or one of `packages` is missing, which is said loudly, past the test harness.
///
/// # Panics
///
/// When the program fails; and, with `REQUIRE_PYTHON` set, when something is missing.
pub fn run_twin(program: &Path, packages: &[&str], arguments: &[&str]) -> Option<String> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let check = packages.iter().map(|package| format!("import {package}")).collect::<Vec<_>>().join("\n");
    let ready = Command::new(&python).args(["-c", &check]).output();
    if !ready.is_ok_and(|output| output.status.success()) {
        let missing =
            format!("{} was not run: {python} with {} is missing", program.display(), packages.join(", "));
        assert!(env::var_os("REQUIRE_PYTHON").is_none(), "{missing}");
        // Not `eprintln!`, which the test harness would keep to itself.
        let _ = writeln!(std::io::stderr(), "\nSKIPPED: {missing} (the README says how to install it)\n");
        return None;
    }
    let output = Command::new(&python)
        .arg(program)
        .args(arguments)
        // requests obeys proxy variables even for this machine.
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .output()
        .unwrap_or_else(|error| panic!("{python} does not start: {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{} failed: {}\n{out}\n{err}", program.display(), output.status);
    Some(out.into_owned())
}
