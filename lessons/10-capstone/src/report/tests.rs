use reqwest::StatusCode;

use super::*;

fn broken(link: &str, pages: usize) -> Broken {
    let place = |number| Occurrence {
        page: Some(format!("http://a.example/{number}").into()),
        text: "x".into(),
    };
    Broken {
        link: link.to_owned(),
        inside: link.starts_with("http://a.example/"),
        redirected_to: None,
        error: LinkError::Status(StatusCode::GONE, None),
        count: pages,
        occurrences: (0..pages).map(place).collect(),
    }
}

fn anchor(link: &str, name: &str, pages: usize) -> Broken {
    let error = LinkError::MissingAnchor(name.to_owned());
    Broken { error, ..broken(link, pages) }
}

fn report(broken: Vec<Broken>) -> Report {
    let (links, pages) = (2_000, 1_000);
    Report { broken, links, pages, ..Report::default() }
}

fn table(report: &Report, style: Style) -> String {
    let mut table = Vec::new();
    report.write_table(&mut table, style).expect("there is room");
    String::from_utf8(table).expect("it is text")
}

#[test]
fn the_broken_urls_of_the_site_come_first_and_those_with_the_most_links() {
    let moved = Url::parse("http://a.example/new").expect("it is a URL");
    let report = report(vec![
        broken("http://b.example/", 8),
        broken("http://a.example/lost", 2),
        Broken {
            redirected_to: Some(moved),
            ..broken("http://a.example/b", 1)
        },
        broken("http://a.example/a", 1),
    ]);
    let expected = "\
3 broken URLs on this site:
http://a.example/lost: the server returned 410 Gone (2 links)
    on http://a.example/0 \"x\"
    on http://a.example/1 \"x\"
http://a.example/a: the server returned 410 Gone
    on http://a.example/0 \"x\"
http://a.example/b -> http://a.example/new: the server returned 410 Gone
    on http://a.example/0 \"x\"

1 broken URL on other sites:
http://b.example/: the server returned 410 Gone (8 links)
    on http://a.example/0 \"x\"
    on http://a.example/1 \"x\"
    on http://a.example/2 \"x\"
    on http://a.example/3 \"x\"
    on http://a.example/4 \"x\"
    and 3 more

Checked 2,000 links on 1,000 pages: 4 broken URLs
";
    assert_eq!(table(&report, Style::default()), expected);
}

#[test]
fn the_missing_anchors_of_a_page_are_together() {
    let page = Url::parse("http://a.example/p").expect("it is a URL");
    let moved = anchor("http://a.example/moved#x", "x", 1);
    let report = report(vec![
        broken("http://a.example/lost", 3),
        anchor("http://a.example/p#x", "x", 2),
        anchor("http://a.example/p#y", "y", 7),
        Broken { redirected_to: Some(page), ..moved },
        anchor("http://a.example/q#z", "z", 1),
    ]);
    let table = table(&report, Style::default());
    let page = "\
5 broken URLs on this site:
http://a.example/p: the page has none of 2 anchors (10 links)
    #x on http://a.example/0 \"x\"
    #x on http://a.example/1 \"x\"
    #y on http://a.example/0 \"x\"
    #y on http://a.example/1 \"x\"
    #y on http://a.example/2 \"x\"
    #y on http://a.example/3 \"x\"
    #y on http://a.example/4 \"x\"
    #y and 2 more
    #x on http://a.example/0 \"x\" (by way of http://a.example/moved#x)
http://a.example/lost: ";
    assert!(table.starts_with(page), "{table}");
    let single = "http://a.example/q#z: the page has no anchor #z\n    on ";
    assert!(table.contains(single), "{table}");
}

#[test]
fn all_places_are_listed_on_request() {
    let report = report(vec![broken("http://a.example/lost", 150)]);
    let places = |every_place| {
        let style = Style { every_place, ..Style::default() };
        let table = table(&report, style);
        (table.matches("    on ").count(), table.contains("more\n"))
    };
    assert_eq!(places(false), (5, true));
    assert_eq!(places(true), (150, false));
}

#[test]
fn colours_are_for_terminals() {
    let report = report(vec![broken("http://a.example/lost", 1)]);
    let plain = table(&report, Style::default());
    assert!(!plain.contains('\x1b'), "{plain}");
    let colored = table(&report, Style { colored: true, ..Style::default() });
    let error = "\x1b[31mthe server returned 410 Gone\x1b[0m";
    assert!(colored.contains(error), "{colored:?}");
    assert_eq!(console::strip_ansi_codes(&colored), plain);
}

#[test]
fn the_end_says_what_was_not_checked_and_why() {
    let mut report = report(Vec::new());
    let end = "Checked 2,000 links on 1,000 pages: no broken URLs\n";
    assert_eq!(table(&report, Style::default()), end);
    assert!(!report.is_partial());
    for (reason, links) in [
        (SkipReason::Robots, 1),
        (SkipReason::Filter, 2),
        (SkipReason::NotReached, 3_000),
    ] {
        report.skipped.insert(reason, links);
    }
    report.non_http = 4;
    report.over_limit = 5;
    report.forgotten = 6;
    report.unchecked_anchors = 7;
    report.too_deep = 8;
    let page = Url::parse("http://a.example/").expect("it is a URL");
    report.incomplete.insert(page, Incomplete::Memory);
    let expected = "\
Read only in part: http://a.example/ (parsing it takes too much memory)
Skipped 1 link: disallowed by robots.txt
Skipped 2 links: left out by --exclude or --no-external
Skipped 3,000 links: over the limit of --pages
Skipped 4 links: not HTTP (mailto:, tel: and so on)
Skipped 5 links: too long, or too many for their page
Skipped 6 links: the memory for links is full
Did not check the fragments of 7 links: only part of their page is known
Did not follow the links of 8 pages: further from the start than --depth
";
    assert_eq!(table(&report, Style::default()), expected.to_owned() + end);
    assert!(report.is_partial());
    report.interrupted = true;
    let table = table(&report, Style::default());
    let not_reached = "Skipped 3,000 links: not reached before the end\n";
    assert!(table.contains(not_reached), "{table}");
    assert!(table.contains("\nInterrupted: "), "{table}");
}

#[test]
fn only_a_few_pages_that_were_read_in_part_are_listed() {
    let mut report = report(Vec::new());
    for number in 0..7 {
        let page = Url::parse(&format!("http://a.example/{number}"));
        let page = page.expect("it is a URL");
        report.incomplete.insert(page, Incomplete::Compression);
    }
    let table = table(&report, Style::default());
    assert_eq!(table.matches("Read only in part: http").count(), 5);
    assert!(table.contains("Read only in part: 2 more pages\n"), "{table}");
}
