//! How many requests are in flight and in which order pages come, with a limit
//! and without one.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lesson05::{Page, fetch_all};
use mock_server::{Fault, MockWeb, Outcome, Record};
use testkit::{IMPATIENT, PATIENT, quick_tutorial, run_python, start};
use tokio::task::JoinSet;

use crate::examples::{bounded, permit};
use crate::support::{alive, three_requests};

#[tokio::test]
async fn all_pages_are_in_flight_at_once() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let pages = fetch_all(&reqwest::Client::new(), &sites).await;
    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    assert_eq!(web.record().max_in_flight(), 3);
}

/// Whether a gate has opened: a page is larger than a refusal.
fn has_opened(web: &MockWeb) -> bool {
    web.record().exchanges().all(|exchange| exchange.bytes > 10_000)
}

#[tokio::test]
async fn without_a_limit_all_are_in_flight_at_once() {
    let client = reqwest::Client::new();
    for gathered_with in ["join_all", "FuturesUnordered", "JoinSet"] {
        let (web, sites, _watchdog) = start(quick_tutorial().gate(12, PATIENT));
        let sites = bounded::twelve(&sites);
        let pages = match gathered_with {
            "join_all" => bounded::with_join_all(&client, &sites).await,
            "JoinSet" => bounded::with_join_set(&client, &sites).await,
            _ => bounded::with_futures_unordered(&client, &sites).await,
        };
        assert!(has_opened(&web), "{gathered_with}");
        let came: BTreeSet<_> =
            pages.into_iter().map(|page| page.site).collect();
        let asked = sites.into_iter().map(|site| site.name).collect();
        assert_eq!(came, asked, "{gathered_with}");
    }
}

#[tokio::test]
async fn a_limit_of_four_passes_a_gate_for_four_and_fails_at_one_for_five() {
    let client = reqwest::Client::new();
    for in_order in [true, false] {
        for (gate, wait, opens) in [(4, PATIENT, true), (5, IMPATIENT, false)] {
            let (web, sites, _watchdog) =
                start(quick_tutorial().gate(gate, wait));
            let sites = bounded::twelve(&sites);
            if in_order {
                bounded::with_buffered(&client, &sites).await;
            } else {
                bounded::with_buffer_unordered(&client, &sites).await;
            }
            assert_eq!(has_opened(&web), opens, "in order: {in_order}");
            assert!(web.record().max_in_flight() <= 4);
        }
    }
}

#[tokio::test]
async fn results_are_in_the_order_of_the_pages_or_as_completed() {
    let slow = Fault::Delay { time: Duration::from_millis(500) };
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("codeswithpankaj.com", slow));
    let client = reqwest::Client::new();
    // The first page is one of the slow site.
    let sites = bounded::twelve(&sites);
    let in_order = |pages: &[Page]| {
        assert_eq!(pages.len(), 12);
        assert!(pages.iter().all(|page| page.bytes.is_ok()), "{pages:?}");
        bounded::in_order(&sites, pages)
    };

    assert!(in_order(&bounded::with_join_all(&client, &sites).await));
    assert!(in_order(&bounded::with_buffered(&client, &sites).await));
    assert!(!in_order(&bounded::with_futures_unordered(&client, &sites).await));
    assert!(!in_order(&bounded::with_join_set(&client, &sites).await));
    assert!(!in_order(&bounded::with_buffer_unordered(&client, &sites).await));
}

#[tokio::test]
async fn one_that_hangs_holds_up_results_in_order_and_not_those_as_completed() {
    let client = reqwest::Client::new();
    for (in_order, asked) in [(true, 4), (false, 9)] {
        let (web, sites, _watchdog) =
            start(quick_tutorial().fault("codeswithpankaj.com", Fault::Hang));
        // One page of the site that hangs, and eight of the others.
        let others = sites[1..].iter().cycle().take(8);
        let nine: Vec<_> = sites[..1].iter().chain(others).cloned().collect();
        let fetching = async {
            if in_order {
                bounded::with_buffered(&client, &nine).await;
            } else {
                bounded::with_buffer_unordered(&client, &nine).await;
            }
        };
        let all_else = asked - 1;
        let seen = async {
            let complete = |record: &Record| record.count(Outcome::Complete);
            web.wait_until(|record| complete(record) == all_else).await;
            three_requests(&client, &sites[1]).await;
        };
        tokio::select! {
            () = fetching => panic!("one page hangs"),
            () = seen => {}
        }
        assert_eq!(web.record().exchanges().len(), asked + 3, "{in_order}");
    }
}

/// A site that many clients fetch at the same time.
fn popular() -> mock_server::Builder {
    let page = mock_server::page("A page", 15_000, 2_000);
    let site = mock_server::Site::new("popular.example").page(page);
    MockWeb::builder().sites([site.by_front()])
}

#[tokio::test]
async fn an_aiohttp_session_has_100_requests_in_flight_and_reqwest_all_300() {
    mock_server::room_for(300).expect("room for 300 requests");
    let (web, sites, _watchdog) = start(popular().gate(300, PATIENT));
    let sites: Vec<_> = sites.iter().cycle().take(300).cloned().collect();
    let pages = fetch_all(&reqwest::Client::new(), &sites).await;
    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    assert_eq!(web.record().max_in_flight(), 300);

    for (gate, wait, pages) in [
        (100, PATIENT, "300 of 300 pages\n"),
        (101, IMPATIENT, "0 of 300 pages\n"),
    ] {
        let (web, sites, _watchdog) = start(popular().gate(gate, wait));
        let program = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/aiohttp_defaults.py");
        let Some(printed) =
            run_python(&program, &["aiohttp"], &[&sites[0].url])
        else {
            return;
        };
        assert_eq!(printed, pages, "a gate for {gate}");
        assert!(web.record().max_in_flight() <= 100, "a gate for {gate}");
    }
}

#[tokio::test]
async fn a_join_set_keeps_tasks_that_have_ended_until_their_results_are_taken()
{
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        tasks.spawn(async {});
    }
    while alive() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(tasks.len(), 100);
    while tasks.try_join_next().is_some() {}
    assert_eq!(tasks.len(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn a_permit_inside_the_task_limits_the_jobs_and_one_before_it_the_tasks()
{
    let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
    let counts = |counts: &permit::Counts| {
        [&counts.done, &counts.jobs, &counts.tasks].map(count)
    };
    let wrong = Arc::new(permit::Counts::default());
    permit::inside(1_000, 8, &wrong).await;
    assert_eq!(counts(&wrong), [1_000, 8, 1_000]);

    let right = Arc::new(permit::Counts::default());
    permit::before(1_000, 8, &right).await;
    assert_eq!(counts(&right), [1_000, 8, 8]);
}
