//! What a panic in a task ends.

use std::env;
use std::future::{pending, ready};
use std::process::Command;

use testkit::watchdog;

use crate::examples::panic_ends;

#[tokio::test]
async fn a_panic_ends_the_function_that_awaits_the_task_and_no_other() {
    let _watchdog = watchdog();
    panic_ends::forgotten(ready(())).await;

    let awaited = tokio::spawn(panic_ends::awaited(pending())).await;
    let error = awaited.expect_err("it passes the panic on");
    let panic = error.into_panic();
    assert_eq!(panic.downcast_ref(), Some(&"the worker has a bug"));
}

/// Run by the test below, in a process of its own.
#[tokio::test]
#[ignore = "it ends its process"]
async fn a_panic_under_the_hook() {
    panic_ends::exit_on_panic();
    panic_ends::forgotten(pending()).await;
}

#[test]
fn the_hook_ends_a_program_that_has_forgotten_the_task() {
    let _watchdog = watchdog();
    let mut child = Command::new(env::current_exe().expect("it is running"));
    child.args(["--ignored", "--exact", "panics::a_panic_under_the_hook"]);
    let output = child.output().expect("it starts");
    assert_eq!(output.status.code(), Some(70), "{output:?}");
}
