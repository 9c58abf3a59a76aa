//! Programs that the compiler must refuse.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::programs::run;

/// Checks that the compiler refuses each program in a lesson's `compile_fail`
/// with exactly one error. `programs` lists all of them, sorted by name, each
/// with its error: a code such as `E0382`, or words of a message without a
/// code. Words change from compiler to compiler, so they are checked only with
/// the compiler that the book quotes. `folder` is the lesson's folder.
///
/// # Panics
///
/// If a program compiles or is refused for a different error, or if
/// `compile_fail` doesn't contain exactly these programs.
pub fn check_refused(folder: &str, package: &str, programs: &[(&str, &str)]) {
    let listed: Vec<_> = programs.iter().map(|(program, _)| *program).collect();
    assert_eq!(programs_in(folder), listed);
    let same_words = same_compiler_as_the_book();
    for (program, error) in programs {
        let output = run(cargo()
            .args(["check", "--quiet", "--package", package])
            .args(["--features", "does-not-compile", "--example", program])
            .current_dir(folder));
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{program} compiles");
        let errors: Vec<_> = words
            .lines()
            .filter(|line| line.starts_with("error"))
            .filter(|line| !line.starts_with("error: could not compile"))
            .collect();
        assert_eq!(errors.len(), 1, "{program}: {words}");
        let has_code = error.starts_with("E0");
        if has_code || same_words {
            assert!(errors[0].contains(error), "{program}: {words}");
        }
    }
}

/// Whether this is the compiler whose messages the book quotes. Its version is
/// recorded in `book/src/out/rustc.txt`. Tests compare exact words only with
/// that compiler.
///
/// # Panics
///
/// If there's no compiler, or no such file.
pub fn same_compiler_as_the_book() -> bool {
    let file = "../../book/src/out/rustc.txt";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let quoted = fs::read_to_string(file).expect("the book names its compiler");
    rustc_version() == quoted.trim()
}

/// The version that this compiler prints, such as
/// `rustc 1.95.0 (59807616e 2026-04-14)`.
///
/// # Panics
///
/// If there's no compiler.
pub fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or("rustc".into());
    let version = run(Command::new(rustc).arg("--version")).stdout;
    String::from_utf8_lossy(&version).trim().to_owned()
}

fn programs_in(folder: &str) -> Vec<String> {
    let files = Path::new(folder).join("compile_fail").read_dir();
    let files = files.expect("the lesson has such programs");
    let paths = files.map(|file| file.expect("it can be read").path());
    let mut programs: Vec<_> = paths
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .collect();
    programs.sort();
    programs
}

fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
}
