//! What a robots.txt allows, where it's found, and what happens if it can't be
//! fetched.

use std::time::Duration;

use lesson10::{LinkError, Options, SkipReason};
use mock_server::{Fault, Site};

use crate::support::{broken, home, page, redirect, run, start};

#[tokio::test]
async fn a_robots_txt_for_others_disallows_nothing_and_its_pause_is_kept() {
    let robots = "User-agent: other\nDisallow: /\n\n\
                  User-agent: *\nCrawl-delay: 1\n";
    let home = Site::new("home.example")
        .page(page(&["/a", "/b"]))
        .also("/robots.txt", "text/plain", robots)
        .also("/a", "text/html", "a")
        .also("/b", "text/html", "b");
    let (web, options, _watchdog) = start(vec![home]);
    let report = run(&options).await;
    assert_eq!((report.visited, report.broken.len()), (3, 0));
    let record = web.record();
    let (first, last) = (record.exchanges().next(), record.exchanges().last());
    let robots = first.and_then(|robots| robots.ended).expect("it ended");
    let last = last.expect("there are four").request_head;
    // The first page doesn't have to wait, and nothing makes the two pauses
    // shorter.
    assert!(last - robots >= Duration::from_secs(2));
}

#[tokio::test]
async fn a_robots_txt_behind_a_redirect_is_obeyed() {
    let home = Site::new("home.example")
        .page(page(&["/private", "/open"]))
        .also("/robots", "text/plain", "User-agent: *\nDisallow: /private")
        .also("/private", "text/html", "private")
        .also("/open", "text/html", "open");
    let (web, options, _watchdog) = start(vec![home]);
    redirect(&web, 302, "/robots.txt", "/robots").await;
    let report = run(&options).await;
    assert_eq!(report.skipped.get(&SkipReason::Robots), Some(&1));
    let record = web.record();
    let paths: Vec<_> =
        record.exchanges().map(|exchange| exchange.path.as_str()).collect();
    assert_eq!(paths, ["/robots.txt", "/robots", "/", "/open"]);
}

#[tokio::test]
async fn a_site_whose_robots_txt_cannot_be_fetched_gets_no_other_request() {
    let too_many = "status?code=429&retry-after=86400";
    let too_many: Fault = too_many.parse().expect("it is a fault");
    let there = || Site::new("home.example").page(page(&["/lost"]));
    let busy = there().also_failing("/robots.txt", "", too_many);
    for (site, is_loop) in [(busy, false), (there(), true)] {
        let (web, options, _watchdog) = start(vec![site]);
        if is_loop {
            redirect(&web, 302, "/robots.txt", "/robots.txt").await;
        }
        let report = run(&options).await;
        let [broken] = report.broken.as_slice() else { panic!("{report:?}") };
        assert_eq!(broken.link, "http://home.example/");
        let LinkError::RobotsUnavailable(error) = &broken.error else {
            panic!("{broken:?}")
        };
        let is_429 =
            matches!(&**error, LinkError::Status(status, _) if *status == 429);
        assert_eq!(is_429, !is_loop, "{error}");
        let record = web.record();
        let mut paths =
            record.exchanges().map(|exchange| exchange.path.as_str());
        assert!(paths.all(|path| path == "/robots.txt"));
        // A day is too long to wait.
        if !is_loop {
            assert_eq!(record.requests("home.example"), 1);
        }
    }
    // An error that may be gone soon gets three retries.
    let down: Fault = "status?code=503".parse().expect("it is a fault");
    let down = there().also_failing("/robots.txt", "", down);
    let (web, options, _watchdog) = start(vec![down]);
    assert_eq!(run(&options).await.visited, 1);
    let record = web.record();
    assert!(record.exchanges().all(|it| it.path == "/robots.txt"));
    assert_eq!(record.requests("home.example"), 4);
    // A site without one disallows nothing.
    let (_web, options, _watchdog) = start(vec![there()]);
    assert_eq!(run(&options).await.visited, 2);
}

#[tokio::test]
async fn a_robots_txt_that_cannot_be_fetched_is_reported_with_its_error() {
    let (web, options, _watchdog) = start(vec![home(&[])]);
    redirect(&web, 302, "/robots.txt", "/robots.txt").await;
    let report = run(&options).await;
    let redirects = "robots.txt could not be fetched: too many redirects";
    let expected = [("http://home.example/", redirects.to_owned())];
    assert_eq!(broken(&report), expected);
    assert_eq!(web.record().exchanges().len(), 1 + 5, "there is no retry");
}

#[tokio::test]
async fn a_robots_txt_is_found_behind_five_redirects() {
    let rules = "User-agent: *\nDisallow: /private";
    let site = home(&["/private"]).also("/5", "text/plain", rules);
    let (web, options, _watchdog) = start(vec![site]);
    redirect(&web, 302, "/robots.txt", "/1").await;
    for number in 1..5 {
        redirect(&web, 302, &format!("/{number}"), &format!("/{}", number + 1))
            .await;
    }
    let report = run(&options).await;
    assert_eq!(report.skipped.get(&SkipReason::Robots), Some(&1));
}

#[cfg(not(feature = "live"))]
#[tokio::test]
async fn a_robots_txt_that_moved_to_https_is_reported_as_that() {
    let (web, options, _watchdog) = start(vec![home(&[])]);
    redirect(&web, 302, "/robots.txt", "https://home.example/robots.txt").await;
    let report = run(&options).await;
    let https = "robots.txt could not be fetched: \
                 it redirects to https, which needs --features live";
    let expected = [("http://home.example/", https.to_owned())];
    assert_eq!(broken(&report), expected);
    assert_eq!(web.record().exchanges().len(), 1, "there is no retry");
}

#[tokio::test]
async fn a_robots_txt_counts_up_to_500_kib() {
    let robots = "#".repeat(511_900) + "\nUser-agent: *\nDisallow: /private\n";
    let site = home(&["/private"]).also("/robots.txt", "text/plain", robots);
    let (web, options, _watchdog) = start(vec![site]);
    let report = run(&options).await;
    assert_eq!((report.visited, report.skipped.len()), (1, 1));
    assert_eq!(web.record().exchanges().len(), 2, "and robots.txt");
}

#[tokio::test]
async fn the_pause_of_a_robots_txt_is_kept_before_retries_too() {
    let robots = "User-agent: *\nCrawl-delay: 1\n";
    let fault = |with: &str| {
        let with: Box<Fault> = Box::new(with.parse().expect("it is a fault"));
        Fault::FailFirst { count: 1, with, key: String::new() }
    };
    let site = home(&["/busy", "/lost"])
        .also("/robots.txt", "text/plain", robots)
        .also_failing("/busy", "", fault("status?code=503"))
        .also_failing("/lost", "", fault("empty"));
    let (web, options, _watchdog) = start(vec![site]);
    let options = Options { timeout: Duration::from_secs(20), ..options };
    let report = run(&options).await;
    assert_eq!((report.visited, report.broken.len()), (3, 0));
    let record = web.record();
    assert_eq!(record.exchanges().len(), 1 + 1 + 2 + 2);
    let (first, last) = (record.exchanges().next(), record.exchanges().last());
    let robots = first.and_then(|robots| robots.ended).expect("it ended");
    let last = last.expect("there are six").request_head;
    // The first page doesn't have to wait, and nothing makes a pause shorter.
    assert!(last - robots >= Duration::from_secs(4));
}
