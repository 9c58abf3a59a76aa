//! Programs that the compiler refuses, each with the right error. The book
//! shows the full messages.

use testkit::check_refused;

/// The programs in `compile_fail`, and the error of each. It has no code.
const REFUSED: [(&str, &str); 2] = [
    ("html_dropped", "future cannot be sent between threads safely"),
    ("html_held", "future cannot be sent between threads safely"),
];

#[test]
fn the_compiler_rejects_each_with_the_error_that_the_chapter_names() {
    check_refused(env!("CARGO_MANIFEST_DIR"), "lesson08", &REFUSED);
}
