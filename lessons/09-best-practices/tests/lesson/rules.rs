//! Rules 1 (start the runtime once), 3 (handle errors) and 5 (close what you
//! open).

use std::fs;
use std::io::{BufWriter, Write};

use lesson09::{errors, flushing, runtime};
use reqwest::{Client, Result};
use testkit::{PATIENT, quick_tutorial, start, watchdog};

use crate::support::{five_sites_and, one_thread};

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
    let client = Client::new();
    let kept = one_thread().block_on(runtime::kept(&client, &sites));
    assert_eq!(bytes(&kept), [15_000, 50_321, 45_000]);
    assert_eq!(web.record().max_in_flight(), 3);
}

#[tokio::test]
async fn keeping_only_the_pages_counts_an_error_page_and_loses_the_failures() {
    let (_web, sites, _watchdog) = start(five_sites_and([]));
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
