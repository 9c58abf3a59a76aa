//! When a future's clock starts, and how often it's polled.

use std::cell::Cell;
use std::future::{pending, poll_fn, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use testkit::{quick_tutorial, start};

use crate::examples::clocks;

#[tokio::test(start_paused = true)]
async fn a_pinned_future_continues_after_a_timeout_that_awaited_it_by_reference()
 {
    use tokio::time::{sleep, timeout};
    let started = Cell::new(0);
    let slow_page = || async {
        started.set(started.get() + 1);
        sleep(Duration::from_millis(60)).await;
        15_000
    };
    let wait = Duration::from_millis(40);

    let mut page = pin!(slow_page());
    assert!(timeout(wait, &mut page).await.is_err());
    assert_eq!(page.await, 15_000);
    let mut boxed = Box::pin(slow_page());
    assert!(timeout(wait, &mut boxed).await.is_err());
    assert_eq!(boxed.await, 15_000);

    assert_eq!(started.get(), 2, "each ran once");
}

#[tokio::test(start_paused = true)]
async fn sleep_and_timeout_start_their_clock_when_called_and_an_async_block_when_polled()
 {
    use clocks::await_late;
    use tokio::time::{sleep, timeout};
    let second = Duration::from_secs(1);

    let ((), took) = await_late(sleep(second)).await;
    assert_eq!(took, Duration::ZERO);
    let ((), took) = await_late(async { sleep(second).await }).await;
    // Tokio's timers round up to a millisecond.
    assert!(took >= second && took < second * 2, "{took:?}");
    let (result, took) = await_late(timeout(second / 2, pending::<()>())).await;
    assert_eq!((result.is_err(), took), (true, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_work_behind_a_join_handle_runs_while_the_handle_is_not_polled() {
    let half = Duration::from_millis(500);
    let task = tokio::spawn(tokio::time::sleep(half));
    let (result, took) = clocks::await_late(task).await;
    assert_eq!((result.is_ok(), took), (true, Duration::ZERO));
}

#[tokio::test]
async fn a_request_whose_timeout_expires_before_its_first_poll_is_never_sent() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();
    let timeout = Duration::from_millis(100);

    let request = client.get(&sites[0].url).timeout(timeout).send();
    let (result, _) = clocks::await_late(request).await;

    let error = result.expect_err("its timeout has expired");
    assert!(error.is_timeout(), "{error:?}");
    // A request that was on its way would arrive before this one.
    client.get(&sites[1].url).send().await.expect("a page");
    assert_eq!(web.record().requests(&sites[0].name), 0);
}

#[test]
fn an_error_waits_for_the_other_future_in_join_and_not_in_try_join() {
    let fails = || ready(Err::<(), _>("an error"));
    let never = || pending::<Result<(), &str>>();

    let joined = async { tokio::join!(fails(), never()) };
    assert_eq!(joined.now_or_never(), None);
    let joined = async { tokio::try_join!(fails(), never()) };
    assert_eq!(joined.now_or_never(), Some(Err("an error")));
}

/// How many futures a second poll of `join_all` polls, none having been woken.
fn polled_again(futures: usize) -> usize {
    let polls = Cell::new(0);
    let count = |_| {
        poll_fn(|_| {
            polls.set(polls.get() + 1);
            Poll::<()>::Pending
        })
    };
    let mut joined = pin!(join_all((0..futures).map(count)));
    let mut context = Context::from_waker(Waker::noop());
    assert!(joined.as_mut().poll(&mut context).is_pending());
    assert_eq!(polls.take(), futures, "each is polled once");
    assert!(joined.as_mut().poll(&mut context).is_pending());
    polls.get()
}

#[test]
fn join_all_polls_all_of_up_to_30_futures_again_and_above_that_those_that_were_woken()
 {
    assert_eq!(polled_again(30), 30);
    assert_eq!(polled_again(31), 0);
}
