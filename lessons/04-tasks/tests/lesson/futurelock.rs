//! Futures that keep their place in a queue while nothing polls them.

use std::pin::pin;

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use testkit::watchdog;
use tokio::sync::{Mutex, mpsc};

use crate::examples::futurelock;

#[tokio::test(start_paused = true)]
async fn a_future_kept_by_reference_keeps_its_place_in_the_queue_and_it_hangs()
{
    let _watchdog = watchdog();
    assert_eq!(
        futurelock::run(futurelock::by_reference).await,
        [
            "first waits for the lock",
            "second waits for the lock",
            "the other task gives up the lock",
            "still waiting after 2 seconds",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_future_by_value_loses_its_place_and_a_task_gets_its_turn() {
    let _watchdog = watchdog();
    assert_eq!(
        futurelock::run(futurelock::by_value).await,
        [
            "first waits for the lock",
            "second waits for the lock",
            "the other task gives up the lock",
            "second has the lock",
            "finished",
        ]
    );
    assert_eq!(
        futurelock::run(futurelock::by_task).await,
        [
            "first waits for the lock",
            "second waits for the lock",
            "the other task gives up the lock",
            "first has the lock",
            "second has the lock",
            "finished",
        ]
    );
}

#[tokio::test]
async fn a_lock_goes_to_the_future_that_has_waited_longest_polled_or_not() {
    let _watchdog = watchdog();
    let lock = Mutex::new(());
    let guard = lock.lock().await;
    let mut first = pin!(lock.lock());
    assert!((&mut first).now_or_never().is_none());
    let mut second = pin!(lock.lock());
    assert!((&mut second).now_or_never().is_none());
    drop(guard);
    assert!((&mut second).now_or_never().is_none(), "it's behind the first");
    assert!(lock.try_lock().is_err(), "so is everything else");
    drop(first.now_or_never().expect("it's the first one's turn"));
    assert!(second.now_or_never().is_some());
}

#[tokio::test]
async fn room_in_a_channel_goes_to_the_future_that_has_waited_longest() {
    let _watchdog = watchdog();
    let (sender, mut receiver) = mpsc::channel(1);
    sender.send("a").await.expect("there is room");
    let mut first = pin!(sender.reserve());
    assert!((&mut first).now_or_never().is_none(), "there is no room");
    assert_eq!(receiver.recv().await, Some("a"));
    assert!(sender.reserve().now_or_never().is_none(), "the first has it");
    first.await.expect("the channel is open").send("b");
    assert_eq!(receiver.recv().await, Some("b"));
}

#[tokio::test]
async fn a_future_that_a_stream_has_polled_keeps_its_place_while_the_loop_waits()
 {
    let _watchdog = watchdog();
    let lock = Mutex::new(());
    let guard = lock.lock().await;
    let mut two = pin!(
        stream::iter([true, false])
            .map(async |wants_it| if wants_it {
                drop(lock.lock().await);
            })
            .buffer_unordered(2)
    );
    // The first of them is in the queue by now.
    two.next().await.expect("the one that doesn't want the lock");
    drop(guard);
    let mut in_the_body = pin!(lock.lock());
    assert!((&mut in_the_body).now_or_never().is_none(), "it's behind it");
    two.next().await.expect("the one that wants the lock");
    assert!(in_the_body.now_or_never().is_some());
}
