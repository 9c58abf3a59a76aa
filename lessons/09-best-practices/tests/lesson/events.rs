//! Task-locals, and events that stay set.

use futures::FutureExt;
use testkit::watchdog;
use tokio::sync::Notify;

use crate::examples::notify;
use crate::examples::task_locals::{REQUEST, Rows, expected, set_again};

#[tokio::test]
async fn a_joined_future_sees_a_task_local_and_a_spawned_one_does_not() {
    let _watchdog = watchdog();
    let numbers = |rows: Rows| rows.map(|(_, number)| number);
    let wrong = REQUEST.scope(7, expected()).await.expect("no panic");
    assert_eq!(numbers(wrong), [Some(7), Some(7), None, None]);
    let right = REQUEST.scope(7, set_again()).await.expect("no panic");
    assert_eq!(numbers(right), [Some(7); 4]);
}

#[tokio::test]
async fn notify_keeps_at_most_one_permit_and_the_others_stay_set() {
    let _watchdog = watchdog();
    assert_eq!(notify::notify_one().await, 1);
    assert_eq!(notify::notify_waiters().await, 0);
    assert_eq!(notify::set_once().await.expect("it's set once"), 3);
    assert_eq!(notify::watch_value().await, 3);
    assert_eq!(notify::cancellation_token().await, 3);
    // `notify_waiters` wakes a future that exists, even if it wasn't polled yet.
    let event = Notify::new();
    let waits = event.notified();
    event.notify_waiters();
    assert!(waits.now_or_never().is_some());
}

#[test]
fn a_set_once_cannot_be_set_again_and_a_watch_can() {
    let _watchdog = watchdog();
    let once = tokio::sync::SetOnce::new();
    once.set(1).expect("it wasn't set");
    assert!(once.set(2).is_err());
    assert_eq!(once.get(), Some(&1));
    let watch = tokio::sync::watch::Sender::new(true);
    watch.send_replace(false);
    assert!(!*watch.borrow());
}
