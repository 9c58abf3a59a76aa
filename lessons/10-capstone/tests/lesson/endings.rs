//! How a check ends: when a stage fails, panics or hangs, or when it's stopped.

use std::future::pending;
use std::io;
use std::time::Duration;

use lesson_kit::with_causes;
use lesson10::frontier::{Added, Frontier, InMemory};
use lesson10::progress::Progress;
use lesson10::{CheckError, Job, Options, check};
use mock_server::{Fault, Site};
use testkit::WATCHDOG;
use tokio_util::sync::CancellationToken;

use crate::support::{home, page, run, start, try_run_with};

/// A frontier that fails after this many calls of `next`.
struct Lost(InMemory, usize);

impl Frontier for Lost {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.0.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        let left = self.1.checked_sub(1);
        self.1 = left.ok_or(io::ErrorKind::NotConnected)?;
        self.0.next().await
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        self.0.done(job).await
    }
}

#[tokio::test]
async fn a_frontier_that_fails_ends_the_crawl_with_its_error_and_nothing_hangs()
{
    let (web, options, _watchdog) = start(vec![
        Site::new("home.example").page(page(&["http://slow.example/"])),
        Site::new("slow.example").fault(Fault::Hang),
    ]);
    let options = Options { timeout: WATCHDOG, ..options };
    let progress = Progress::hidden();
    let stop = CancellationToken::new();
    let frontier = Lost(InMemory::new(100, 4), 3);
    let error = check(&options, frontier, &progress, &stop).await;
    let error = error.expect_err("the frontier fails");
    let CheckError::Frontier { error, .. } = error else { panic!("{error:?}") };
    assert_eq!(error.kind(), io::ErrorKind::NotConnected);
    web.wait_until(|record| record.in_flight() == 0).await;
}

/// A frontier that loses its connection after this many calls of `next`, and
/// doesn't notice.
struct Silent(InMemory, usize);

impl Frontier for Silent {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.0.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        match self.1.checked_sub(1) {
            Some(left) => self.1 = left,
            None => pending().await,
        }
        self.0.next().await
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        self.0.done(job).await
    }
}

#[tokio::test]
async fn a_stop_gets_through_while_the_frontier_is_awaited() {
    let links = ["http://slow.example/", "/lost"];
    let (web, options, _watchdog) = start(vec![
        Site::new("home.example").page(page(&links)),
        Site::new("slow.example").fault(Fault::Hang),
    ]);
    let options = Options { timeout: WATCHDOG, ..options };
    let progress = Progress::hidden();
    let stop = CancellationToken::new();
    // The start, nothing before it's done, its two links, and then it hangs.
    let frontier = Silent(InMemory::new(100, 4), 4);
    let checking = check(&options, frontier, &progress, &stop);
    let stopping = async {
        web.wait_until(|record| record.requests("slow.example") == 1).await;
        stop.cancel();
    };
    let (report, ()) = tokio::join!(checking, stopping);
    let report = report.expect("the frontier does not fail");
    assert!(report.interrupted);
    assert_eq!(report.visited, 1, "the start URL: {report:?}");
    web.wait_until(|record| record.in_flight() == 0).await;
}

/// A frontier that panics when a job is done.
struct Panicking(InMemory);

impl Frontier for Panicking {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.0.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        self.0.next().await
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        assert!(job.url.path() != "/panic", "the frontier panics");
        self.0.done(job).await
    }
}

#[tokio::test]
async fn a_stage_that_panics_ends_the_check_and_what_is_in_flight() {
    let links = ["http://slow.example/", "/panic"];
    let (web, options, _watchdog) = start(vec![
        Site::new("home.example").page(page(&links)),
        Site::new("slow.example").fault(Fault::Hang),
    ]);
    let options = Options { timeout: WATCHDOG, ..options };
    let checking = tokio::spawn(async move {
        let progress = Progress::hidden();
        let stop = CancellationToken::new();
        let frontier = Panicking(InMemory::new(100, 4));
        check(&options, frontier, &progress, &stop).await
    });
    let error = checking.await.expect_err("it panics");
    let message = error.into_panic().downcast::<&str>().expect("a message");
    assert_eq!(*message, "the frontier panics");
    web.wait_until(|record| record.in_flight() == 0).await;
}

/// A frontier that fails after this many jobs, and that cancels a token when
/// it's dropped.
struct Failing {
    whole: InMemory,
    jobs: usize,
    at_end: Option<CancellationToken>,
}

impl Frontier for Failing {
    async fn add(&mut self, job: Job) -> io::Result<Added> {
        self.whole.add(job).await
    }

    async fn next(&mut self) -> io::Result<Option<Job>> {
        let next = self.whole.next().await?;
        if next.is_some() {
            let left = self.jobs.checked_sub(1);
            self.jobs = left.ok_or(io::ErrorKind::NotConnected)?;
        }
        Ok(next)
    }

    async fn done(&mut self, job: &Job) -> io::Result<()> {
        self.whole.done(job).await
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        if let Some(at_end) = &self.at_end {
            at_end.cancel();
        }
    }
}

#[tokio::test]
async fn a_frontier_that_fails_leaves_the_report_so_far() {
    let links = ["http://[", "/1", "/2"];
    let (_web, options, _watchdog) = start(vec![home(&links)]);
    let whole = InMemory::new(100, 1);
    let frontier = Failing { whole, jobs: 2, at_end: None };
    let error = try_run_with(&options, frontier).await;
    let error = error.expect_err("the frontier fails");
    let message = with_causes(&error);
    assert_eq!(message, "the frontier failed: not connected");
    let CheckError::Frontier { error, report } = error else {
        panic!("{message}")
    };
    assert_eq!(error.kind(), io::ErrorKind::NotConnected);
    let [not_url, ..] = report.broken.as_slice() else { panic!("{report:?}") };
    assert_eq!(not_url.link, "http://[");
    assert!(report.visited >= 1 && !report.skipped.is_empty());
    // Nothing was left out because of a limit.
    assert!(report.interrupted && report.limits.is_empty());
}

#[tokio::test]
async fn a_check_that_is_stopped_after_its_last_visit_was_not_interrupted() {
    let (_web, options, _watchdog) = start(vec![home(&["/"])]);
    let progress = Progress::hidden();
    let stop = CancellationToken::new();
    let whole = InMemory::new(100, 1);
    let frontier = Failing { whole, jobs: 2, at_end: Some(stop.clone()) };
    let checked = check(&options, frontier, &progress, &stop).await;
    let report = checked.expect("the frontier does not fail");
    assert!(stop.is_cancelled() && !report.interrupted);
    assert_eq!((report.fine, report.status()), (1, 0));
}

#[tokio::test]
async fn a_panic_in_a_request_panics_the_whole_check() {
    let fault: Fault = "status?code=503".parse().expect("it is a fault");
    let worn = Site::new("worn.example").fault(fault);
    let (_web, options, _watchdog) =
        start(vec![home(&["http://worn.example/"]), worn]);
    // Twice as long is more than a `Duration` holds.
    let options = Options { timeout: Duration::MAX, ..options };
    let checking = tokio::spawn(async move { run(&options).await });
    let ended = checking.await.expect_err("the check panics");
    assert!(ended.is_panic(), "{ended}");
}
