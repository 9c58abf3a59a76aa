//! Stopping at the first error, or collecting all results; and errors that
//! leave tasks.

use std::error::Error;
use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use futures::FutureExt;
use futures::future::try_join_all;
use futures::stream::{self, StreamExt, TryStreamExt};
use lesson_kit::Site;
use lesson06::{BoxError, ErrorKind, FetchError};
use mock_server::{Fault, MockWeb, Outcome, Watchdog};
use testkit::{PATIENT, quick_tutorial, start, watchdog};
use tokio::sync::Notify;
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::task::{JoinSet, yield_now};

use crate::examples::{fail_fast, fail_fast_100};
use crate::support::client;

/// Without a total timeout: a wait for a site that hangs is ended by the watchdog.
fn patient() -> reqwest::Client {
    reqwest::Client::new()
}

/// The first and the third of the tutorial's sites hang, and the second answers 404 after a while.
fn second_fails() -> (MockWeb, Vec<Site>, Watchdog) {
    let builder = quick_tutorial()
        .fault("codeswithpankaj.com", Fault::Hang)
        .fault("w3schools.com", Fault::Hang)
        .fault("python.org", Fault::Delay { time: Duration::from_millis(200) });
    let (web, mut sites, watchdog) = start(builder);
    sites[1].url += "missing";
    (web, sites, watchdog)
}

#[tokio::test]
async fn fail_fast_returns_the_first_error_and_drops_the_rest() {
    let (web, sites, _watchdog) = second_fails();

    let error = fail_fast::fail_fast(&patient(), &sites).await;

    let error = error.expect_err("the second page does not exist");
    assert_eq!(error.site, "python.org");
    assert!(
        matches!(error.kind, ErrorKind::Status(status, _) if status == 404)
    );
    web.wait_until(|record| record.in_flight() == 0).await;
    let record = web.record();
    assert_eq!(record.count(Outcome::Complete), 1);
    assert_eq!(record.client_gone(), record.exchanges().len() - 1);
}

#[tokio::test]
async fn collect_all_has_a_result_for_each() {
    let (web, mut sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    sites[1].url += "missing";

    let pages = fail_fast::collect_all(&client(), &sites).await;

    let [Ok(15_000), Err(error), Ok(45_000)] = &pages[..] else {
        panic!("{pages:?}");
    };
    assert!(
        matches!(error.kind, ErrorKind::Status(status, _) if status == 404)
    );
    assert_eq!(web.record().client_gone(), 0);
}

/// So many fetches: number 0 never completes, number 1 fails, and the others are ready.
fn stuck(
    count: usize,
) -> Vec<impl Future<Output = anyhow::Result<usize>> + Send + 'static> {
    let fetch = async |number| match number {
        0 => pending().await,
        1 => bail!("number 1 fails"),
        _ => Ok(number),
    };
    (0..count).map(fetch).collect()
}

/// The smallest number of futures for which `try_join_all` keeps an error back.
const TOO_MANY: usize = 31;

#[test]
fn try_join_all_returns_the_first_error_only_up_to_thirty_futures() {
    for count in [3, TOO_MANY - 1] {
        let joined = fail_fast_100::joined(stuck(count)).now_or_never();
        let error = joined.expect("it is ready").expect_err("number 1 fails");
        assert_eq!(error.to_string(), "number 1 fails");
    }
    for count in [TOO_MANY, 100] {
        let joined = fail_fast_100::joined(stuck(count)).now_or_never();
        assert!(joined.is_none(), "{count}: {joined:?}");
    }
}

#[test]
fn what_counts_is_the_iterators_upper_bound_and_not_the_number_of_futures() {
    let joined = |bound| {
        // However many items there are, three are left.
        let few = stuck(bound).into_iter().enumerate();
        let few = few.filter(|(number, _)| *number < 3);
        let few = few.map(|(_, fetch)| fetch);
        assert_eq!(few.size_hint(), (0, Some(bound)));
        try_join_all(few).now_or_never()
    };
    let error = joined(TOO_MANY - 1).expect("it is ready");
    let error = error.expect_err("number 1 fails");
    assert_eq!(error.to_string(), "number 1 fails");
    assert!(joined(TOO_MANY).is_none(), "it waits for number 0");
}

#[tokio::test]
async fn above_thirty_the_error_comes_when_the_futures_before_it_are_done() {
    let first = Arc::new(Notify::new());
    let fetches = (0..TOO_MANY).map(|number| {
        let first = Arc::clone(&first);
        async move {
            match number {
                0 => {
                    first.notified().await;
                    Ok(number)
                }
                1 => bail!("number 1 fails"),
                _ => pending().await,
            }
        }
    });
    let mut joined = Box::pin(fail_fast_100::joined(fetches.collect()));
    assert!(joined.as_mut().now_or_never().is_none());
    first.notify_one();
    let error = joined.await.expect_err("number 1 has failed long ago");
    assert_eq!(error.to_string(), "number 1 fails");
}

#[tokio::test]
async fn buffer_unordered_and_a_set_return_the_first_error_for_any_number() {
    let _watchdog = watchdog();
    for count in [3, TOO_MANY - 1, TOO_MANY, 100] {
        let buffered = fail_fast_100::buffered(stuck(count)).now_or_never();
        let error = buffered.expect("it is ready").expect_err("one fails");
        assert_eq!(error.to_string(), "number 1 fails");
        let joined = fail_fast_100::with_tasks(stuck(count)).await;
        let error = joined.expect_err("number 1 fails");
        assert_eq!(error.to_string(), "number 1 fails");
    }
}

#[test]
fn buffered_keeps_the_order_and_so_keeps_the_error_back_for_any_number() {
    let pages = stream::iter(stuck(3)).buffered(3);
    let pages = pages.try_collect::<Vec<_>>().now_or_never();
    assert!(pages.is_none(), "{pages:?}");
}

#[tokio::test]
async fn try_join_on_handles_misses_the_error_of_a_task() {
    let (_web, mut sites, _watchdog) = start(quick_tutorial());
    sites[1].url += "missing";

    let wrong = fail_fast::handles(&client(), &sites[0], &sites[1]).await;
    assert!(matches!(wrong, Ok((Ok(15_000), Err(_)))), "{wrong:?}");
}

#[tokio::test]
async fn a_set_of_tasks_that_is_dropped_at_the_first_error_cuts_the_others() {
    let (web, sites, _watchdog) = second_fails();
    let pages = fail_fast::fail_fast_with_tasks(&patient(), &sites).await;
    let error = pages.expect_err("the second page does not exist");
    let error: FetchError = error.downcast().expect("it is the task's own");
    assert_eq!(error.site, "python.org");
    assert!(
        matches!(error.kind, ErrorKind::Status(status, _) if status == 404)
    );
    web.wait_until(|record| record.client_gone() == 2).await;
}

// On one thread a task is gone after its next turn, and not before.
#[tokio::test]
async fn a_set_that_is_dropped_does_not_wait_for_its_tasks_to_be_gone() {
    let (alive, mut gone) = oneshot::channel::<()>();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let _alive = alive;
        pending::<()>().await;
    });
    yield_now().await;
    drop(tasks);
    assert_eq!(gone.try_recv(), Err(TryRecvError::Empty));
    assert!(gone.await.is_err(), "it is dropped, and sent nothing");
}

#[tokio::test]
async fn an_error_that_is_send_and_sync_can_leave_a_task() {
    let _watchdog = watchdog();
    let boxed: Result<(), BoxError> =
        tokio::spawn(ready(Err("boxed".into()))).await.expect("no panic");
    assert_eq!(boxed.expect_err("it fails").to_string(), "boxed");
    let of_anyhow: anyhow::Result<()> =
        tokio::spawn(async { bail!("of anyhow") }).await.expect("no panic");
    assert_eq!(of_anyhow.expect_err("it fails").to_string(), "of anyhow");
    fn leaves_a_task<E: Error + Send + 'static>() {}
    leaves_a_task::<FetchError>();
}

#[test]
fn with_one_future_more_than_thirty_the_example_waits_for_a_second() {
    // A paused clock, and no socket.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let after = async |count| {
            let start = tokio::time::Instant::now();
            let pages = fail_fast_100::joined(fail_fast_100::fetches(count));
            pages.await.expect_err("number 1 fails");
            start.elapsed().as_millis() / 10 * 10
        };
        assert_eq!((after(30).await, after(31).await), (100, 1_000));
    });
}
