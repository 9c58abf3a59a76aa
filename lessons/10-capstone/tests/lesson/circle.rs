//! Two stages that hand work to each other.

use crate::examples::circle;

// No sockets here, so the clock can be paused: the timeout expires only when
// both stages wait.
#[tokio::test(start_paused = true)]
async fn sending_before_receiving_deadlocks_and_doing_either_does_not() {
    let wrong = circle::run(circle::send_then_receive).await;
    // One channel, the hand of the other stage, and the other channel are full.
    let in_flight = 4 + 1 + 4;
    let deadlocked =
        circle::Crawl { visited: 5, in_flight, is_finished: false };
    assert_eq!(wrong, deadlocked);
    let right = circle::run(circle::send_or_receive).await;
    let finished =
        circle::Crawl { visited: 1_000, in_flight: 0, is_finished: true };
    assert_eq!(right, finished);
}
