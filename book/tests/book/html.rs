//! The book as mdBook builds it: no warning, no link that leads nowhere, nothing that a screen reader cannot read.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use book::root;
use lesson10::filter::Filter;
use lesson10::frontier::InMemory;
use lesson10::mock_site::options;
use lesson10::progress::Progress;
use lesson10::report::Style;
use lesson10::{Options, check};
use mock_server::{MockWeb, Site};
use scraper::{ElementRef, Html, Selector};
use testkit::{PATIENT, WATCHDOG, run_python, run_tool};
use tokio_util::sync::CancellationToken;
use walkdir::WalkDir;

fn select<'a>(page: &'a Html, selector: &'static str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("it is a selector")).collect()
}

/// Builds the book into a folder of the test's own; `None` where there is no mdBook.
fn build(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let (book, html) = (root().join("book"), folder.to_string_lossy().into_owned());
    let output = run_tool("mdbook", &["build", "--dest-dir", &html, &book.to_string_lossy()])?;
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(!said.contains("WARN") && !said.contains("ERROR"), "mdBook is not content:\n{said}");
    Some(folder)
}

/// The pages by their file names, without mdBook's own page for what is not found.
fn pages(folder: &Path) -> BTreeMap<String, Html> {
    let mut pages = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("it is built") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        if name.ends_with(".html") && name != "404.html" {
            pages.insert(name, Html::parse_document(&fs::read_to_string(&path).expect("it can be read")));
        }
    }
    assert!(pages.len() > 6, "{:?}", pages.keys());
    pages
}

/// The built book as a site of the mock web.
fn site_of(folder: &Path) -> Site {
    let mut site = Site::new("book.example");
    for file in WalkDir::new(folder).into_iter().map(|entry| entry.expect("it can be read")) {
        if !file.file_type().is_file() {
            continue;
        }
        let kind = match file.path().extension().and_then(OsStr::to_str) {
            Some("html") => "text/html; charset=utf-8",
            Some("css") => "text/css",
            Some("svg") => "image/svg+xml",
            _ => "application/octet-stream",
        };
        let below = file.path().strip_prefix(folder).expect("it's in the folder");
        let names: Vec<_> = below.iter().map(|name| name.to_string_lossy()).collect();
        let body = fs::read(file.path()).expect("it can be read");
        site = match names.join("/").as_str() {
            "index.html" => site.page(body.clone()).also("/index.html", kind, body),
            name => site.also(&format!("/{name}"), kind, body),
        };
    }
    site
}

/// The capstone's link checker checks the book that explains it.
#[tokio::test]
async fn no_link_within_the_built_book_is_broken() {
    let Some(folder) = build("links") else { return };
    let pages = pages(&folder).len();
    let web = MockWeb::builder().sites([site_of(&folder)]).start().expect("the web starts");
    let _watchdog = web.watchdog(WATCHDOG);
    let options = options(&web, "book.example", PATIENT).expect("it has an address");
    let filter = Filter { no_external: true, ..Filter::default() };
    let options = Options { filter, ..options };
    let (progress, stop) = (Progress::hidden(), CancellationToken::new());
    let report = check(&options, InMemory::new(10_000, 16), &progress, &stop).await;
    let report = report.expect("a frontier in memory doesn't fail");
    let mut printed = Vec::new();
    report.write_table(&mut printed, Style::default()).expect("there's room");
    assert!(report.broken.is_empty(), "{}", String::from_utf8_lossy(&printed));
    assert!(report.incomplete.is_empty(), "{:?}", report.incomplete);
    // Each page except the one for printing, which no page has a link to, with its links and pictures.
    assert!(report.visited >= pages && report.fine > 10 * pages, "{} of {pages}", report.visited);
}

#[test]
fn the_built_pages_can_be_read_without_eyes() {
    let Some(folder) = build("structure") else { return };
    let mut pictures = 0;
    for (name, page) in pages(&folder) {
        assert!(!page.html().contains("{{#"), "{name}: an include is left");
        for image in select(&page, "main img") {
            assert!(
                image.attr("alt").is_some_and(|words| !words.is_empty()),
                "{name}: a picture without words"
            );
        }
        for svg in select(&page, "svg.timeline") {
            pictures += 1;
            for part in ["title", "desc"] {
                let part = Selector::parse(part).expect("it is a selector");
                let words = svg.select(&part).next().map(|part| part.text().collect::<String>());
                assert!(words.is_some_and(|words| !words.is_empty()), "{name}: a timeline without words");
            }
        }
        // The page for printing has all chapters, and the frame of the navigation none.
        if matches!(name.as_str(), "print.html" | "toc.html") {
            continue;
        }
        check_headings(&name, &page);
        let ids: Vec<_> = select(&page, "[id]").iter().filter_map(|element| element.attr("id")).collect();
        assert_eq!(
            ids.len(),
            ids.iter().collect::<BTreeSet<_>>().len(),
            "{name}: an id is there twice: {ids:?}"
        );
    }
    assert!(pictures > 3, "{pictures} timelines");
}

/// One at the top, and none that skips a level.
fn check_headings(name: &str, page: &Html) {
    let headings = select(page, "main :is(h1, h2, h3, h4, h5, h6)");
    let levels: Vec<u32> =
        headings.iter().filter_map(|heading| heading.value().name()[1..].parse().ok()).collect();
    assert_eq!(levels.first(), Some(&1), "{name}");
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{name}: {levels:?}");
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{name}: {levels:?}");
}

#[test]
fn a_browser_shows_every_page_as_it_should() {
    const BROWSER: &str = "chromium-headless-shell";
    let Some(folder) = build("browser") else { return };
    let Some(_) = run_tool(BROWSER, &["--version"]) else { return };
    let program = root().join("book/tests/browser.py");
    let packages = ["playwright", "axe_playwright_python"];
    let Some(printed) = run_python(&program, &packages, &[BROWSER, &folder.to_string_lossy()]) else {
        return;
    };
    assert!(printed.ends_with("all as it should be\n"), "{printed}");
}
