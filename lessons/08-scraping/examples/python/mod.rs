//! Runs this lesson's Python programs.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{bail, ensure};

/// A Python interpreter that has the packages a program needs.
pub struct Python(String);

impl Python {
    /// `PYTHON`, or `python3`, which is `python` on Windows.
    pub fn with(packages: [&str; 2]) -> anyhow::Result<Python> {
        let default = if cfg!(windows) { "python" } else { "python3" };
        let python = env::var("PYTHON").unwrap_or_else(|_| default.to_owned());
        let imports = format!("import {}", packages.join(", "));
        let tried = Command::new(&python).args(["-c", &imports]).output();
        if !tried.is_ok_and(|tried| tried.status.success()) {
            let packages = packages.join(" and ");
            bail!("{python} with {packages} is missing; set PYTHON to one");
        }
        Ok(Python(python))
    }

    /// Runs a program of this lesson's folder and returns what it prints.
    pub fn run(
        &self,
        program: &str,
        arguments: &[&str],
    ) -> anyhow::Result<String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(program);
        let output = Command::new(&self.0)
            .arg(path)
            .args(arguments)
            // Else Windows encodes it as it does for old programs.
            .env("PYTHONUTF8", "1")
            .output()?;
        let errors = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{program} failed: {errors}");
        let printed = String::from_utf8_lossy(&output.stdout);
        // On Windows Python prints "\r\n" for each "\n".
        let line_end = if cfg!(windows) { "\r\n" } else { "\n" };
        Ok(printed.replace(line_end, "\n"))
    }
}
