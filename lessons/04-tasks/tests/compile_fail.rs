//! What the compiler refuses, and by which error. Its words are in the book,
//! as the compiler says them that the course was written with.

use std::path::Path;
use std::process::Command;

/// The programs in `compile_fail`, and the error that each is.
const REFUSED: [(&str, &str); 2] = [
    ("spawn_borrows", "E0521"),
    // This one has no code.
    ("spawn_rc", "future cannot be sent between threads safely"),
];

#[test]
fn the_compiler_refuses_each_with_the_error_that_the_chapter_names() {
    for (example, code) in REFUSED {
        let output = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--package", "lesson04"])
            .args(["--features", "does-not-compile", "--example", example])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo starts");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{example} compiles");
        let errors: Vec<_> = words
            .lines()
            .filter(|line| line.starts_with("error"))
            .filter(|line| !line.starts_with("error: could not compile"))
            .collect();
        assert!(
            errors.len() == 1 && errors[0].contains(code),
            "{example}: {words}"
        );
    }
}

#[test]
fn every_program_that_is_to_be_refused_is_tested() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("compile_fail");
    let mut found: Vec<_> = folder
        .read_dir()
        .expect("there is such a folder")
        .map(|entry| entry.expect("it can be read").path())
        .filter_map(|path| {
            Some(path.file_stem()?.to_string_lossy().into_owned())
        })
        .collect();
    found.sort();
    assert_eq!(found, REFUSED.map(|(example, _)| example));
}
