//! Rules 1, 3 and 5.

use std::fs;
use std::io::{BufWriter, Write};
use std::time::Duration;

use lesson09::{SITES, errors, flushing, runtime};
use mock_server::testing::quick_tutorial;
use mock_server::{MockWeb, Site};
use reqwest::{Client, Result};

use crate::examples::client_and_runtime::on_two_runtimes;
use crate::{PATIENT, one_thread, start, watchdog};

/// The lesson's five sites, without their delays.
fn five_sites() -> mock_server::Builder {
    let known = [Site::tutorial(), Site::failing()].into_iter().flatten();
    let five = known.filter(|site| SITES.contains(&site.name.as_str()));
    MockWeb::builder().sites(five.map(|site| site.delay(Duration::ZERO)))
}

fn bytes(pages: &[Result<usize>]) -> Vec<usize> {
    pages.iter().flatten().copied().collect()
}

#[test]
fn with_a_runtime_for_each_fetch_none_overlap_and_with_one_runtime_all_do() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(1, PATIENT));
    let broken = runtime::broken(&sites).expect("runtimes");
    assert_eq!(bytes(&broken), [15_000, 50_321, 45_000]);
    assert_eq!(web.record().max_in_flight(), 1);

    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let kept = one_thread().block_on(runtime::kept(&sites));
    assert_eq!(bytes(&kept.expect("a client")), [15_000, 50_321, 45_000]);
    assert_eq!(web.record().max_in_flight(), 3);
}

/// A site that answers its first request immediately and the others late.
fn late_after_the_first(delay: Duration) -> mock_server::Builder {
    let fault = "fail-first?n=1&with=delay?ms=0".parse();
    let site = Site::new("python.org").delay(delay);
    MockWeb::builder().sites([site.fault(fault.expect("it is a fault"))])
}

#[test]
fn a_request_fails_when_the_runtime_that_opened_its_connection_ends() {
    let (web, sites, _watchdog) = start(late_after_the_first(PATIENT));
    let client = Client::new();
    let until_under_way =
        web.wait_until(|record| record.exchanges().len() == 2);
    let page = on_two_runtimes(&client, &client, &sites[0], until_under_way);
    let error = page.expect("the first page").expect_err("no connection");
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    let causes = lesson_kit::with_causes(&error);
    let message = "dispatch task is gone: runtime dropped the dispatch task";
    assert!(causes.ends_with(message), "{causes}");
    assert_eq!(web.record().connections(), 1);
}

#[test]
fn a_client_for_each_runtime_has_connections_of_its_own() {
    let late = late_after_the_first(Duration::from_millis(500));
    let (web, sites, _watchdog) = start(late);
    let (first, second) = (Client::new(), Client::new());
    let until_under_way =
        web.wait_until(|record| record.exchanges().len() == 2);
    let page = on_two_runtimes(&first, &second, &sites[0], until_under_way);
    assert!(page.expect("the first page").is_ok());
    assert_eq!(web.record().connections(), 2);
}

#[tokio::test]
async fn keeping_only_the_pages_counts_an_error_page_and_loses_the_failures() {
    let (_web, sites, _watchdog) = start(five_sites());
    let client = Client::new();

    let broken = errors::broken(&client, &sites).await;
    let kept = errors::kept(&client, &sites).await;

    assert_eq!(broken.len(), 4, "with the page that says 404");
    assert!(broken.contains(&21));
    assert_eq!(kept.len(), 5);
    assert_eq!(bytes(&kept), [15_000, 50_321, 45_000]);
    let refused = kept[3].as_ref().expect_err("it refuses the connection");
    assert!(refused.is_connect());
    let missing = kept[4].as_ref().expect_err("it has no page");
    assert_eq!(missing.status().map(|status| status.as_u16()), Some(404));
}

#[tokio::test]
async fn a_report_that_is_not_shut_down_is_empty_and_one_that_is_has_all_lines()
{
    let _watchdog = watchdog();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.txt");
    let lines = ["one\n".to_owned(), "two\n".to_owned()];

    flushing::broken(&file, &lines).await.expect("nothing fails");
    assert_eq!(fs::read(&file).expect("it is there"), b"");

    flushing::kept(&file, &lines).await.expect("nothing fails");
    assert_eq!(fs::read(&file).expect("it is there"), b"one\ntwo\n");

    // The standard library's `BufWriter` writes the rest when it's dropped.
    let mut report = BufWriter::new(fs::File::create(&file).expect("a file"));
    report.write_all(b"three\n").expect("nothing fails");
    drop(report);
    assert_eq!(fs::read(&file).expect("it is there"), b"three\n");
}
