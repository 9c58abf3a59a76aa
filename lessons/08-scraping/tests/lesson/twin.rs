//! The Python twin and the lesson report the same about the same server, except
//! where the chapter says otherwise.

use std::path::Path;

use lesson08::fetch_all;
use mock_server::{MockWeb, presets};
use testkit::{
    PATIENT, check_asyncio_facts, quick_tutorial, run_python, run_twin, start,
};

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");
const PACKAGES: [&str; 2] = ["aiohttp", "bs4"];

#[tokio::test]
async fn the_python_twin_reports_the_same_titles_and_fetches_concurrently() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));

    let Some(printed) = run_twin(FOLDER, "lesson08.py", &PACKAGES, &web) else {
        return;
    };

    let client = lesson08::client().expect("a client");
    for (site, title) in sites.iter().zip(fetch_all(&client, &sites).await) {
        let title = title.expect("a page").expect("a title");
        let report = format!("{}: {title}\n", site.url);
        assert!(printed.contains(&report), "{report}{printed}");
    }
}

#[test]
fn the_python_twin_prints_escapes_and_fails_where_only_the_page_names_its_encoding()
 {
    let wanted = [
        "escape.example",
        "latin1.example",
        "latin1-meta.example",
        "invalid-utf8.example",
        "empty-title.example",
    ];
    let sites = presets::hostile().into_iter();
    let sites = sites.filter(|site| wanted.contains(&&*site.name));
    let (web, _sites, _watchdog) = start(MockWeb::builder().sites(sites));

    let Some(printed) = run_twin(FOLDER, "lesson08.py", &PACKAGES, &web) else {
        return;
    };

    let check = |name: &str, title: &str| {
        let report = format!("{}: {title}", web.url(name));
        assert!(printed.contains(&report), "{report}{printed}");
    };
    check("escape.example", "\u{1b}[31mred\u{1b}[2J");
    check("latin1.example", "Café crème\n");
    check("latin1-meta.example", "UnicodeDecodeError('utf-8'");
    check("invalid-utf8.example", "UnicodeDecodeError('utf-8'");
    check("empty-title.example", "None\n");
}

#[test]
fn what_the_chapter_says_about_asyncio_is_true() {
    check_asyncio_facts(FOLDER);
}

/// Runs a Python program of assertions that needs these packages.
fn check_facts(program: &str, packages: &[&str]) {
    let program = Path::new(FOLDER).join("tests").join(program);
    if let Some(printed) = run_python(&program, packages, &[]) {
        assert!(printed.ends_with("all true\n"), "{printed}");
    }
}

#[test]
fn what_the_chapter_says_about_beautiful_soup_is_true() {
    check_facts("soup_facts.py", &["bs4"]);
}

#[test]
fn what_the_chapter_says_about_the_gil_is_true() {
    check_facts("gil_facts.py", &["bs4", "lxml"]);
}
