//! How much memory a channel without a bound takes. It's measured for the whole
//! process, so this file has a process of its own and a single test.

#[path = "lesson/examples.rs"]
mod examples;

use examples::backpressure::{bounded, page, unbounded, work};
use testkit::watchdog;

const PAGE: usize = 128 * 1024;

#[tokio::test(start_paused = true)]
async fn without_a_bound_all_pages_are_in_memory_and_with_one_only_a_few() {
    let _watchdog = watchdog();
    // The allocator may keep memory that was freed, so this one comes first.
    let right = bounded(200, 8, page, work).await;
    let wrong = unbounded(200, page, work).await;
    assert!(wrong.memory > 100 * PAGE, "{}", wrong.memory);
    assert!(right.memory < 50 * PAGE, "{}", right.memory);
}
