//! A lock guard held across an await, and a lock that a panic has poisoned.

use std::sync::{Arc, Mutex};
use std::thread;

use lesson09::watchdog::{Watched, watch};
use mock_server::Outcome;
use testkit::{PATIENT, quick_tutorial, start, watchdog};
use tokio::sync::Notify;
use tokio::task::yield_now;

use crate::examples::{guard, poisoned, shared_map};
use crate::support::{STEP, lines, one_thread};

#[test]
fn the_watchdog_tells_a_hang_from_the_end_and_has_the_last_line() {
    let finished = watch(PATIENT, |log| log.print("one"));
    assert_eq!(finished, Watched::Finished(lines(["one"])));
    assert_eq!(finished.to_string(), "finished");
    let hung = watch(STEP, |log| {
        log.print("one");
        log.print("two");
        thread::park();
        drop(log);
    });
    assert_eq!(hung, Watched::Hung(lines(["one", "two"])));
    assert_eq!(hung.to_string(), "watchdog: it hangs; last line: two");
}

#[test]
#[should_panic(expected = "half way")]
fn the_watchdog_passes_on_a_panic() {
    watch(PATIENT, |_log| panic!("half way"));
}

#[test]
fn stds_lock_held_across_an_await_hangs_before_the_first_request() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let watched = guard::run(&sites, STEP, guard::held);
    assert_eq!(
        watched.expect("a runtime"),
        Watched::Hung(lines([
            "codeswithpankaj.com wants the lock",
            "python.org wants the lock",
        ]))
    );
    assert_eq!(web.record().exchanges().len(), 0);
}

#[test]
fn tokios_lock_held_across_an_await_lets_one_fetch_run_at_a_time() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let watched = guard::run(&sites, PATIENT, guard::held_async);
    assert_eq!(
        watched.expect("a runtime"),
        Watched::Finished(lines([
            "codeswithpankaj.com wants the lock",
            "python.org wants the lock",
            "w3schools.com wants the lock",
            "110321 bytes",
        ]))
    );
    assert_eq!(web.record().max_in_flight(), 1);
    assert_eq!(web.record().count(Outcome::Complete), 3);
}

#[test]
fn stds_lock_for_one_statement_lets_all_fetches_run_concurrently() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let watched = guard::run(&sites, PATIENT, guard::brief);
    assert_eq!(
        watched.expect("a runtime"),
        Watched::Finished(lines(["110321 bytes"]))
    );
    assert_eq!(web.record().max_in_flight(), 3);
}

#[test]
#[expect(clippy::await_holding_lock, reason = "it is what this is about")]
fn a_guard_across_an_await_does_not_stop_a_task_that_takes_no_lock() {
    let _watchdog = watchdog();
    let (lock, other_was_here) = (Mutex::new(0), Notify::new());
    one_thread().block_on(async {
        let holds = async {
            let mut guard = lock.lock().expect("no panic");
            other_was_here.notified().await;
            *guard += 1;
        };
        let other = async { other_was_here.notify_one() };
        tokio::join!(holds, other);
    });
    assert_eq!(*lock.lock().expect("no panic"), 1);
}

/// Guards that let their future go to another thread. Those that don't are in
/// `compile_fail`.
#[test]
fn a_guard_in_a_scope_or_in_one_statement_or_dropped_unused_can_be_spawned() {
    fn can_be_spawned(_: impl Send + 'static) {}
    let lock = Arc::new(Mutex::new(0));
    let scope = Arc::clone(&lock);
    can_be_spawned(async move {
        {
            let mut guard = scope.lock().expect("no panic");
            *guard += 1;
        }
        yield_now().await;
    });
    let statement = Arc::clone(&lock);
    can_be_spawned(async move {
        *statement.lock().expect("no panic") += 1;
        yield_now().await;
    });
    can_be_spawned(async move {
        let guard = lock.lock().expect("no panic");
        drop(guard);
        yield_now().await;
    });
}

#[tokio::test]
async fn a_panic_poisons_stds_lock_and_the_next_expect_panics_too() {
    let _watchdog = watchdog();
    let lock = Arc::default();
    let messages = poisoned::two_tasks(&lock, poisoned::with_expect).await;
    assert_eq!(messages[0], "panicked: an empty page");
    assert!(messages[1].starts_with("panicked: "), "{messages:?}");
    assert!(messages[1].contains("PoisonError"), "{messages:?}");
    // The data is still there, half changed.
    assert!(lock.is_poisoned());
    let half = lock.lock().expect_err("it's poisoned").into_inner().clone();
    assert_eq!(half, poisoned::Totals { pages: 1, bytes: 0 });
}

#[tokio::test]
async fn a_task_that_takes_the_data_of_a_poisoned_lock_continues_with_half() {
    let _watchdog = watchdog();
    let lock = Arc::default();
    let messages = poisoned::two_tasks(&lock, poisoned::with_into_inner).await;
    assert_eq!(messages, ["panicked: an empty page", "finished"]);
    let totals = lock.lock().unwrap_or_else(|error| error.into_inner()).clone();
    assert_eq!(totals, poisoned::Totals { pages: 2, bytes: 800 });
}

#[tokio::test]
async fn a_panic_does_not_poison_tokios_lock() {
    let _watchdog = watchdog();
    let lock = Arc::new(tokio::sync::Mutex::new([0, 0]));
    let shared = Arc::clone(&lock);
    let first = tokio::spawn(async move {
        let mut pair = shared.lock().await;
        pair[0] = 1;
        panic!("half way");
    });
    assert!(first.await.is_err_and(|error| error.is_panic()));
    assert_eq!(*lock.lock().await, [1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_counts_every_page_only_if_it_is_read_and_written_in_one_lock()
{
    let (_web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let totals = shared_map::three_tasks(&sites[1], shared_map::fetch_then_add);
    assert_eq!(totals.await.expect("the pages")["python.org"], 3 * 50_321);

    let (_web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let totals =
        shared_map::three_tasks(&sites[1], shared_map::read_fetch_write);
    assert_eq!(totals.await.expect("the pages")["python.org"], 50_321);
}
