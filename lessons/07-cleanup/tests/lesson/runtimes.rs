//! What a runtime waits for when it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use testkit::{PATIENT, quick_tutorial, start};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::examples::exit_hangs;
use crate::support::{Flag, endless_pages};

#[test]
fn a_runtime_waits_for_blocking_work_when_it_is_dropped_and_not_otherwise() {
    // A gate for two holds the page of the blocking fetch.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let (runtime, page) = exit_hangs::busy_runtime(&sites[0]).expect("it runs");
    block_on(web.wait_until(|record| record.in_flight() == 1));
    let dropped = thread::spawn(move || {
        drop(runtime);
        assert!(page.is_finished(), "the drop has waited for it");
        block_on(page)
    });
    let client = reqwest::blocking::Client::new();
    client.get(&sites[1].url).send().expect("the gate opens");
    let page = dropped.join().expect("no panic").expect("no panic");
    assert_eq!(page.expect("a page"), 15_000);

    let ways: [fn(Runtime); 2] = [
        |runtime| runtime.shutdown_timeout(Duration::from_millis(50)),
        Runtime::shutdown_background,
    ];
    for end in ways {
        let (web, sites, _watchdog) = start(endless_pages());
        let (runtime, page) =
            exit_hangs::busy_runtime(&sites[0]).expect("it runs");
        block_on(web.wait_until(|record| record.in_flight() == 1));
        end(runtime);
        assert_eq!(web.record().in_flight(), 1);
        assert!(!page.is_finished());
    }
}

#[test]
fn a_dropped_runtime_drops_a_waiting_task() {
    let dropped = Arc::new(AtomicBool::new(false));
    let runtime = Runtime::new().expect("a runtime");
    let (started, has_started) = oneshot::channel();
    let flag = Arc::clone(&dropped);
    runtime.spawn(async move {
        let _guard = Flag(&flag);
        started.send(()).expect("the test waits for it");
        std::future::pending::<()>().await
    });
    runtime.block_on(has_started).expect("it starts");
    drop(runtime);
    assert!(dropped.load(Ordering::Relaxed));
}
