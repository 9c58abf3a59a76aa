//! Where code may wait for a future, and where that panics or hangs.

use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use testkit::{IMPATIENT, watchdog};
use tokio::runtime::Runtime;

use crate::examples::in_and_out;
use crate::support::many_and_one;

/// The message of the panic that `run` ends with.
fn message_of(run: impl FnOnce() -> usize + Send) -> String {
    let run = thread::scope(|scope| scope.spawn(run).join());
    let panic = run.expect_err("it panics");
    let words = panic.downcast_ref::<String>().cloned();
    let words = words
        .or_else(|| panic.downcast_ref::<&str>().map(|&words| words.into()));
    words.expect("a panic has words")
}

#[test]
fn block_on_in_an_async_fn_panics_on_every_runtime_and_await_is_the_cure() {
    for runtime in many_and_one() {
        let message = message_of(|| runtime.block_on(in_and_out::nested()));
        let start = "Cannot start a runtime from within a runtime. ";
        assert!(message.starts_with(start), "{message}");
        assert_eq!(runtime.block_on(in_and_out::awaited()), 15_000);
    }
}

#[test]
fn a_blocking_client_in_an_async_fn_panics_and_is_fine_on_the_pool() {
    for runtime in many_and_one() {
        // A release build of reqwest doesn't check.
        if cfg!(debug_assertions) {
            let message =
                message_of(|| runtime.block_on(in_and_out::blocking_client()));
            let start = "Cannot drop a runtime in a context where blocking is not allowed. ";
            assert!(message.starts_with(start), "{message}");
        }
        let bytes = runtime.block_on(in_and_out::blocking_client_on_the_pool());
        assert_eq!(bytes, 15_000);
    }
}

#[test]
fn another_executor_has_no_reactor_and_a_handle_brings_one() {
    assert_eq!(
        message_of(in_and_out::other_executor),
        "there is no reactor running, must be called from the context of a Tokio 1.x runtime"
    );
    let runtime = Runtime::new().expect("a runtime");
    assert_eq!(in_and_out::with_the_handle(runtime.handle()), 15_000);
    assert_eq!(in_and_out::entered(runtime.handle()), 15_000);
}

#[test]
fn another_executor_on_the_only_thread_of_a_runtime_waits_forever_for_its_timer()
 {
    let [many, one] = many_and_one();
    let nested = async || futures::executor::block_on(in_and_out::awaited());
    assert_eq!(many.block_on(nested()), 15_000);
    // A future that doesn't need the runtime is fine.
    let ready = async || futures::executor::block_on(async { 15_000 });
    assert_eq!(one.block_on(ready()), 15_000);

    let (sender, receiver) = mpsc::channel();
    // This thread is left behind, and ends with the process.
    thread::spawn(move || {
        let bytes = one.block_on(nested());
        sender.send(bytes).expect("the test receives it");
    });
    let waited = receiver.recv_timeout(IMPATIENT);
    assert_eq!(waited, Err(mpsc::RecvTimeoutError::Timeout));
}

#[test]
fn a_plain_thread_can_spawn_a_task_through_the_handle() {
    let runtime = Runtime::new().expect("a runtime");
    let handle = runtime.handle().clone();
    let spawn = move || handle.spawn(in_and_out::awaited());
    let task = thread::spawn(spawn).join().expect("it doesn't panic");
    assert_eq!(runtime.block_on(task).expect("it doesn't panic"), 15_000);
}

#[test]
fn the_handle_of_a_runtime_with_one_thread_waits_until_that_thread_is_in_block_on()
 {
    let [_, one] = many_and_one();
    let handle = one.handle().clone();
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        let bytes = in_and_out::with_the_handle(&handle);
        sender.send(bytes).expect("the test receives it");
    });
    assert!(receiver.recv_timeout(IMPATIENT).is_err(), "nothing drives it");

    let _watchdog = watchdog();
    one.block_on(async {
        while !thread.is_finished() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    assert_eq!(receiver.recv().expect("it was sent"), 15_000);
}

#[test]
fn a_channel_works_under_any_executor() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let thread = thread::spawn(move || sender.blocking_send(15_000));
    let bytes = futures::executor::block_on(receiver.recv());
    assert_eq!(bytes, Some(15_000));
    thread.join().expect("no panic").expect("it was received");
}

#[test]
fn block_in_place_works_with_many_threads_and_panics_with_one() {
    let [many, one] = many_and_one();
    assert_eq!(many.block_on(async { in_and_out::callback() }), 15_000);
    assert_eq!(
        message_of(|| one.block_on(async { in_and_out::callback() })),
        "can call blocking only when running on the multi-threaded runtime"
    );
    for runtime in [many, one] {
        let bytes = runtime.block_on(in_and_out::callback_on_the_pool());
        assert_eq!(bytes, 15_000);
    }
}

#[test]
fn block_in_place_stops_the_other_branches_of_its_task() {
    let seen = Mutex::new(Vec::new());
    let see = |what| seen.lock().expect("no branch panics").push(what);
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let callback = async {
            see("the callback begins");
            in_and_out::callback();
            see("the callback ends");
        };
        tokio::join!(callback, async { see("the other branch") });
    });
    assert_eq!(
        seen.into_inner().expect("no branch panics"),
        ["the callback begins", "the callback ends", "the other branch"]
    );
}

#[test]
fn a_thread_sends_to_a_future_and_may_not_block_inside_the_runtime() {
    for runtime in many_and_one() {
        assert_eq!(runtime.block_on(in_and_out::from_a_thread()), 110_321);
        let (sender, _receiver) = tokio::sync::mpsc::channel(1);
        let message = message_of(|| {
            runtime.block_on(async {
                sender.blocking_send(15_000).expect("there is room");
                15_000
            })
        });
        let start = "Cannot block the current thread from within a runtime. ";
        assert!(message.starts_with(start), "{message}");
    }
}
