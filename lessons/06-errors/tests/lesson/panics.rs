//! What a panic ends, and who learns about it.

use std::future::pending;
use std::path::{Path, PathBuf};
use std::process::Command;

use mock_server::Watchdog;

use crate::examples::panic;
use crate::webs::WATCHDOG;

#[tokio::test]
async fn a_panic_ends_its_task_and_is_an_error_for_the_one_that_waits_for_it() {
    assert_eq!(panic::total_size().await, 9_000);
    let page_7 = vec!["page 7 has a bug".to_owned()];
    assert_eq!(panic::total_and_panics().await, (9_000, page_7));
    let plain = tokio::spawn(async { std::panic!("plain words") });
    let plain = plain.await.expect_err("it panics");
    assert_eq!(panic::panic_message(plain), "plain words");
    let aborted = tokio::spawn(pending::<()>());
    aborted.abort();
    let aborted = aborted.await.expect_err("it is aborted");
    assert_eq!(panic::panic_message(aborted), "aborted");
    let joined = tokio::spawn(panic::join_all()).await;
    let joined = joined.expect_err("it panics, too");
    assert_eq!(panic::panic_message(joined), "page 7 has a bug");
}

/// Compiles `tests/programs/catch_unwind.rs` with a way to panic. Tokio catches the panic of a task as this program does.
fn compiled(panic: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let program =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("panic_{panic}"));
    let rustc = std::env::var_os("RUSTC").unwrap_or("rustc".into());
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
    let _watchdog = Watchdog::start(WATCHDOG, || vec!["rustc".to_owned()]);
    let run = |panic| {
        let output = Command::new(compiled(panic)).output();
        let output = output.expect("it starts");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), printed)
    };
    assert_eq!(run("unwind"), (true, "caught\n".to_owned()));
    assert_eq!(run("abort"), (false, String::new()));
}
