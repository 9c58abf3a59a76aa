//! The same program, built with each of the two ways to panic.

use std::env;
use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::watchdog;

/// Compiles `tests/programs/catch_unwind.rs` with a way to panic. Tokio catches the panic of a task as this program does.
fn compiled(panic: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let program = format!("panic_{panic}{EXE_SUFFIX}");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(program);
    let rustc = env::var_os("RUSTC").unwrap_or("rustc".into());
    let status = Command::new(rustc)
        .arg(folder.join("catch_unwind.rs"))
        .args(["--edition", "2024", "-C", &format!("panic={panic}"), "-o"])
        .arg(&program)
        .status();
    assert!(status.expect("there is a compiler").success());
    program
}

#[test]
fn with_panic_abort_a_panic_ends_the_process_and_nothing_can_catch_it() {
    let _watchdog = watchdog();
    let run = |panic| {
        let output = Command::new(compiled(panic)).output();
        let output = output.expect("it starts");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), printed)
    };
    assert_eq!(run("unwind"), (true, "caught\n".to_owned()));
    assert_eq!(run("abort"), (false, String::new()));
}
