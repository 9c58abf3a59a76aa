//! What the compiler refuses, and by which error. Its words are in the book, as the compiler says them that the course
//! was written with.

use mock_server::testing::check_refused;

/// The programs in `compile_fail`, and the error that each is.
const REFUSED: [(&str, &str); 1] = [("boxed_error", "E0277")];

#[test]
fn the_compiler_refuses_each_with_the_error_that_the_chapter_names() {
    check_refused(env!("CARGO_MANIFEST_DIR"), "lesson06", &REFUSED);
}
