//! Programs that the compiler refuses, each with the right error. The book
//! shows the full messages.

use testkit::check_refused;

/// The programs in `compile_fail`, and the error that each is.
const REFUSED: [(&str, &str); 15] = [
    ("async_block_type", "E0282"),
    ("async_closure_send", "implementation of `Send` is not general enough"),
    ("await_twice", "E0382"),
    ("closure_await", "E0728"),
    ("closure_escape", "captured variable cannot escape `FnMut` closure body"),
    ("closure_lifetime", "lifetime may not live long enough"),
    ("dyn_async_trait", "E0038"),
    ("forgotten_await", "E0277"),
    ("if_else_futures", "E0308"),
    ("poll_method", "no method named `poll` found"),
    ("poll_unpinned", "cannot be unpinned"),
    (
        "question_mark_convert",
        "`?` couldn't convert the error to `reqwest::Error`",
    ),
    (
        "question_mark_unit",
        "the `?` operator can only be used in an async block that returns",
    ),
    ("unboxed_recursion", "E0733"),
    ("unused_future", "unused implementer of `Future` that must be used"),
];

#[test]
fn the_compiler_refuses_each_with_the_error_that_the_chapter_names() {
    check_refused(env!("CARGO_MANIFEST_DIR"), "lesson03", &REFUSED);
}
