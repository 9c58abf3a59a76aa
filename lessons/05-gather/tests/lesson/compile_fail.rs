//! Programs that the compiler refuses, each with the right error. The book
//! shows the full messages.

use testkit::check_refused;

/// The programs in `compile_fail`, and the error of each.
const REFUSED: [(&str, &str); 2] = [
    ("clone_receiver", "E0599"),
    // This one has no code.
    ("not_general_enough", "implementation of `FnOnce` is not general enough"),
];

#[test]
fn the_compiler_refuses_each_with_the_error_that_the_chapter_names() {
    check_refused(env!("CARGO_MANIFEST_DIR"), "lesson05", &REFUSED);
}
