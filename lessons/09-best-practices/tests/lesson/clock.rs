//! The paused clock, and intervals.

// ANCHOR: use
use std::sync::mpsc;
use std::time::Duration;

use testkit::{quick_tutorial, start, watchdog};
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, sleep};

use crate::examples::{intervals, paused_clock};
use crate::support::IMPATIENT;
// ANCHOR_END: use

// ANCHOR: paused
#[tokio::test(start_paused = true)]
async fn an_answer_at_the_third_try_takes_two_hours() {
    let start = tokio::time::Instant::now();
    let mut tries = 0;
    let request = async || {
        tries += 1;
        (tries == 3).then_some("an answer")
    };

    assert_eq!(paused_clock::poll_hourly(request).await, "an answer");

    assert_eq!(start.elapsed(), 2 * paused_clock::PAUSE);
}
// ANCHOR_END: paused

#[test]
fn a_paused_clock_does_not_wait_for_a_socket_and_one_that_runs_does() {
    // This is the one place where a paused clock meets a socket, on purpose. The
    // answer would come in time, and the watchdog would end it before that.
    const HOUR: Duration = Duration::from_secs(3_600);
    let delay = "delay?ms=300000".parse().expect("it is a fault");
    let (web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", delay));
    let paused = paused_clock::paused().expect("a runtime");
    let output = paused.block_on(paused_clock::fetch_within(&sites[1], HOUR));
    assert_eq!(output, "the timeout expired");
    drop(web);

    let (_web, sites, _watchdog) = start(quick_tutorial());
    let running = paused_clock::running().expect("a runtime");
    let output = running.block_on(paused_clock::fetch_within(&sites[1], HOUR));
    assert_eq!(output, "50321 bytes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_clock_of_a_runtime_with_several_threads_cannot_be_paused() {
    let _watchdog = watchdog();
    let paused = tokio::spawn(async { tokio::time::pause() }).await;
    let error = paused.expect_err("it panics").to_string();
    let message = "`time::pause()` requires the `current_thread` Tokio runtime";
    assert!(error.contains(message), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_the_standard_library_cannot_be_paused() {
    let _watchdog = watchdog();
    let (by_tokio, by_std) =
        (tokio::time::Instant::now(), std::time::Instant::now());
    sleep(paused_clock::PAUSE).await;
    assert_eq!(by_tokio.elapsed(), paused_clock::PAUSE);
    // The watchdog would have ended it before that.
    assert!(by_std.elapsed() < paused_clock::PAUSE);
}

#[tokio::test(start_paused = true)]
async fn a_paused_clock_does_not_jump_while_a_blocking_call_runs() {
    let _watchdog = watchdog();
    let start = tokio::time::Instant::now();
    let sleeping = tokio::spawn(sleep(paused_clock::PAUSE));
    let (sender, receiver) = mpsc::channel::<()>();
    let call = spawn_blocking(move || receiver.recv_timeout(IMPATIENT));
    let timed_out = call.await.expect("no panic").is_err();
    assert!(timed_out, "nothing is sent");
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert!(!sleeping.is_finished());
    drop(sender);

    sleeping.await.expect("no panic");
    assert_eq!(start.elapsed(), paused_clock::PAUSE);
}

#[tokio::test(start_paused = true)]
async fn missed_ticks_come_in_a_burst_or_are_delayed_or_skipped() {
    let _watchdog = watchdog();
    for (behavior, expected) in [
        (MissedTickBehavior::Burst, [0, 3_000, 3_000, 3_000, 3_200]),
        (MissedTickBehavior::Delay, [0, 3_000, 3_800, 4_600, 5_400]),
        (MissedTickBehavior::Skip, [0, 3_000, 3_200, 4_000, 4_800]),
    ] {
        let start = tokio::time::Instant::now();
        let mut requests = Vec::new();
        let request = async || {
            let is_first = requests.is_empty();
            requests.push(start.elapsed().as_millis());
            if is_first {
                sleep(Duration::from_secs(3)).await;
            }
        };
        let period = Duration::from_millis(800);
        intervals::poll(period, behavior, 5, request).await;
        assert_eq!(requests, expected, "{behavior:?}");
    }
    let ticks = tokio::time::interval(Duration::from_secs(1));
    assert_eq!(ticks.missed_tick_behavior(), MissedTickBehavior::Burst);
}
