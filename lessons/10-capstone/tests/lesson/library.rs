//! The whole mock site: what the checker reports, compared with what's really
//! broken and with what the server saw.

use std::collections::BTreeSet;

use lesson10::SkipReason;
use lesson10::mock_site::HOST;
use lesson10::report::{Broken, Limit};
use mock_server::Fault;
use testkit::shown_by_get;
use url::Url;

use crate::faults::VERDICTS;
use crate::support::{broken_links, library, run};

#[tokio::test]
async fn every_broken_link_is_found_and_none_is_invented() {
    let (site, options, _watchdog) = library().await;

    let report = run(&options).await;

    assert_eq!(broken_links(&report), site.expected);
    assert_eq!(report.status(), 1);
    let robots = report.skipped.get(&SkipReason::Robots);
    assert_eq!((report.skipped.len(), robots), (1, Some(&2)));
    assert_eq!(report.non_http, 3, "mailto:, tel: and javascript:");
    let incomplete: Vec<_> = report.incomplete.keys().map(Url::path).collect();
    assert_eq!(incomplete, ["/worn/19-endless"]);
    assert_eq!(report.limits, BTreeSet::from([Limit::PageSize]));
    let counts: usize = report.broken.iter().map(|broken| broken.count).sum();
    assert_eq!(counts, site.expected.len(), "each occurs once on a page");
    assert!(report.visited > 200);
}

#[tokio::test]
async fn every_url_of_the_site_is_requested_once_and_disallowed_ones_never() {
    let (site, options, _watchdog) = library().await;
    run(&options).await;
    let record = site.web.record();
    let requests = |path: &str| {
        let exchanges = record.exchanges();
        exchanges.filter(|exchange| exchange.path == path).count()
    };
    assert_eq!(requests("/newsletter"), 1, "150 books link to it");
    assert_eq!(requests("/worn/2-fail-first"), 3, "two of them are reset");
    let of_site = record.exchanges().filter(|exchange| exchange.site == HOST);
    // Some pages with faults are requested again.
    let paths = of_site.map(|exchange| exchange.path.as_str());
    let paths: Vec<_> =
        paths.filter(|path| !path.starts_with("/worn/")).collect();
    let different: BTreeSet<_> = paths.iter().collect();
    assert_eq!(different.len(), paths.len(), "{paths:?}");
    assert!(paths.contains(&"/robots.txt"));
    assert!(!paths.iter().any(|path| path.starts_with("/private/")));
    // HEAD is enough where it succeeds.
    let requests_to = |site: &str| {
        let exchanges = record.exchanges();
        let mut requests: Vec<_> = exchanges
            .filter(|exchange| exchange.site == site)
            .map(|exchange| format!("{} {}", exchange.method, exchange.path))
            .collect();
        requests.sort();
        requests
    };
    let partner = ["GET /lost", "HEAD /", "HEAD /guide", "HEAD /lost"];
    assert_eq!(requests_to("partner.example"), partner);
    let stern = ["GET /", "GET /lost", "HEAD /", "HEAD /lost"];
    assert_eq!(requests_to("stern.example"), stern);
    assert_eq!(requests_to("moved.example"), ["HEAD /"]);
}

#[tokio::test]
async fn each_fault_is_on_a_page_of_the_library_or_on_a_host() {
    let (site, options, _watchdog) = library().await;
    let report = run(&options).await;
    let record = site.web.record();
    for kind in shown_by_get() {
        let fault: Fault = kind.example.parse().expect("it is a fault");
        if fault.needs_own_port() {
            // What cannot be connected to is not in the record.
            let error = VERDICTS.iter().find(|row| row.0 == kind.name);
            let error = error.expect("the table has all").1;
            let is_it = |broken: &Broken| {
                !broken.link.contains(HOST) && broken.error.to_string() == error
            };
            assert!(report.broken.iter().any(is_it), "{}", kind.name);
            continue;
        }
        let mut of_it = record.exchanges().filter(|exchange| {
            let path = exchange.path.split('?').next().unwrap_or_default();
            let page = path.trim_start_matches("/worn/");
            page.split_once('-').is_some_and(|(_, name)| name == kind.name)
        });
        assert!(of_it.next().is_some(), "{}", kind.name);
    }
}
