//! The files of the link checker import from each other in one direction, and
//! its stages not at all.

// It's formatted for the longer lines of its own package.
#[rustfmt::skip]
#[path = "../../../../mock-server/tests/web/imports.rs"]
mod imports;

/// The stages, which only send each other messages.
const STAGES: [&str; 4] = ["crawl", "fetcher", "parser", "reporter"];

#[test]
fn no_file_imports_from_one_that_imports_from_it() {
    let all = imports::read();
    assert!(all.len() > 20, "the sources weren't found: {all:?}");
    let circles = imports::circles(all);
    assert!(circles.is_empty(), "among these:\n{}", circles.join("\n"));
}

#[test]
fn no_stage_imports_from_another() {
    for (module, targets) in imports::read() {
        let Some(stage) = module.first().filter(|it| is_stage(it)) else {
            continue;
        };
        for target in targets {
            let other = target.first().filter(|it| is_stage(it));
            assert!(
                other.is_none_or(|it| it == stage),
                "{module:?}: {target:?}"
            );
        }
    }
}

fn is_stage(name: &str) -> bool {
    STAGES.contains(&name)
}
