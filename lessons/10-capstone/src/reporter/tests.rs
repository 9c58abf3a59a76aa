use std::collections::BTreeSet;
use std::time::Duration;

use url::Url;

use super::*;
use crate::error::LinkError;
use crate::message::NotUrl;
use crate::page::anchors::{AnchorName, Anchors};
use crate::report::Style;

fn url(path: &str) -> Url {
    Url::parse(&format!("http://a.example/{path}")).expect("it is a URL")
}

fn reporter() -> Reporter {
    Reporter::new(&Options::new(url(""), Duration::from_secs(1)))
}

/// A reporter with room for this many bytes of links, and of anchors.
fn small_reporter(link_bytes: usize, anchor_bytes: usize) -> Reporter {
    let mut web = Web::new(link_bytes, anchor_bytes);
    web.add_link(None, &url(""), "the start URL");
    Reporter { web, ..reporter() }
}

fn visit(path: &str, outcome: Outcome, links: &[&str]) -> Visit {
    let job = Job { url: url(path), inside: true, depth: 1, hops: 0 };
    let link = |to: &&str| Link { text: (*to).to_owned(), to: Ok(url(to)) };
    let links = links.iter().map(link).collect();
    Visit { job, outcome, page: Page { links, ..Page::default() } }
}

/// A page with these anchors.
fn page(path: &str, anchors: &[&str], links: &[&str]) -> Visit {
    let mut visit = visit(path, Outcome::Fine, links);
    let anchors: Vec<_> =
        anchors.iter().map(|name| AnchorName::new(name)).collect();
    visit.page.anchors = Some(anchors.into());
    visit
}

fn lost() -> Outcome {
    Outcome::Broken(LinkError::Refused)
}

fn table(reporter: Reporter) -> String {
    let mut table = Vec::new();
    let report = reporter.report();
    report.write_table(&mut table, Style::default()).expect("there is room");
    String::from_utf8(table).expect("it is text")
}

#[test]
fn the_report_does_not_depend_on_what_arrives_first() {
    let links = ["lost", "lost#b", "moved#a", "page#a", "page#b", "mailto:x"];
    let mut all: Vec<_> = (0..9)
        .map(|n| (n.to_string(), Outcome::Fine, links.as_slice()))
        .collect();
    all.extend([
        ("lost".to_owned(), lost(), [].as_slice()),
        ("moved".to_owned(), Outcome::Redirect(url("page")), &[]),
        ("page".to_owned(), Outcome::Fine, &[]),
        (String::new(), Outcome::Fine, &[]),
    ]);
    let tables: BTreeSet<_> = (0..all.len())
        .map(|first| {
            let mut reporter = reporter();
            let (after, before) = all.split_at(first);
            for (path, outcome, links) in before.iter().chain(after) {
                let mut visit = visit(path, outcome.clone(), links);
                if path == "page" {
                    visit.page.anchors = Some(Anchors::default());
                }
                reporter.add_visit(visit);
            }
            table(reporter)
        })
        .collect();
    let tables: Vec<_> = tables.into_iter().collect();
    let [table] = tables.as_slice() else { panic!("{tables:#?}") };
    let start = "4 broken URLs on this site:\n\
                 http://a.example/page: the page has none of 2 anchors \
                 (27 links)\n";
    assert!(table.starts_with(start), "{table}");
    let lost = "http://a.example/lost: the connection was refused (18 links)\n    \
                on http://a.example/0 \"lost\"\n    \
                on http://a.example/0 \"lost#b\"\n";
    assert!(table.contains(lost), "{table}");
    assert!(table.contains("    and 13 more\n"), "{table}");
}

#[test]
fn a_broken_url_is_one_entry_whatever_the_fragments_of_its_links() {
    let mut reporter = reporter();
    let links: Vec<_> = (0..1_000).map(|n| format!("lost#{n}")).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    reporter.add_visit(page("", &[], &links));
    reporter.add_visit(visit("lost", lost(), &[]));
    let report = reporter.report();
    let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
    assert_eq!(broken.link, "http://a.example/lost");
    assert_eq!((broken.count, broken.occurrences.len()), (1_000, 1_000));
    assert_eq!(report.links, 1_000);
}

#[test]
fn a_missing_anchor_is_an_entry_with_its_fragment() {
    let mut reporter = reporter();
    let links = ["p#there", "p#gone", "p#gone", "moved#gone", "p", "own"];
    reporter.add_visit(page("", &[], &links));
    reporter.add_visit(page("p", &["there"], &[]));
    reporter.add_visit(visit("moved", Outcome::Redirect(url("p")), &[]));
    reporter.add_visit(visit("own", Outcome::Redirect(url("p#lost")), &[]));
    let report = reporter.report();
    let broken: Vec<_> = report
        .broken
        .iter()
        .map(|one| (one.link.as_str(), one.count))
        .collect();
    let expected = [
        ("http://a.example/p#gone", 2),
        ("http://a.example/moved#gone", 1),
        ("http://a.example/own", 1),
    ];
    assert_eq!(broken, expected);
    assert_eq!(report.broken[0].occurrences.len(), 1, "the same text, twice");
    let redirected_to = report.broken[1].redirected_to.as_ref();
    assert_eq!(redirected_to, Some(&url("p")));
    assert_eq!((report.fine, report.links), (3, 6));
    let mut table = Vec::new();
    report.write_table(&mut table, Style::default()).expect("there is room");
    let table = String::from_utf8(table).expect("it is text");
    let group = "http://a.example/p: the page has none of 2 anchors (4 links)\n    \
                 #gone on http://a.example/ \"p#gone\"\n    \
                 #gone on http://a.example/ \"moved#gone\" \
                 (by way of http://a.example/moved#gone)\n    \
                 #lost on http://a.example/ \"own\" \
                 (by way of http://a.example/own)\n\n";
    assert!(table.contains(group), "{table}");
}

#[test]
fn a_text_that_is_no_url_is_kept_apart_from_a_url_that_looks_like_it() {
    let mut reporter = reporter();
    let mut visit = page("", &[], &["lost"]);
    let error = url::ParseError::EmptyHost;
    let href = "http://a.example/lost".to_owned();
    let to = Err(NotUrl { href, error });
    visit.page.links.push(Link { text: "x".to_owned(), to });
    reporter.add_visit(visit);
    reporter.add_visit(self::visit("lost", lost(), &[]));
    let report = reporter.report();
    assert_eq!(report.broken.len(), 2, "{report:?}");
    assert_ne!(
        report.broken[0].error.to_string(),
        report.broken[1].error.to_string()
    );
}

#[test]
fn the_memory_for_links_is_limited_and_the_others_are_counted() {
    let mut reporter = small_reporter(10_000, 1_000);
    let links: Vec<_> = (0..1_000).map(|n| n.to_string()).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    reporter.add_visit(page("", &[], &links));
    reporter.add_visit(visit("0", lost(), &["0"]));
    reporter.add_visit(visit("1", Outcome::Redirect(url("new")), &[]));
    reporter.add_visit(visit("new", Outcome::Fine, &["0"]));
    let report = reporter.report();
    let not_reached = report.skipped[&SkipReason::NotReached];
    assert!(not_reached > 20, "there's room for some: {report:?}");
    assert!(report.forgotten > 900, "{report:?}");
    assert_eq!(report.links + not_reached + report.forgotten, 1_002);
    assert!(report.limits.contains(&Limit::LinkMemory));
    assert_eq!(report.broken.len(), 1, "the first link was remembered");
    let mut table = Vec::new();
    report.write_table(&mut table, Style::default()).expect("there is room");
    let table = String::from_utf8(table).expect("it is text");
    let note = format!(
        "Skipped {} links: the memory for links is full\n",
        report.forgotten
    );
    assert!(table.contains(&note), "{table}");
}

#[test]
fn the_memory_for_anchors_is_limited_and_links_to_the_others_are_counted() {
    let mut reporter = small_reporter(10_000, 200);
    let links = ["few#gone", "many#gone", "many#top", "many", "few"];
    reporter.add_visit(page("", &[], &links));
    let many: Vec<_> = (0..100).map(|n| n.to_string()).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    reporter.add_visit(page("many", &many, &[]));
    reporter.add_visit(page("few", &["there"], &[]));
    let report = reporter.report();
    assert_eq!(report.broken.len(), 1, "{report:?}");
    assert_eq!(report.broken[0].link, "http://a.example/few#gone");
    assert_eq!(report.unchecked_anchors, 1);
    assert!(report.limits.contains(&Limit::AnchorMemory));
    assert!(report.is_partial());
}

#[test]
fn what_redirects_in_a_circle_or_too_far_is_broken() {
    let mut reporter = reporter();
    reporter.add_visit(page("", &[], &["loop", "far0", "near"]));
    let mut redirect = |from: &str, to: &str| {
        reporter.add_visit(visit(from, Outcome::Redirect(url(to)), &[]));
    };
    redirect("loop", "loop2");
    redirect("loop2", "loop#x");
    for hop in 0..=crate::message::MAX_REDIRECTS {
        redirect(&format!("far{hop}"), &format!("far{}", hop + 1));
    }
    // One less than the first of these.
    redirect("near", "far2");
    let last = format!("far{}", crate::message::MAX_REDIRECTS + 1);
    reporter.add_visit(visit(&last, Outcome::Fine, &[]));
    let report = reporter.report();
    let broken: Vec<_> =
        report.broken.iter().map(|one| one.error.to_string()).collect();
    assert_eq!(broken, ["too many redirects", "redirect loop"]);
}

#[test]
fn a_url_that_was_skipped_does_not_count_as_visited() {
    let mut reporter = reporter();
    reporter.add_visit(visit("", Outcome::Fine, &[]));
    for (path, reason) in [("1", SkipReason::Robots), ("2", SkipReason::Tls)] {
        reporter.add_visit(visit(path, Outcome::Skipped(reason), &[]));
    }
    assert_eq!(reporter.report().visited, 1);
}
