//! The example's executor, which sleeps until a waker is called.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use testkit::watchdog;

use crate::examples::executor;

async fn two_sleeps() -> ((), ()) {
    let (short, long) = (Duration::from_millis(50), Duration::from_millis(100));
    futures::future::join(executor::sleep(short), executor::sleep(long)).await
}

#[test]
fn a_sleep_calls_the_waker_of_its_last_poll_and_not_before_its_time() {
    let _watchdog = watchdog();
    let start = Instant::now();
    let time = Duration::from_millis(50);
    let mut sleep = pin!(executor::sleep(time));
    let mut context = Context::from_waker(Waker::noop());
    assert!(sleep.as_mut().poll(&mut context).is_pending());

    executor::block_on(sleep);

    // A lower bound, which a slow machine can't break.
    assert!(start.elapsed() >= time);
}

#[test]
fn the_executor_sleeps_until_it_is_woken_and_the_busy_one_does_not() {
    let _watchdog = watchdog();
    let polls = Cell::new(0);
    executor::block_on(executor::counted(two_sleeps(), &polls));
    let right = polls.take();
    assert!((2..=3).contains(&right), "one poll and one a wake: {right}");

    executor::busy_block_on(executor::counted(two_sleeps(), &polls));
    assert!(polls.get() > 1_000, "{polls:?}");
}

#[test]
fn a_wake_that_comes_before_the_executor_sleeps_is_not_lost() {
    let _watchdog = watchdog();
    let mut polled = 0;
    let future = poll_fn(|context| {
        polled += 1;
        context.waker().wake_by_ref();
        if polled < 10 { Poll::Pending } else { Poll::Ready(polled) }
    });
    assert_eq!(executor::block_on(future), 10);
}
