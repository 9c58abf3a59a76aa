//! What a channel without a bound costs. The memory is that of the whole
//! process, so this has one for itself, and a single test.

use std::time::Duration;

use mock_server::Watchdog;

#[path = "../examples/backpressure.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod backpressure;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(100);
const PAGE: usize = 128 * 1024;

#[tokio::test(start_paused = true)]
async fn without_a_bound_all_pages_are_in_memory_and_with_one_a_few() {
    let _watchdog = Watchdog::start(WATCHDOG, Vec::new);
    // What is freed may be kept for later, so this one is first.
    let right = backpressure::bounded(200).await;
    let wrong = backpressure::unbounded(200).await;
    assert!(wrong.memory > 100 * PAGE, "{}", wrong.memory);
    assert!(right.memory < 50 * PAGE, "{}", right.memory);
}
