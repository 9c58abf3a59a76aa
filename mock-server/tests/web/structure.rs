//! The files of the crate import from each other in one direction only.

use crate::imports;

#[test]
fn no_file_imports_from_one_that_imports_from_it() {
    let all = imports::read();
    assert!(all.len() > 30, "the sources weren't found: {all:?}");
    let of_body = &all[&vec!["fault".to_owned(), "body".to_owned()]];
    assert!(of_body.contains(&vec!["wire".to_owned(), "script".to_owned()]), "{of_body:?}");
    let circles = imports::circles(all);
    assert!(circles.is_empty(), "there are circles among these:\n{}", circles.join("\n"));
}
