//! The labs' WebAssembly was made from the sources as they are, and from the same Tokio as the lessons.

use std::collections::BTreeMap;

use book::lab;
use book::pages::read;
use book::root;

#[test]
fn the_webassembly_was_built_from_the_sources_as_they_are() {
    let is_stale = lab::is_stale().expect("the files can be read");
    assert!(!is_stale, "the labs' sources have changed; build their WebAssembly: {}", lab::BUILD);
}

#[test]
fn the_script_that_draws_timelines_is_the_one_of_the_live_page() {
    let is_current = lab::has_current_renderer().expect("both can be read");
    assert!(is_current, "mock-server's timeline.js has changed; copy it into the book: {}", lab::BUILD);
}

#[test]
fn the_webassembly_says_nothing_about_the_machine_that_built_it() {
    let wasm = std::fs::read(lab::wasm_file()).expect("it's there");
    let text = String::from_utf8_lossy(&wasm);
    for part in ["/home/", "/root/", "Users", "index.crates.io", "registry/src"] {
        assert!(!text.contains(part), "it has a path with {part}");
    }
    // Panics and Tokio's places do have a name.
    assert!(text.contains("bounded.rs"));
}

/// The versions of each crate in a lock file.
fn versions(name: &str) -> BTreeMap<String, Vec<String>> {
    let lock = read(&root().join(name)).expect("it's there");
    let mut versions: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let value = |line: &str, key: &str| Some(line.strip_prefix(key)?.trim_matches('"').to_owned());
    for package in lock.split("[[package]]").skip(1) {
        let find = |key| package.lines().find_map(|line| value(line, key)).expect("a package has it");
        versions.entry(find("name = ")).or_default().push(find("version = "));
    }
    versions
}

#[test]
fn the_labs_run_on_the_crates_that_the_lessons_use() {
    let (labs, lessons) = (versions("book/lab/Cargo.lock"), versions("Cargo.lock"));
    for name in ["tokio", "tokio-util", "futures", "futures-util", "backon", "tower", "fastrand", "http"] {
        assert!(labs[name].iter().all(|version| lessons[name].contains(version)), "{name}: {:?}", labs[name]);
    }
}
