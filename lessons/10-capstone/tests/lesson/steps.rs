//! The programs in which the link checker grows step by step.

use std::cell::Cell;
use std::time::Duration;

use mock_server::{Builder, MockWeb, Outcome, Record, presets};
use reqwest::Client;
use testkit::{IMPATIENT, PATIENT, start};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::examples::{one_page, slow_host, stopping, two_stages};

/// These preset sites, without their delays.
fn web_of(names: &[&str]) -> Builder {
    let presets =
        [presets::tutorial(), presets::libraries(), presets::failing()];
    let sites = presets.into_iter().flatten();
    let sites = sites.filter(|site| names.contains(&site.name.as_str()));
    MockWeb::builder().sites(sites.map(|site| site.delay(Duration::ZERO)))
}

/// The paths that were requested, in order.
fn paths(record: &Record) -> Vec<String> {
    record.exchanges().map(|exchange| exchange.path.clone()).collect()
}

#[tokio::test]
async fn one_page_and_its_links_are_requested_one_after_another() {
    let (web, sites, _watchdog) = start(web_of(&["library.example"]));
    let checked = one_page::check_page(&Client::new(), &sites[0]).await;
    checked.expect("the page arrives");
    let record = web.record();
    let requested =
        ["/", "/fiction", "/science", "/history", "/fiction", "/", "/missing"];
    assert_eq!(paths(&record), requested);
    assert_eq!(record.max_in_flight(), 1);
}

#[test]
fn only_links_to_pages_of_the_same_site_count() {
    let page = Url::parse("http://a.example/b/").expect("it is a URL");
    let hrefs = ["c#d", "#e", "/f", "http://b.example/", "mailto:g@a.example"];
    let html: String = hrefs.map(|to| format!("<a href={to}>x</a>")).concat();
    let links = one_page::links_in(&html, &page).expect("it is HTML");
    let links: Vec<_> = links.iter().map(Url::as_str).collect();
    let of_the_site =
        ["http://a.example/b/c", "http://a.example/b/", "http://a.example/f"];
    assert_eq!(links, of_the_site);
}

#[tokio::test]
async fn the_fetching_stage_gets_three_pages_ahead_and_no_further() {
    let (web, sites, _watchdog) = start(web_of(&["library.example"]));
    let parsed = Cell::new(0);
    let pause = async || {
        // The page that's being parsed, one in the channel, and one in `send`.
        let ahead = (parsed.get() + 3).min(6);
        web.wait_until(|record| {
            record.exchanges().len() >= ahead && record.in_flight() == 0
        })
        .await;
        assert_eq!(web.record().exchanges().len(), ahead);
        parsed.set(parsed.get() + 1);
    };
    let ran = two_stages::run(&Client::new(), &sites[0], 1, pause).await;
    ran.expect("every page arrives");
    assert_eq!(parsed.get(), 6);
}

#[tokio::test]
async fn with_room_for_all_pages_nothing_slows_the_fetching_stage() {
    let (web, sites, _watchdog) = start(web_of(&["library.example"]));
    let all = async || {
        web.wait_until(|record| record.count(Outcome::Complete) == 6).await;
    };
    let ran = two_stages::run(&Client::new(), &sites[0], 6, all).await;
    ran.expect("every page arrives");
}

const TWO_HOSTS: [&str; 2] = ["codeswithpankaj.com", "library.example"];

#[tokio::test]
async fn urls_that_wait_in_the_frontier_leave_all_four_places_to_others() {
    let (web, sites, _watchdog) = start(web_of(&TWO_HOSTS).gate(4, PATIENT));
    let urls = urls(&sites);
    let fetched = slow_host::wait_in_frontier(&Client::new(), urls).await;
    fetched.expect("the gate opens");
    assert_eq!(web.record().max_in_flight(), 4);
    assert_eq!(web.record().exchanges().len(), 10);
}

#[tokio::test]
async fn three_hosts_share_the_four_places() {
    let hosts = [TWO_HOSTS[0], TWO_HOSTS[1], "python.org"];
    let (_web, sites, _watchdog) = start(web_of(&hosts).gate(5, IMPATIENT));
    let urls = [urls(&sites[..2]), urls(&sites[1..])].concat();
    let fetched = slow_host::wait_in_frontier(&Client::new(), urls).await;
    assert_gate_failed(fetched);
}

#[tokio::test]
async fn urls_that_wait_in_a_task_take_two_of_the_four_places() {
    let (web, sites, _watchdog) = start(web_of(&TWO_HOSTS).gate(2, PATIENT));
    let urls = urls(&sites);
    let fetched = slow_host::wait_in_task(&Client::new(), urls.clone()).await;
    fetched.expect("the gate opens");
    assert_eq!(web.record().exchanges().len(), 10);

    let (_web, sites, _watchdog) = start(web_of(&TWO_HOSTS).gate(3, IMPATIENT));
    let urls = self::urls(&sites);
    let fetched = slow_host::wait_in_task(&Client::new(), urls).await;
    assert_gate_failed(fetched);
}

#[tokio::test]
async fn one_host_gets_two_requests_at_a_time_in_both_versions() {
    for is_in_frontier in [true, false] {
        let web = web_of(&["library.example"]).gate(3, IMPATIENT);
        let (_web, sites, _watchdog) = start(web);
        let sites = [sites[0].clone(), sites[0].clone()];
        let urls = slow_host::urls(&sites).expect("they are URLs");
        let client = Client::new();
        assert_gate_failed(if is_in_frontier {
            slow_host::wait_in_frontier(&client, urls).await
        } else {
            slow_host::wait_in_task(&client, urls).await
        });
    }
}

#[tokio::test]
async fn a_host_that_never_responds_holds_up_the_other_only_in_the_wrong_run() {
    let hosts = ["silent-site.example", "library.example"];
    let is_complete = |record: &Record| record.count(Outcome::Complete) == 6;

    let (web, mut sites, _watchdog) = start(web_of(&hosts));
    sites.reverse();
    let client = Client::new();
    tokio::select! {
        _ = slow_host::wait_in_frontier(&client, urls(&sites)) => {
            panic!("two requests hang");
        }
        () = web.wait_until(is_complete) => {}
    }

    let (web, mut sites, _watchdog) = start(web_of(&hosts));
    sites.reverse();
    let stuck = slow_host::wait_in_task(&client, urls(&sites));
    assert!(timeout(IMPATIENT, stuck).await.is_err(), "two requests hang");
    assert_eq!(web.record().requests("library.example"), 0);
}

fn urls(sites: &[lesson_kit::Site]) -> Vec<Url> {
    let sites = sites.try_into().expect("two sites");
    slow_host::urls(sites).expect("they are URLs")
}

/// A gate that fails responds with 425.
fn assert_gate_failed(fetched: anyhow::Result<()>) {
    let error = fetched.expect_err("the gate fails");
    let error = error.downcast::<reqwest::Error>().expect("it's reqwest's");
    assert_eq!(error.status().map(|status| status.as_u16()), Some(425));
}

#[tokio::test]
async fn the_whole_checker_requests_each_url_once_and_ends_by_itself() {
    let (web, sites, _watchdog) = start(web_of(&TWO_HOSTS).gate(2, PATIENT));
    let stop = CancellationToken::new();
    let report = stopping::check(&Client::new(), &sites, &stop).await;
    let report = report.expect("they are URLs");
    assert_eq!((report.known, report.fine), (8, 7));
    let [broken] = &report.broken[..] else { panic!("{report:?}") };
    assert!(broken.starts_with("/missing: "), "{broken}");
    let record = web.record();
    assert!(record.max_in_flight() <= 2 + 1, "two to one host");
    let mut paths = paths(&record);
    paths.sort();
    let requested = [
        "/", "/", "/fiction", "/history", "/missing", "/novels", "/poems",
        "/science",
    ];
    assert_eq!(paths, requested, "each site has a start page");
}

#[tokio::test]
async fn when_the_crawl_is_stopped_the_fetcher_waits_only_in_the_wrong_run() {
    let hosts = ["library.example", "silent-site.example"];
    // Seven pages of the library have arrived, and one request hangs.
    let hangs = |record: &Record| {
        record.exchanges().len() == 8 && record.in_flight() == 1
    };

    let (web, sites, _watchdog) = start(web_of(&hosts));
    let stop = CancellationToken::new();
    let stopping = async {
        web.wait_until(hangs).await;
        stop.cancel();
    };
    let client = Client::new();
    let checking = stopping::check(&client, &sites, &stop);
    let (report, ()) = tokio::join!(checking, stopping);
    // The last response may be on its way to the crawl loop.
    let report = report.expect("they are URLs");
    assert!(report.fine + report.broken.len() <= 7, "{report:?}");
    web.wait_until(|record| record.client_gone() == 1).await;

    let (web, sites, _watchdog) = start(web_of(&hosts));
    let stop = CancellationToken::new();
    let checking = stopping::check_to_the_end(&client, &sites, &stop);
    let stopped = async {
        web.wait_until(hangs).await;
        stop.cancel();
        tokio::time::sleep(IMPATIENT).await;
    };
    tokio::select! {
        report = checking => panic!("one request hangs: {report:?}"),
        () = stopped => {}
    }
    assert_eq!(web.record().in_flight(), 1);
}

#[tokio::test]
async fn a_host_that_never_responds_is_broken_and_an_early_stop_checks_nothing()
{
    let hosts = ["library.example", "silent-site.example"];
    let (web, sites, _watchdog) = start(web_of(&hosts));
    let client = Client::builder().timeout(IMPATIENT).build();
    let client = client.expect("a client");
    let stop = CancellationToken::new();
    let report = stopping::check_to_the_end(&client, &sites, &stop).await;
    let report = report.expect("they are URLs");
    assert_eq!((report.known, report.fine), (8, 6));
    assert_eq!(report.broken.len(), 2, "{report:?}");
    assert_eq!(web.record().exchanges().len(), 8);

    stop.cancel();
    let report = stopping::check(&client, &sites, &stop).await;
    let report = report.expect("they are URLs");
    assert_eq!((report.known, report.fine), (2, 0), "nothing was requested");
}
