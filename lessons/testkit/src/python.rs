//! A Python interpreter.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{bail, ensure};

use crate::programs::run;

/// A Python interpreter that has the packages a program needs.
#[derive(Debug)]
pub struct Python(String);

impl Python {
    /// Finds the interpreter: the one that `PYTHON` names, or `python3`, which
    /// is `python` on Windows.
    ///
    /// # Errors
    ///
    /// If it, or one of the packages, is missing.
    pub fn with(packages: &[&str]) -> anyhow::Result<Python> {
        let python = name();
        let imports: Vec<_> = packages
            .iter()
            .map(|package| format!("import {package}"))
            .collect();
        let tried =
            Command::new(&python).args(["-c", &imports.join("\n")]).output();
        if tried.is_ok_and(|tried| tried.status.success()) {
            return Ok(Python(python));
        }
        if packages.is_empty() {
            bail!("{python} is missing; set PYTHON to one");
        }
        let packages = packages.join(" and ");
        bail!("{python} with {packages} is missing; set PYTHON to one")
    }

    /// Runs a program with these arguments and returns what it prints. The
    /// program reaches 127.0.0.1 without a proxy.
    ///
    /// # Errors
    ///
    /// If it fails.
    pub fn run(
        &self,
        program: &Path,
        arguments: &[&str],
    ) -> anyhow::Result<String> {
        let output = run(Command::new(&self.0).arg(program).args(arguments));
        let (printed, errors) =
            (lines_of(&output.stdout), lines_of(&output.stderr));
        let (program, status) = (program.display(), output.status);
        ensure!(
            status.success(),
            "{program} failed: {status}\n{printed}\n{errors}"
        );
        Ok(printed)
    }
}

/// The command that starts the interpreter.
pub(crate) fn name() -> String {
    let default = if cfg!(windows) { "python" } else { "python3" };
    env::var("PYTHON").unwrap_or_else(|_| default.to_owned())
}

/// What a program printed, with Unix line endings.
fn lines_of(printed: &[u8]) -> String {
    // On Windows Python prints "\r\n" for each "\n".
    let line_end = if cfg!(windows) { "\r\n" } else { "\n" };
    String::from_utf8_lossy(printed).replace(line_end, "\n")
}
