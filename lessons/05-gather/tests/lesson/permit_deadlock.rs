//! A function that takes permits, spawns all its tasks, and only then receives
//! from their channel.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::examples::permit_deadlock;
use crate::support::alive;

/// Whether `run` ends. The clock is paused: it moves on only when every task
/// waits for it or for another task, so a run that reaches the timeout hangs.
async fn ends(run: impl Future<Output = ()>) -> bool {
    timeout(Duration::from_secs(24 * 60 * 60), run).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn spawning_all_before_receiving_hangs_from_ten_pages_on() {
    for pages in [8, 9, 10, 100] {
        let permits = Arc::new(Semaphore::new(8));
        let seen = permit_deadlock::Seen::default();
        let work = async |_| seen.count();
        let run = permit_deadlock::spawn_then_receive(pages, &permits, work);
        let mut run = pin!(run);

        let ended = ends(run.as_mut()).await;

        assert_eq!(ended, pages <= 9, "{pages} pages");
        if ended {
            assert_eq!(seen.pages.get(), pages);
        } else {
            assert_eq!(seen.pages.get(), 0, "{pages} pages");
            assert_eq!((alive(), permits.available_permits()), (8, 0));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_is_returned_before_send_limits_no_tasks() {
    let permits = Arc::new(Semaphore::new(8));
    let seen = permit_deadlock::Seen::default();
    let work = async |_| seen.count();

    assert!(
        ends(permit_deadlock::return_before_send(100, &permits, work)).await
    );

    assert_eq!((seen.pages.get(), seen.tasks.get()), (100, 99));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_spawns_while_the_function_receives_ends_and_keeps_the_limit()
 {
    for pages in [8, 9, 10, 100, 1_000] {
        let permits = Arc::new(Semaphore::new(8));
        let seen = permit_deadlock::Seen::default();
        // Work that takes its time, so that the pages queue up.
        let work = async |_| {
            seen.count();
            sleep(Duration::from_secs(1)).await;
        };
        let run =
            permit_deadlock::receive_while_spawning(pages, &permits, work);

        assert!(ends(run).await, "{pages} pages");

        assert_eq!(seen.pages.get(), pages);
        // The eight and the one that spawns them.
        assert!(seen.tasks.get() <= 9, "{} tasks", seen.tasks.get());
        assert_eq!((alive(), permits.available_permits()), (0, 8));
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_function_that_receives_ends_the_tasks() {
    let permits = Arc::new(Semaphore::new(8));
    let work = async |_| std::future::pending().await;
    let run = permit_deadlock::receive_while_spawning(100, &permits, work);

    assert!(!ends(run).await, "the work never ends");

    // The runtime drops what was aborted when it gets its turn.
    sleep(Duration::from_secs(1)).await;
    assert_eq!((alive(), permits.available_permits()), (0, 8));
}
