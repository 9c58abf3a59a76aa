//! How many requests are in flight at the same time, and what the limits on
//! depth and number leave out.

use std::collections::BTreeSet;
use std::time::Duration;

use lesson10::frontier::InMemory;
use lesson10::mock_site::options;
use lesson10::progress::Progress;
use lesson10::report::{Limit, Report};
use lesson10::{Options, SkipReason, check};
use mock_server::{Fault, MockWeb, Site};
use testkit::{IMPATIENT, PATIENT, WATCHDOG};
use tokio_util::sync::CancellationToken;

use crate::support::{
    broken_links, endless, home, lost, page, run, run_with, start,
};

/// The report on a site with links to hosts in a second web behind a gate, and
/// how many requests that web had in flight.
async fn at_the_gate(
    gate: (usize, Duration),
    hosts: usize,
    at_once: usize,
    per_host: usize,
) -> (Report, usize) {
    let names: Vec<_> =
        (0..hosts).map(|host| format!("host-{host}.example")).collect();
    let links: Vec<_> = (0..6)
        .flat_map(|page| names.iter().map(move |host| (host, page)))
        .map(|(host, page)| format!("http://{host}/?{page}"))
        .collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let home = Site::new("home.example").page(page(&links));
    let (_home, options_of_home, _watchdog) = start(vec![home]);
    let sites = names.iter().map(|name| Site::new(name));
    let builder = MockWeb::builder().sites(sites).gate(gate.0, gate.1);
    let web = builder.start().expect("the web starts");
    let _watchdog_of_web = web.watchdog(WATCHDOG);
    let outside = options(&web, "home.example", PATIENT).expect("addresses");
    let mut hosts = outside.hosts;
    hosts.extend(options_of_home.hosts.clone());
    let options =
        Options { hosts, at_once, timeout: 2 * PATIENT, ..options_of_home };
    let report = run_with(&options, InMemory::new(100, per_host)).await;
    (report, web.record().max_in_flight())
}

#[tokio::test]
async fn as_many_requests_are_in_flight_as_the_limit_allows_and_no_more() {
    let (report, most) = at_the_gate((5, PATIENT), 4, 5, 4).await;
    assert_eq!((broken_links(&report), most), (BTreeSet::new(), 5));
    let (report, most) = at_the_gate((6, IMPATIENT), 4, 5, 4).await;
    assert_eq!(report.broken.len(), 24, "the gate stays shut for all");
    assert_eq!(most, 5);
}

#[tokio::test]
async fn as_many_requests_to_one_host_are_in_flight_as_its_limit_allows_and_no_more()
 {
    let (report, most) = at_the_gate((3, PATIENT), 1, 16, 3).await;
    assert_eq!((broken_links(&report), most), (BTreeSet::new(), 3));
    let (report, most) = at_the_gate((4, IMPATIENT), 1, 16, 3).await;
    assert_eq!(report.broken.len(), 6);
    assert_eq!(most, 3);
}

#[tokio::test]
async fn a_host_that_hangs_does_not_hold_up_the_others() {
    let slow: Vec<_> =
        (0..20).map(|n| format!("http://slow.example/{n}")).collect();
    let quick = (0..20).map(|n| format!("http://quick.example/?{n}"));
    let links: Vec<_> = slow.iter().cloned().chain(quick).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let (web, options, _watchdog) = start(vec![
        Site::new("home.example").page(page(&links)),
        Site::new("slow.example").fault(Fault::Hang),
        Site::new("quick.example"),
    ]);
    // No request times out before the test ends.
    let options = Options { timeout: WATCHDOG, at_once: 6, ..options };
    let stop = CancellationToken::new();
    let progress = Progress::hidden();
    let frontier = InMemory::new(100, 2);
    let checking = check(&options, frontier, &progress, &stop);
    let stopping = async {
        web.wait_until(|record| {
            let quick = record.exchanges().filter(|quick| {
                quick.site == "quick.example" && quick.ended.is_some()
            });
            quick.count() == 20 && record.requests("slow.example") == 2
        })
        .await;
        stop.cancel();
    };

    let (report, ()) = tokio::join!(checking, stopping);

    let report = report.expect("the frontier does not fail");
    assert!(report.interrupted);
    // The start URL, and every quick URL but those that were fetched a moment
    // ago.
    assert!(report.fine > 1, "{report:?}");
    assert_eq!(report.status(), 130);
    web.wait_until(|record| record.in_flight() == 0).await;
    assert_eq!(web.record().client_gone(), 2);
}

#[tokio::test]
async fn more_jobs_than_the_channels_hold_are_no_deadlock() {
    let paths: Vec<_> = (0..200).map(|page| format!("/{page}")).collect();
    let links: Vec<_> = paths.iter().map(String::as_str).collect();
    let mut home = Site::new("home.example").page(page(&links));
    for path in &paths {
        home = home.also(path, "text/html", page(&["/"]));
    }
    let (_web, options, _watchdog) = start(vec![home]);
    let options = Options { at_once: 4, ..options };
    let report = run_with(&options, InMemory::new(1_000, 1_000)).await;
    assert_eq!((report.visited, report.broken.len()), (201, 0));
}

#[tokio::test]
async fn the_check_of_an_endless_site_ends_and_what_was_left_out_is_counted() {
    let (web, options, _watchdog) = endless(10).await;
    let options = Options { depth: usize::MAX, ..options };
    let report = run_with(&options, InMemory::new(100, 4)).await;
    assert_eq!(report.visited, 100);
    assert_eq!(report.status(), 0);
    // Ten links on each page, and a hundred URLs were visited.
    let skipped = report.skipped.get(&SkipReason::NotReached);
    assert_eq!(skipped, Some(&(1 + 100 * 10 - 100)));
    assert_eq!(web.record().exchanges().len(), 101, "and robots.txt");
    assert_eq!(report.limits, BTreeSet::from([Limit::Pages]));
}

#[tokio::test]
async fn a_limit_that_was_reached_and_left_out_nothing_was_not_met() {
    let site = home(&["/1", "/2"]).also("/1", "text/html", page(&["/"])).also(
        "/2",
        "text/html",
        page(&["/1"]),
    );
    let (_web, options, _watchdog) = start(vec![site]);
    let report = run_with(&options, InMemory::new(3, 4)).await;
    assert_eq!((report.visited, report.limits.len()), (3, 0));
    let report = run_with(&options, InMemory::new(2, 4)).await;
    assert_eq!(report.visited, 2);
    assert_eq!(report.limits, BTreeSet::from([Limit::Pages]));
}

#[tokio::test]
async fn the_beginning_of_a_page_that_is_too_large_is_searched() {
    let long = page(&["/lost"]) + &" ".repeat(3_000_000) + "<p id=\"end\">";
    let home = Site::new("home.example")
        .page(page(&["/long#end", "/long#nowhere"]))
        .also("/long", "text/html", long);
    let (_web, options, _watchdog) = start(vec![home]);
    let options = Options { max_page_bytes: 2_000_000, ..options };
    let report = run(&options).await;
    assert_eq!(broken_links(&report), BTreeSet::from([lost("/long", "/lost")]));
    assert_eq!(report.incomplete.len(), 1);
}

#[tokio::test]
async fn links_are_followed_up_to_a_depth_and_links_of_the_last_pages_are_checked()
 {
    for (depth, visited) in [(0, 1 + 2), (1, 1 + 2 + 4), (2, 1 + 2 + 4 + 8)] {
        let (_web, options, _watchdog) = endless(2).await;
        let report = run(&Options { depth, ..options }).await;
        assert_eq!(report.visited, visited);
        assert!(report.skipped.is_empty(), "no more are known");
    }
}

#[tokio::test]
async fn a_check_with_one_request_at_a_time_is_no_deadlock() {
    let paths = ["/1", "/2", "/3"];
    let mut site = Site::new("home.example").page(page(&paths));
    for path in paths {
        // Its retry waits, and another job may have its place then.
        let fault = "fail-first?n=1&with=503".parse().expect("it is a fault");
        site = site.also_failing(path, page(&["/"]), fault);
    }
    let (_web, options, _watchdog) = start(vec![site]);
    let report = run(&Options { at_once: 1, ..options }).await;
    assert_eq!((report.visited, report.broken.len()), (4, 0));
}
