//! Rule 2 (do not block), and the thread pool of `spawn_blocking`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use lesson_kit::Site;
use lesson09::{blocking, fetch_page};
use reqwest::Client;
use testkit::{PATIENT, quick_tutorial, start, watchdog};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet, spawn_blocking, yield_now};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::support::{IMPATIENT, one_blocking_thread, one_thread};

/// The turns that a task had beside a driver, and whether a driver saw one go by
/// while it ran.
static TURNS: AtomicUsize = AtomicUsize::new(0);
static SEEN: AtomicBool = AtomicBool::new(false);

/// A driver that computes until another task has had a turn, for at most `limit`.
fn driver(limit: Duration) {
    let (before, start) = (TURNS.load(Ordering::SeqCst), Instant::now());
    while TURNS.load(Ordering::SeqCst) == before {
        if start.elapsed() > limit {
            return;
        }
        thread::yield_now();
    }
    SEEN.store(true, Ordering::SeqCst);
}

#[tokio::test(flavor = "current_thread")]
async fn a_driver_in_a_future_stops_the_other_tasks_and_one_in_the_pool_does_not()
 {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let client = Client::new();
    let other = tokio::spawn(async {
        loop {
            TURNS.fetch_add(1, Ordering::SeqCst);
            yield_now().await;
        }
    });
    yield_now().await;

    let stops = |_| driver(IMPATIENT);
    let broken = blocking::broken(&client, &sites, stops).await;
    assert!(!SEEN.load(Ordering::SeqCst), "no other task had a turn");

    let kept = blocking::kept(&client, &sites, |_| driver(PATIENT)).await;
    assert!(SEEN.load(Ordering::SeqCst), "another task had a turn");
    other.abort();

    let broken: Vec<_> = broken.iter().flatten().copied().collect();
    let kept: Vec<_> = kept.iter().flatten().copied().collect();
    assert_eq!(broken, [15_000, 50_321, 45_000]);
    assert_eq!(kept, broken);
}

#[tokio::test]
async fn a_panic_of_the_driver_in_the_pool_is_an_error_and_its_page_not_fetched()
 {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = Client::new();
    let kept = blocking::kept(&client, &sites, |line| {
        assert_ne!(line, "fetching python.org");
    });
    let kept = kept.await;
    let panicked = |result: &anyhow::Result<usize>| {
        let error = result.as_ref().err()?.downcast_ref::<JoinError>()?;
        Some(error.is_panic())
    };
    let panicked: Vec<_> = kept.iter().map(panicked).collect();
    assert_eq!(panicked, [None, Some(true), None]);
    assert_eq!(web.record().exchanges().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_heartbeat_has_a_turn_every_ten_milliseconds() {
    let _watchdog = watchdog();
    let stop = CancellationToken::new();
    let heartbeat = blocking::heartbeat(stop.clone());
    sleep(Duration::from_millis(95)).await;
    stop.cancel();
    let (turns, _) = heartbeat.await.expect("no panic");
    assert_eq!(turns, 10);
}

#[tokio::test(flavor = "current_thread")]
async fn the_gap_of_the_heartbeat_is_at_least_as_long_as_the_driver_blocks() {
    let _watchdog = watchdog();
    // A sleep is never too short, so a busy machine can't fail this.
    let stop = CancellationToken::new();
    let heartbeat = blocking::heartbeat(stop.clone());
    blocking::old_driver("a line".to_owned());
    stop.cancel();
    let (turns, longest_gap) = heartbeat.await.expect("no panic");
    assert_eq!(turns, 0);
    assert!(longest_gap >= blocking::LINE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_blocked_workers_of_two_stop_all_tasks_too() {
    let _watchdog = watchdog();
    let (block, is_blocked) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    for _ in 0..2 {
        let (block, wait) = (block.clone(), Arc::clone(&wait));
        tokio::spawn(async move {
            block.send(()).expect("the test waits");
            let wait = wait.lock().expect("no panic");
            // It ends when `go_on` is dropped.
            wait.recv().expect_err("nothing is sent");
        });
        // This future runs on the test's own thread, and may block it. One
        // worker may take both into its own queue, so the second has to wait
        // until the first has begun.
        is_blocked.recv().expect("it has begun");
    }
    let third = tokio::spawn(async {});
    // There is no event to await: nothing happens.
    #[expect(clippy::disallowed_methods, reason = "no other code should run")]
    thread::sleep(IMPATIENT);
    assert!(!third.is_finished());
    drop(go_on);
    timeout(PATIENT, third).await.expect("it has its turn").expect("no panic");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_blocks_holds_up_the_task_it_has_just_spawned() {
    let _watchdog = watchdog();
    let task = tokio::spawn(async {
        let (begin, has_begun) = mpsc::channel();
        tokio::spawn(async move { begin.send(()) });
        // There is no event to await: nothing happens.
        let while_blocked = has_begun.recv_timeout(IMPATIENT);
        yield_now().await;
        (while_blocked, has_begun.recv_timeout(PATIENT))
    });
    let (while_blocked, afterwards) = task.await.expect("no panic");
    assert_eq!(while_blocked, Err(mpsc::RecvTimeoutError::Timeout));
    assert_eq!(afterwards, Ok(()));
}

#[test]
fn abort_stops_a_queued_blocking_call_and_not_one_that_has_begun() {
    let _watchdog = watchdog();
    let (begin, has_begun) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let (end, has_ended) = mpsc::channel();
    one_blocking_thread().block_on(async {
        let begun = spawn_blocking(move || {
            begin.send(()).expect("the test waits");
            wait.recv().expect_err("nothing is sent");
            end.send("begun").expect("the test waits");
        });
        has_begun.recv().expect("it begins");
        let queued = spawn_blocking(|| ());
        begun.abort();
        queued.abort();
        drop(go_on);
        let queued = timeout(PATIENT, queued).await.expect("it ends");
        assert!(queued.is_err_and(|error| error.is_cancelled()));
        let begun = timeout(PATIENT, begun).await.expect("it ends");
        assert!(begun.is_ok(), "it ran to completion");
    });
    assert_eq!(has_ended.recv(), Ok("begun"));
}

#[test]
fn a_runtime_that_is_dropped_waits_for_blocking_calls_that_have_begun() {
    let _watchdog = watchdog();
    let runtime = one_thread();
    let (begin, has_begun) = mpsc::channel();
    let ended = Arc::new(AtomicBool::new(false));
    let end = Arc::clone(&ended);
    runtime.spawn_blocking(move || {
        begin.send(()).expect("the test waits");
        blocking::old_driver("a line".to_owned());
        end.store(true, Ordering::SeqCst);
    });
    has_begun.recv().expect("it begins");
    drop(runtime);
    assert!(ended.load(Ordering::SeqCst));
}

#[test]
fn the_pool_runs_512_blocking_calls_and_queues_any_number_of_others() {
    let _watchdog = watchdog();
    let runtime = one_thread();
    let (begin, has_begun) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let wait = Arc::new(Mutex::new(wait));
    // It never waits for room, however long the queue gets.
    for _ in 0..10_000 {
        let (begin, wait) = (begin.clone(), Arc::clone(&wait));
        runtime.spawn_blocking(move || {
            // The last calls begin when the test is over.
            let _ = begin.send(());
            let wait = wait.lock().expect("no panic");
            wait.recv().expect_err("nothing is sent");
        });
    }
    for _ in 0..512 {
        has_begun.recv_timeout(PATIENT).expect("it has a thread");
    }
    // There is no event to await: nothing happens.
    let next = has_begun.recv_timeout(IMPATIENT);
    assert_eq!(next, Err(mpsc::RecvTimeoutError::Timeout));
    drop(go_on);
    has_begun.recv_timeout(PATIENT).expect("a thread is free");
    runtime.shutdown_background();
}

#[test]
fn a_semaphore_limits_how_many_blocking_calls_compute_at_the_same_time() {
    const LIMIT: usize = 2;
    let _watchdog = watchdog();
    let permits = Arc::new(Semaphore::new(LIMIT));
    // Each call waits until `LIMIT` of them run.
    let all_run = Arc::new(Barrier::new(LIMIT));
    let running = Arc::new(AtomicUsize::new(0));
    one_thread().block_on(async {
        let mut calls = JoinSet::new();
        for _ in 0..8 {
            let permit = Arc::clone(&permits).acquire_owned().await;
            let permit = permit.expect("the semaphore isn't closed");
            let (all_run, running) = (all_run.clone(), running.clone());
            calls.spawn_blocking(move || {
                let _permit = permit;
                let others = running.fetch_add(1, Ordering::SeqCst);
                assert!(others < LIMIT, "{others} others run");
                all_run.wait();
                running.fetch_sub(1, Ordering::SeqCst);
            });
        }
        calls.join_all().await;
    });
}

#[test]
fn a_name_lookup_waits_for_a_thread_of_the_pool_and_an_address_needs_none() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let [a, b, ..] = sites.as_slice() else { panic!("there are three") };
    let by_name = b.url.replace("127.0.0.1", "localhost");
    assert!(by_name.contains("localhost"));
    let by_name = Site { name: "by name".to_owned(), url: by_name };
    one_blocking_thread().block_on(async {
        let client = Client::builder().no_proxy().build().expect("a client");
        let (go_on, wait) = mpsc::channel::<()>();
        let held = spawn_blocking(move || wait.recv());
        let mut by_name = Box::pin(fetch_page(&client, &by_name));
        // There is no event to await: nothing happens.
        assert!(timeout(IMPATIENT, &mut by_name).await.is_err());
        assert_eq!(web.record().exchanges().len(), 0);
        let by_address = timeout(PATIENT, fetch_page(&client, a)).await;
        assert_eq!(by_address.expect("it arrives").ok(), Some(15_000));
        drop(go_on);
        let by_name = timeout(PATIENT, by_name).await.expect("it arrives");
        assert_eq!(by_name.ok(), Some(50_321));
        held.await.expect("no panic").expect_err("nothing is sent");
    });
}
