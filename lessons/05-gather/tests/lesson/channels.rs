//! Backpressure, and the end of a channel.

use std::time::Duration;

use crate::examples::backpressure;
use crate::{IMPATIENT, PATIENT, watchdog};

#[tokio::test(start_paused = true)]
async fn a_channel_without_a_bound_takes_all_pages_and_one_with_a_bound_eight()
{
    let _watchdog = watchdog();
    let wrong = backpressure::unbounded(50).await;
    // One is being worked on, the others wait.
    assert_eq!((wrong.pages, wrong.waiting), (50, 49));
    assert_eq!(wrong.produced, Duration::ZERO);
    let right = backpressure::bounded(50).await;
    assert_eq!((right.pages, right.waiting), (50, 7));
    // The work on a page takes a millisecond. The producer has to wait for all of
    // it, except for the eight pages that have room and the one being worked on.
    assert!(right.produced >= Duration::from_millis(50 - 8 - 1));
}

#[tokio::test]
async fn a_channel_ends_when_its_last_sender_is_dropped() {
    let _watchdog = watchdog();
    let wrong = backpressure::clone_sender(IMPATIENT).await;
    assert!(wrong.ends_with("no end; senders: 1"), "{wrong}");
    let right = backpressure::clone_and_drop_sender(PATIENT).await;
    assert_eq!(right, "3 values, and the end");
}
