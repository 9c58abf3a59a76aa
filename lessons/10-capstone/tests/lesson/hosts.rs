//! Hosts that ask to wait, and hosts that get no more requests.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lesson10::frontier::InMemory;
use lesson10::http::hosts::MAX_FAILURES;
use lesson10::progress::Progress;
use lesson10::{LinkError, Options, check};
use mock_server::{Fault, Record, Site};
use testkit::WATCHDOG;
use tokio_util::sync::CancellationToken;
use wiremock::matchers::header;
use wiremock::{Mock, ResponseTemplate};

use crate::raw::{RawServer, ok};
use crate::support::{home, run_with, start};

/// The paths of all requests to a host.
fn paths<'a>(record: &'a Record, site: &str) -> BTreeSet<&'a str> {
    let exchanges = record.exchanges();
    let of_site = exchanges.filter(|exchange| exchange.site == site);
    of_site.map(|exchange| exchange.path.as_str()).collect()
}

fn fault(text: &str) -> Fault {
    text.parse().expect("it is a fault")
}

#[tokio::test]
async fn a_host_that_asks_to_wait_gets_no_request_and_holds_up_no_other_host() {
    // With more links to the first host than there are places for jobs.
    let busy = (0..9).map(|n| format!("http://busy.example/{n}"));
    let quick = (0..20).map(|n| format!("http://quick.example/?{n}"));
    let links: Vec<_> = busy.chain(quick).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let wait = fault("status?code=429&retry-after=60");
    let (web, options, _watchdog) = start(vec![
        home(&links),
        Site::new("busy.example").fault(wait),
        Site::new("quick.example"),
    ]);
    let options = Options { at_once: 2, ..options };
    let stop = CancellationToken::new();
    let progress = Progress::hidden();
    let frontier = InMemory::new(100, 9);
    let checking = check(&options, frontier, &progress, &stop);
    let stopping = async {
        web.wait_until(|record| {
            let quick = record.exchanges().filter(|quick| {
                quick.site == "quick.example" && quick.ended.is_some()
            });
            quick.count() == 20
        })
        .await;
        stop.cancel();
    };
    let (report, ()) = tokio::join!(checking, stopping);
    assert!(report.expect("the frontier does not fail").interrupted);
    // As many as were in flight when the first response came.
    let record = web.record();
    assert!((1..=2).contains(&record.requests("busy.example")));
}

#[tokio::test]
async fn a_host_that_takes_every_second_request_gets_all_of_them() {
    let count = AtomicUsize::new(0);
    let server = RawServer::start(move |_, _| {
        let count = count.fetch_add(1, Ordering::Relaxed);
        let refused = b"HTTP/1.1 429 Slow Down\r\nContent-Length: 0\r\n\r\n";
        Some(if count.is_multiple_of(2) { refused.into() } else { ok("") })
    });
    let server = server.await;
    let links: Vec<_> = (0..3).map(|n| format!("{}{n}", server.url)).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let (_web, options, _watchdog) = start(vec![home(&links)]);
    let report = run_with(&options, InMemory::new(100, 4)).await;
    assert_eq!(report.broken.len(), 0, "{:?}", report.broken);
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn a_host_that_asked_to_wait_gets_one_request_at_a_time() {
    let links: Vec<_> =
        (0..8).map(|n| format!("http://busy.example/{n}")).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let busy = Site::new("busy.example");
    let (web, options, _watchdog) = start(vec![home(&links), busy]);
    let refused = ResponseTemplate::new(429).insert_header("retry-after", "1");
    let quickly = Mock::given(header("host", "busy.example"));
    quickly
        .respond_with(refused)
        .up_to_n_times(1)
        .with_priority(1)
        .mount(web.wiremock())
        .await;
    // Long enough for another request to overlap.
    let slowly = ResponseTemplate::new(200);
    let slowly = slowly.set_delay(Duration::from_millis(100));
    let request = Mock::given(header("host", "busy.example"));
    request.respond_with(slowly).with_priority(2).mount(web.wiremock()).await;

    let report = run_with(&options, InMemory::new(100, 4)).await;

    assert_eq!(report.broken.len(), 0, "{:?}", report.broken);
    let record = web.record();
    let busy: Vec<_> =
        record.exchanges().filter(|it| it.site == "busy.example").collect();
    assert_eq!(busy.len(), 9);
    // The others took longer.
    let refused = busy.iter().filter_map(|it| it.ended).min();
    let refused = refused.expect("one was refused");
    // At most four were in flight by then, and the others come after the pause.
    let after = &busy[4..];
    assert!(after[0].request_head - refused > Duration::from_millis(990));
    for pair in after.windows(2) {
        let ended = pair[0].ended.expect("it ended");
        assert!(ended <= pair[1].request_head, "{pair:?}");
    }
}

#[tokio::test]
async fn a_host_that_asks_to_wait_for_a_day_gets_no_more_requests() {
    let links: Vec<_> =
        (0..9).map(|n| format!("http://busy.example/{n}")).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    // A 503 may be about one URL, so it takes eight of them.
    for (code, requests) in [(429, 1), (503, MAX_FAILURES)] {
        let day = fault(&format!("status?code={code}&retry-after=86400"));
        let busy = Site::new("busy.example").fault(day);
        let (web, options, _watchdog) = start(vec![home(&links), busy]);
        let report = run_with(&options, InMemory::new(100, 1)).await;
        assert_eq!(web.record().requests("busy.example"), requests);
        let mut given_up = 0;
        for broken in &report.broken {
            match &broken.error {
                LinkError::Status(status, _) => assert_eq!(*status, code),
                LinkError::HostGivenUp(_) => given_up += 1,
                other => panic!("{other}"),
            }
        }
        assert_eq!((report.broken.len(), given_up), (9, 9 - requests));
    }
}

#[tokio::test]
async fn a_host_that_never_responds_is_given_up_after_several_urls() {
    let links: Vec<_> =
        (10..50).map(|n| format!("http://empty.example/{n}")).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let empty = Site::new("empty.example").fault(Fault::Empty);
    let (web, options, _watchdog) = start(vec![home(&links), empty]);
    let report = run_with(&options, InMemory::new(100, 1)).await;
    let record = web.record();
    assert_eq!(paths(&record, "empty.example").len(), MAX_FAILURES);
    // HEAD, and three times GET.
    assert_eq!(record.requests("empty.example"), MAX_FAILURES * 4);
    // The links without a request of their own are broken all the same.
    assert_eq!(report.broken.len(), 40);
    let is_given_up =
        |error: &LinkError| matches!(error, LinkError::HostGivenUp(_));
    let errors = report.broken.iter().map(|broken| &broken.error);
    let given_up = errors.filter(|error| is_given_up(error)).count();
    assert_eq!(given_up, 40 - MAX_FAILURES);
}

#[tokio::test]
async fn a_host_that_responded_once_is_given_up_like_any_other() {
    let server =
        RawServer::start(|request, _| (request == "HEAD /10").then(|| ok("")));
    let server = server.await;
    let links: Vec<_> =
        (10..50).map(|n| format!("{}{n}", server.url)).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let (_web, options, _watchdog) = start(vec![home(&links)]);
    let report = run_with(&options, InMemory::new(100, 1)).await;
    assert_eq!(report.broken.len(), 39);
    let requests = server.requests();
    let urls = requests.iter().filter_map(|request| request.split(' ').nth(1));
    let urls: BTreeSet<_> = urls.collect();
    assert_eq!(urls.len(), 1 + MAX_FAILURES);
}

#[tokio::test]
async fn a_url_that_fails_now_and_then_is_no_reason_to_give_up_its_host() {
    let server = RawServer::start(|request, _| {
        let number = request.trim_start_matches(|it: char| !it.is_numeric());
        let number: usize = number.parse().expect("it is a number");
        // Every fifth one works.
        number.is_multiple_of(5).then(|| ok(""))
    });
    let server = server.await;
    let links: Vec<_> =
        (10..40).map(|n| format!("{}{n}", server.url)).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let (_web, options, _watchdog) = start(vec![home(&links)]);
    let report = run_with(&options, InMemory::new(100, 4)).await;
    assert_eq!(report.broken.len(), 24);
    let mut errors = report.broken.iter().map(|broken| &broken.error);
    assert!(errors.all(|error| matches!(error, LinkError::ConnectionLost)));
}

#[tokio::test]
async fn a_silent_site_costs_a_few_timeouts() {
    let links: Vec<_> = (10..50).map(|n| format!("/{n}")).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let mut site = home(&links);
    for link in &links {
        site = site.also_failing(link, "", Fault::Hang);
    }
    let (web, options, _watchdog) = start(vec![site]);
    let timeout = Duration::from_secs(1);
    let options = Options { timeout, ..options };
    let report = run_with(&options, InMemory::new(100, 8)).await;
    assert_eq!(report.broken.len(), 40);
    let record = web.record();
    let requested = paths(&record, "home.example").len();
    // With robots.txt and the start page, and others in flight.
    let most = 2 + MAX_FAILURES + 7;
    assert!((2 + MAX_FAILURES..=most).contains(&requested), "{requested}");
}

#[tokio::test]
async fn connections_to_other_hosts_are_not_kept() {
    let names: Vec<_> = (0..30).map(|n| format!("host-{n}.example")).collect();
    let links = names.iter().map(|name| format!("http://{name}/"));
    let links: Vec<_> =
        links.chain(["http://silent.example/".into()]).collect();
    let links: Vec<_> = links.iter().map(String::as_str).collect();
    let silent = Site::new("silent.example").fault(Fault::Hang);
    let others = names.iter().map(|name| Site::new(name));
    let sites = [home(&links), silent].into_iter().chain(others).collect();
    let (web, options, _watchdog) = start(sites);
    let options = Options { timeout: WATCHDOG, ..options };
    let (progress, stop) = (Progress::hidden(), CancellationToken::new());
    let frontier = InMemory::new(100, 4);
    let checking = check(&options, frontier, &progress, &stop);
    let stopping = async {
        // The site's connection is kept, and the silent host's is in use.
        web.wait_until(|record| {
            let ended = record.exchanges().filter(|one| one.ended.is_some());
            ended.count() == 32 && record.open_connections() <= 2
        })
        .await;
        stop.cancel();
    };
    let (report, ()) = tokio::join!(checking, stopping);
    assert!(report.expect("the frontier does not fail").interrupted);
}
