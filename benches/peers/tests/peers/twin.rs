//! Which parsers build the tree that the HTML standard prescribes: the page on speed compares their times.

use std::path::Path;

use scraper::{Html, Selector};
use testkit::run_python;

#[test]
fn scraper_builds_the_tree_of_the_html_standard() {
    let page = "<title>A page</title><table><b>bold</b><tr><td>cell</table>";
    let tree = Html::parse_document(page);

    let count = |selector| tree.select(&Selector::parse(selector).unwrap()).count();

    assert_eq!((count("b"), count("table b")), (1, 0));
}

#[test]
fn lexbor_builds_that_tree_too_but_libxml2_and_html_parser_do_not() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/html5_facts.py");
    if let Some(printed) = run_python(&program, &["bs4", "lxml", "selectolax"], &[]) {
        assert!(printed.ends_with("all true\n"), "{printed}");
    }
}
