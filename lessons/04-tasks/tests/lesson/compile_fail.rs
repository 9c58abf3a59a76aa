//! Programs that the compiler refuses, each with the right error. The book
//! shows the full messages.

use testkit::check_refused;

/// The programs in `compile_fail`, and the error of each.
const REFUSED: [(&str, &str); 5] = [
    (
        "async_block_borrows",
        "error[E0373]: async block may outlive the current function",
    ),
    ("spawn_borrows", "E0521"),
    (
        "spawn_boxed_error",
        "`(dyn std::error::Error + 'static)` cannot be sent between threads",
    ),
    // This one has no code.
    ("spawn_rc", "future cannot be sent between threads safely"),
    ("spawn_result_rc", "`Rc<str>` cannot be sent between threads safely"),
];

#[test]
fn the_compiler_refuses_each_with_the_error_that_the_chapter_names() {
    check_refused(env!("CARGO_MANIFEST_DIR"), "lesson04", &REFUSED);
}
