//! What options leave out isn't requested, and what they include is.

use lesson10::filter::Filter;
use lesson10::message::SkipReason;
use lesson10::{Options, Report};
use mock_server::{MockWeb, Site};
use regex::RegexSet;

use crate::support::{paths, redirect, run, start};

fn set(patterns: &[&str]) -> RegexSet {
    RegexSet::new(patterns).expect("they are patterns")
}

/// Links of all kinds, to URLs that aren't there.
fn site() -> Site {
    let links = [
        "/lost",
        "/old/lost",
        "/old/new",
        "#gone",
        "#generated",
        "http://other.example/lost",
        "http://partner.example/lost",
    ];
    crate::support::home(&links)
}

async fn check(filter: Filter) -> (Report, MockWeb) {
    let others = ["other.example", "partner.example"].map(Site::new);
    let sites = [site()].into_iter().chain(others).collect();
    let (web, options, _watchdog) = start(sites);
    let report = run(&Options { filter, ..options }).await;
    (report, web)
}

fn links(report: &Report) -> Vec<&str> {
    report.broken.iter().map(|broken| broken.link.as_str()).collect()
}

#[tokio::test]
async fn what_is_excluded_is_not_requested_but_counted() {
    let exclude = set(&["/old/", "#gen", "other"]);
    let (report, web) = check(Filter { exclude, ..Filter::default() }).await;
    let broken = [
        "http://home.example/#gone",
        "http://home.example/lost",
        "http://partner.example/lost",
    ];
    assert_eq!(links(&report), broken);
    assert_eq!(report.skipped.get(&SkipReason::Filter), Some(&4));
    assert_eq!(web.record().requests("other.example"), 0);
    let record = web.record();
    assert!(!record.exchanges().any(|it| it.path.starts_with("/old")));
    assert!(!report.is_partial(), "it's what was asked for");
}

#[tokio::test]
async fn what_is_included_is_checked_whatever_else_leaves_it_out() {
    let filter = Filter {
        exclude: set(&["lost$"]),
        include: set(&["/old/", "partner"]),
        no_external: true,
    };
    let (report, web) = check(filter).await;
    let broken = [
        "http://home.example/#generated",
        "http://home.example/#gone",
        "http://home.example/old/lost",
        "http://home.example/old/new",
        "http://partner.example/lost",
    ];
    assert_eq!(links(&report), broken);
    assert_eq!(web.record().requests("other.example"), 0);
}

#[tokio::test]
async fn a_redirect_to_a_url_that_is_left_out_is_not_followed() {
    let home = crate::support::home(&["/away", "/near"]);
    let (web, options, _watchdog) =
        start(vec![home, Site::new("other.example")]);
    redirect(&web, 301, "/away", "http://other.example/lost").await;
    redirect(&web, 301, "/near", "/lost").await;
    let filter = Filter { no_external: true, ..Filter::default() };
    let report = run(&Options { filter, ..options }).await;
    assert_eq!(paths(&report), ["/near"]);
    assert_eq!(report.skipped.get(&SkipReason::Filter), Some(&1));
    assert_eq!(web.record().requests("other.example"), 0);
}

#[tokio::test]
async fn the_start_url_is_checked_even_if_a_pattern_leaves_it_out() {
    let filter = Filter { exclude: set(&["."]), ..Filter::default() };
    let (report, _web) = check(filter).await;
    assert_eq!((report.fine, report.status()), (1, 0));
    assert_eq!(report.skipped.get(&SkipReason::Filter), Some(&7));
}
