//! Programs that the compiler refuses, each with the right error. The book
//! shows the full messages.

use testkit::check_refused;

/// The programs in `compile_fail` and their errors. These errors have no code.
const REFUSED: [(&str, &str); 3] = [
    ("guard_across_await", "future cannot be sent between threads safely"),
    ("guard_dropped", "future cannot be sent between threads safely"),
    ("guard_in_match", "future cannot be sent between threads safely"),
];

#[test]
fn the_compiler_refuses_each_program_with_the_error_in_the_chapter() {
    check_refused(env!("CARGO_MANIFEST_DIR"), "lesson09", &REFUSED);
}
