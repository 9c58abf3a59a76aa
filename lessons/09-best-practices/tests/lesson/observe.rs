//! The figures that a runtime gives about itself.
#![cfg(not(feature = "console"))]

use std::time::Duration;

use testkit::watchdog;
use tokio::runtime::Builder;

use crate::examples::watch;

#[test]
fn the_figures_of_a_runtime_show_the_tasks_that_wait_for_a_blocked_worker() {
    let _watchdog = watchdog();
    let runtime =
        Builder::new_multi_thread().worker_threads(1).build().expect("one");
    // As long as a busy machine may need for five tasks.
    let held = Duration::from_secs(2);
    let (blocked, afterwards) =
        watch::observe(&runtime, held).expect("it begins");
    assert_eq!((blocked.alive, blocked.waiting), (6, 5));
    assert_eq!((afterwards.alive, afterwards.waiting), (0, 0));
    // A worker adds up its busy time when it runs out of tasks. (A sleep is never too
    // short.)
    assert!(blocked.busy < held);
    assert!(afterwards.busy >= held);
}
