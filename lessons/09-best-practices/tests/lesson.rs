//! What the lesson claims, proved by what the server saw, by turns that other
//! tasks had, and by what arrived.

use std::fs;
use std::io::{BufWriter, Write};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::stream::{self, StreamExt};
use lesson_kit::{Site, sites_of};
use lesson09::watched::{Ended, watch};
use lesson09::{SITES, blocking, closing, errors, files, starting};
use mock_server::testing::quick_tutorial;
use mock_server::{MockWeb, Outcome, Watchdog};
use reqwest::Client;
use tokio::io::AsyncWriteExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::sync::mpsc::channel as mpsc_channel;
use tokio::task::{JoinError, spawn_blocking, yield_now};
use tokio::time::{MissedTickBehavior, sleep, timeout};
use tokio_util::sync::CancellationToken;

#[path = "../examples/backpressure.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod backpressure;
#[path = "../examples/cancel_safe.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod cancel_safe;
#[path = "../examples/futurelock.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod futurelock;
#[path = "../examples/guard.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod guard;
#[path = "../examples/intervals.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod intervals;
#[path = "../examples/notify.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod notify;
#[path = "../examples/paused_clock.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod paused_clock;
#[path = "../examples/task_locals.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod task_locals;
#[cfg(not(feature = "console"))]
#[path = "../examples/watch.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod watch_example;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(100);
/// How long to wait for what is to come: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(60);
/// How long to wait for what does not come; there is no event to await.
const IMPATIENT: Duration = Duration::from_secs(1);
/// How long nothing may happen before it counts as a hang: longer than any step
/// on the way there takes on a busy machine.
const STEP: Duration = Duration::from_secs(4);

/// For a test without a web.
fn watchdog() -> Watchdog {
    Watchdog::start(WATCHDOG, Vec::new)
}

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

/// The lesson's five sites, which answer at once or fail at once.
fn the_five() -> mock_server::Builder {
    let known = [mock_server::Site::tutorial(), mock_server::Site::failing()];
    let known = known.into_iter().flatten();
    let five = known.filter(|site| SITES.contains(&site.name.as_str()));
    MockWeb::builder().sites(five.map(|site| site.delay(Duration::ZERO)))
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

// Rule 1.

#[test]
fn with_a_runtime_for_each_no_two_are_in_flight_and_with_one_all_are() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(1, PATIENT));
    assert_eq!(starting::broken(&sites).expect("runtimes"), 3);
    assert_eq!(web.record().max_in_flight(), 1);

    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    assert_eq!(starting::kept(&sites).expect("a client"), 3);
    assert_eq!(web.record().max_in_flight(), 3);
}

// Rule 2.

/// The turns that a task had beside a driver, and whether a driver saw one go
/// by while it ran.
static TURNS: AtomicUsize = AtomicUsize::new(0);
static SEEN: AtomicBool = AtomicBool::new(false);

/// A driver that waits until another task has had a turn, so long at the most.
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

    let stops = |_| driver(IMPATIENT / 3);
    let broken = blocking::broken(&client, &sites, stops).await;
    assert!(!SEEN.load(Ordering::SeqCst), "nobody else had a turn");

    let kept = blocking::kept(&client, &sites, |_| driver(PATIENT)).await;
    assert!(SEEN.load(Ordering::SeqCst), "another task had a turn");
    other.abort();

    let broken: Vec<_> = broken.iter().flatten().copied().collect();
    let kept: Vec<_> = kept.iter().flatten().copied().collect();
    assert_eq!(broken, [15_000, 50_321, 45_000]);
    assert_eq!(kept, broken);
}

#[tokio::test]
async fn a_driver_in_the_pool_that_panics_is_told_and_its_page_not_fetched() {
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
async fn the_heart_has_a_turn_every_ten_milliseconds() {
    let _watchdog = watchdog();
    let stop = CancellationToken::new();
    let heart = blocking::heart(stop.clone());
    sleep(Duration::from_millis(95)).await;
    stop.cancel();
    let (turns, _) = heart.await.expect("no panic");
    assert_eq!(turns, 10);
}

#[tokio::test(flavor = "current_thread")]
async fn the_heart_waits_at_least_as_long_as_the_thread_is_held() {
    let _watchdog = watchdog();
    // A sleep never is too short, so this has no limit that a busy machine
    // could miss.
    let stop = CancellationToken::new();
    let heart = blocking::heart(stop.clone());
    blocking::old_driver("a line".to_owned());
    stop.cancel();
    let (turns, worst) = heart.await.expect("no panic");
    assert_eq!(turns, 0);
    assert!(worst >= blocking::LINE);
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
            let _ = block.send(());
            // It ends when `go_on` is dropped.
            let _ = wait.lock().map(|wait| wait.recv());
        });
        // This future runs on the test's own thread, and may block it. One
        // worker may take both into its own queue, so the second has to wait
        // until the first has begun.
        is_blocked.recv().expect("it has begun");
    }
    let third = tokio::spawn(async {});
    // There is no event to await: nothing happens.
    #[expect(clippy::disallowed_methods, reason = "nothing else is to run")]
    thread::sleep(IMPATIENT / 2);
    assert!(!third.is_finished());
    drop(go_on);
    timeout(PATIENT, third).await.expect("it has its turn").expect("no panic");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_blocks_holds_up_what_it_has_just_spawned() {
    let _watchdog = watchdog();
    let task = tokio::spawn(async {
        let (begin, has_begun) = mpsc::channel();
        tokio::spawn(async move { begin.send(()) });
        // There is no event to await: nothing happens.
        let meanwhile = has_begun.recv_timeout(IMPATIENT);
        yield_now().await;
        (meanwhile, has_begun.recv_timeout(PATIENT))
    });
    let (meanwhile, afterwards) = task.await.expect("no panic");
    assert_eq!(meanwhile, Err(mpsc::RecvTimeoutError::Timeout));
    assert_eq!(afterwards, Ok(()));
}

#[test]
fn blocking_work_that_has_begun_is_not_stopped_and_what_is_queued_is() {
    let _watchdog = watchdog();
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .enable_time()
        .build()
        .expect("a runtime");
    let (begin, has_begun) = mpsc::channel();
    let (go_on, wait) = mpsc::channel::<()>();
    let (end, has_ended) = mpsc::channel();
    runtime.block_on(async {
        let begun = spawn_blocking(move || {
            begin.send(()).expect("somebody waits");
            let _ = wait.recv();
            end.send("begun").expect("somebody waits");
        });
        has_begun.recv().expect("it begins");
        let queued = spawn_blocking(|| ());
        begun.abort();
        queued.abort();
        drop(go_on);
        let queued = timeout(PATIENT, queued).await.expect("it ends");
        assert!(queued.is_err_and(|error| error.is_cancelled()));
        let begun = timeout(PATIENT, begun).await.expect("it ends");
        assert!(begun.is_ok(), "it went on to its end");
    });
    assert_eq!(has_ended.recv(), Ok("begun"));
}

#[test]
fn a_runtime_that_is_dropped_waits_for_blocking_work_that_has_begun() {
    let _watchdog = watchdog();
    let runtime = one_thread();
    let (begin, has_begun) = mpsc::channel();
    let ended = Arc::new(AtomicBool::new(false));
    let end = Arc::clone(&ended);
    runtime.spawn_blocking(move || {
        begin.send(()).expect("somebody waits");
        blocking::old_driver("a line".to_owned());
        end.store(true, Ordering::SeqCst);
    });
    has_begun.recv().expect("it begins");
    drop(runtime);
    assert!(ended.load(Ordering::SeqCst));
}

// Rule 3.

#[tokio::test]
async fn whoever_has_a_page_counts_an_error_page_and_is_silent_about_the_rest()
{
    let (_web, sites, _watchdog) = start(the_five());
    let client = Client::new();

    let broken = errors::broken(&client, &sites).await;
    let kept = errors::kept(&client, &sites).await;

    assert_eq!(broken.len(), 4, "with the page that says 404");
    assert!(broken.contains(&21));
    let told: Vec<_> =
        kept.iter().map(|page| page.as_ref().map_err(errors::reason)).collect();
    assert_eq!(
        told,
        [
            Ok(&15_000),
            Ok(&50_321),
            Ok(&45_000),
            Err("cannot connect to host".to_owned()),
            Err("the site answered 404 Not Found".to_owned()),
        ]
    );
}

// Rule 4.

/// Whether another task had a turn while `work` was polled. The pool's only
/// thread is busy until it had one: a busy machine may be done in the pool
/// before anybody looks, and then nobody need wait.
fn a_turn_beside(work: impl Future<Output = std::io::Result<()>>) -> bool {
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .expect("a runtime");
    let (turn, had_turn) = mpsc::channel();
    let had_a_turn = Arc::new(AtomicBool::new(false));
    let had = Arc::clone(&had_a_turn);
    runtime.block_on(async {
        spawn_blocking(move || had_turn.recv());
        tokio::spawn(async move {
            had.store(true, Ordering::SeqCst);
            let _ = turn.send(());
        });
        work.await.expect("it is written");
        had_a_turn.load(Ordering::SeqCst)
    })
}

#[test]
fn a_file_written_on_the_loop_stops_it_and_one_written_in_the_pool_does_not() {
    let _watchdog = watchdog();
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name| folder.path().join(name);
    assert!(!a_turn_beside(files::broken(&file("std"))));
    assert!(a_turn_beside(files::kept(&file("tokio"))));
    assert!(a_turn_beside(files::buffered(&file("buffered"))));
    assert!(a_turn_beside(files::at_once(&file("pool"))));
    let read = |name| fs::read(file(name)).expect("it is there");
    assert_eq!(read("std").len(), files::LINES * 48);
    assert_eq!(read("std"), read("tokio"));
    assert_eq!(read("std"), read("buffered"));
    assert_eq!(read("std"), read("pool"));
}

#[tokio::test]
async fn a_buffer_of_tokio_s_hands_on_170_lines_at_a_time() {
    let _watchdog = watchdog();
    let mut file = tokio::io::BufWriter::new(Vec::new());
    let mut lines = 0;
    while file.get_ref().is_empty() {
        file.write_all(&[b'a'; 48]).await.expect("room");
        lines += 1;
    }
    assert_eq!((lines, file.get_ref().len()), (171, 170 * 48));
}

#[test]
fn tokio_fs_waits_for_a_thread_of_the_pool() {
    let _watchdog = watchdog();
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .enable_time()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (go_on, wait) = mpsc::channel::<()>();
        spawn_blocking(move || wait.recv());
        let mut metadata = Box::pin(tokio::fs::metadata(folder.path()));
        // There is no event to await: nothing happens.
        assert!(timeout(IMPATIENT / 2, &mut metadata).await.is_err());
        drop(go_on);
        let metadata = timeout(PATIENT, metadata).await.expect("it is read");
        assert!(metadata.is_ok());
    });
    let waited = files::behind_the_driver(folder.path()).expect("it is there");
    assert!(waited >= blocking::LINE, "a sleep is never too short");
}

// Rule 5.

#[tokio::test]
async fn a_report_that_is_not_closed_is_not_written_and_one_that_is_is() {
    let _watchdog = watchdog();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.txt");
    let lines = ["one\n".to_owned(), "two\n".to_owned()];

    closing::broken(&file, &lines).await.expect("nothing fails");
    assert_eq!(fs::read(&file).expect("it is there"), b"");

    closing::kept(&file, &lines).await.expect("nothing fails");
    assert_eq!(fs::read(&file).expect("it is there"), b"one\ntwo\n");

    // The standard library's writes what it has when it is dropped.
    let mut report = BufWriter::new(fs::File::create(&file).expect("a file"));
    report.write_all(b"three\n").expect("nothing fails");
    drop(report);
    assert_eq!(fs::read(&file).expect("it is there"), b"three\n");
}

// The watchdog of the examples.

fn told<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.map(str::to_owned).to_vec()
}

#[test]
fn the_watchdog_tells_the_end_from_a_hang_and_says_what_was_the_last() {
    let done = watch(PATIENT, |tell| tell.tell("one"));
    assert_eq!(done, Ended::Done(told(["one"])));
    assert_eq!(done.to_string(), "done");
    let hangs = watch(STEP, |tell| {
        tell.tell("one");
        tell.tell("two");
        thread::park();
        drop(tell);
    });
    assert_eq!(hangs, Ended::Hangs(told(["one", "two"])));
    assert_eq!(hangs.to_string(), "watchdog: it hangs; the last was: two");
}

// A guard across an await.

#[test]
fn std_s_lock_held_across_an_await_hangs_before_the_first_request() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let ended = guard::run(&sites, STEP, guard::held);
    assert_eq!(
        ended.expect("a runtime"),
        Ended::Hangs(told([
            "codeswithpankaj.com asks for the lock",
            "codeswithpankaj.com has the lock",
            "python.org asks for the lock",
        ]))
    );
    assert_eq!(web.record().exchanges().len(), 0);
}

#[test]
fn tokio_s_lock_held_across_an_await_lets_one_fetch_at_a_time() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let ended = guard::run(&sites, PATIENT, guard::held_async);
    assert_eq!(
        ended.expect("a runtime"),
        Ended::Done(told([
            "codeswithpankaj.com asks for the lock",
            "codeswithpankaj.com has the lock",
            "python.org asks for the lock",
            "w3schools.com asks for the lock",
            "python.org has the lock",
            "w3schools.com has the lock",
            "110321 bytes",
        ]))
    );
    assert_eq!(web.record().max_in_flight(), 1);
    assert_eq!(web.record().count(Outcome::Complete), 3);
}

#[test]
fn std_s_lock_for_one_statement_lets_all_fetch_at_once() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let ended = guard::run(&sites, PATIENT, guard::brief);
    assert_eq!(ended.expect("a runtime"), Ended::Done(told(["110321 bytes"])));
    assert_eq!(web.record().max_in_flight(), 3);
}

#[test]
#[expect(clippy::await_holding_lock, reason = "it is what this is about")]
fn who_holds_std_s_lock_across_an_await_blocks_nobody_who_does_not_want_it() {
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

/// What may go to another thread. Those that may not are in `compile_fail`.
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

// Backpressure.

#[tokio::test(start_paused = true)]
async fn a_channel_without_a_bound_takes_all_and_one_with_a_bound_does_not() {
    let _watchdog = watchdog();
    let wrong = backpressure::unbounded(50).await;
    // One is worked on, the others wait.
    assert_eq!((wrong.pages, wrong.waiting), (50, 49));
    assert_eq!(wrong.produced, Duration::ZERO);
    let right = backpressure::bounded(50).await;
    assert_eq!((right.pages, right.waiting), (50, 7));
    // Each page is worked on for a millisecond, and but for those that have
    // room or are worked on the producer has to wait for that.
    assert!(right.produced >= Duration::from_millis(50 - 8 - 1));
}

#[tokio::test]
async fn a_channel_ends_when_the_last_sender_is_dropped() {
    let _watchdog = watchdog();
    let wrong = backpressure::with_a_sender_left(IMPATIENT).await;
    assert!(wrong.ends_with("no end; senders: 1"), "{wrong}");
    let right = backpressure::with_the_sender_dropped(PATIENT).await;
    assert_eq!(right, "3 values, and the end");
}

// What `select!` loses.

#[tokio::test]
async fn of_what_select_interrupts_these_are_safe_and_these_are_not() {
    let _watchdog = watchdog();
    let rows = timeout(PATIENT, cancel_safe::rows());
    let rows = rows.await.expect("it ends").expect("nothing fails");
    let by_verdict = |verdict| -> Vec<_> {
        let rows = rows.iter().filter(|row| row.verdict() == verdict);
        rows.map(|row| (row.operation, row.arrived.as_str())).collect()
    };
    assert_eq!(
        by_verdict("safe"),
        [
            ("read", "hello"),
            ("Lines::next_line", "hello"),
            ("read_until", "hello"),
            ("read_to_end, same Vec", "hello"),
            ("mpsc recv", "abc"),
            ("mpsc reserve, then send", "abc"),
            ("accept", "11"),
            ("&mut oneshot receiver", "a"),
            ("JoinSet::join_next", "ab"),
            ("FuturesUnordered::next", "ab"),
        ]
    );
    assert_eq!(
        by_verdict("loses data"),
        [("read_line", "lo"), ("read_exact", "def"), ("mpsc send", "ac")]
    );
    assert_eq!(by_verdict("sends twice"), [("write_all", "helhello")]);
}

// The paused clock.

// ANCHOR: paused
#[tokio::test(start_paused = true)]
async fn an_answer_at_the_third_try_takes_two_hours() {
    let start = tokio::time::Instant::now();
    let mut tries = 0;
    let ask = async || {
        tries += 1;
        (tries == 3).then_some("an answer")
    };

    assert_eq!(paused_clock::patiently(ask).await, "an answer");

    assert_eq!(start.elapsed(), 2 * paused_clock::PAUSE);
}
// ANCHOR_END: paused

#[test]
fn a_paused_clock_does_not_wait_for_a_socket_and_one_that_runs_does() {
    // It is what this is about: the one place where a paused clock meets a
    // socket. The answer would be in time, and the watchdog would be earlier.
    const HOUR: Duration = Duration::from_secs(3_600);
    let delay = mock_server::Fault::Delay { ms: 300_000 };
    let (web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", delay));
    let paused = paused_clock::paused().expect("a runtime");
    let page = paused.block_on(paused_clock::in_time(&sites[1], HOUR));
    assert_eq!(page, None, "the hour is over, and the answer under way");
    drop(web);

    let (_web, sites, _watchdog) = start(quick_tutorial());
    let running = paused_clock::running().expect("a runtime");
    let page = running.block_on(paused_clock::in_time(&sites[1], HOUR));
    assert_eq!(page.as_deref(), Some("50321 bytes"));
}

// Intervals.

#[tokio::test(start_paused = true)]
async fn missed_ticks_come_in_a_burst_or_move_or_are_skipped_and_the_first_is_at_once()
 {
    let _watchdog = watchdog();
    for (behavior, expected) in [
        (MissedTickBehavior::Burst, [0, 3_000, 3_000, 3_000, 3_200]),
        (MissedTickBehavior::Delay, [0, 3_000, 3_800, 4_600, 5_400]),
        (MissedTickBehavior::Skip, [0, 3_000, 3_200, 4_000, 4_800]),
    ] {
        let start = tokio::time::Instant::now();
        let mut asked = Vec::new();
        let ask = async || {
            let is_first = asked.is_empty();
            asked.push(start.elapsed().as_millis());
            if is_first {
                sleep(Duration::from_secs(3)).await;
            }
        };
        let period = Duration::from_millis(800);
        intervals::poll(period, behavior, 5, ask).await;
        assert_eq!(asked, expected, "{behavior:?}");
    }
    let fresh = tokio::time::interval(Duration::from_secs(1));
    assert_eq!(fresh.missed_tick_behavior(), MissedTickBehavior::Burst);
}

// Task-locals and events.

#[tokio::test]
async fn a_task_local_is_in_what_is_joined_and_not_in_what_is_spawned() {
    let _watchdog = watchdog();
    use task_locals::{REQUEST, expected, set_anew};
    let numbers = |seen: task_locals::Seen| seen.map(|(_, number)| number);
    let wrong = REQUEST.scope(7, expected()).await.expect("no panic");
    assert_eq!(numbers(wrong), [Some(7), Some(7), None, None]);
    let right = REQUEST.scope(7, set_anew()).await.expect("no panic");
    assert_eq!(numbers(right), [Some(7); 4]);
}

#[test]
fn notify_keeps_one_permit_at_the_most_and_what_stays_is_for_all() {
    let _watchdog = watchdog();
    assert_eq!(notify::notified_three_times(), 1);
    assert_eq!(notify::notified_waiters(), 0);
    assert_eq!(notify::watched(), 3);
    assert_eq!(notify::cancelled(), 3);
    // Who has begun to wait is woken by `notify_waiters`, polled or not.
    let event = Notify::new();
    let waits = event.notified();
    event.notify_waiters();
    assert!(waits.now_or_never().is_some());
}

// Watching a runtime.

#[cfg(not(feature = "console"))]
#[test]
fn the_figures_of_a_runtime_show_who_waits_for_a_blocked_worker() {
    let _watchdog = watchdog();
    let runtime =
        Builder::new_multi_thread().worker_threads(1).build().expect("one");
    // As long as a busy machine may need for five tasks.
    let held = Duration::from_secs(2);
    let (blocked, afterwards) =
        watch_example::observe(&runtime, held).expect("it begins");
    assert_eq!((blocked.alive, blocked.waiting), (6, 5));
    assert_eq!((afterwards.alive, afterwards.waiting), (0, 0));
    // What a worker was busy with it says when it is done with it. (A sleep
    // is never too short.)
    assert!(blocked.busy < held);
    assert!(afterwards.busy >= held);
}

// Futurelock.

#[test]
fn a_future_kept_by_reference_keeps_its_place_in_the_queue_and_it_hangs() {
    let _watchdog = watchdog();
    let runtime = paused_clock::paused().expect("a runtime");
    assert_eq!(
        futurelock::run(runtime, STEP, futurelock::by_reference),
        Ended::Hangs(told([
            "first asks for the lock",
            "second asks for the lock",
            "the other task lets the lock go",
        ]))
    );
}

#[test]
fn a_future_by_value_loses_its_place_and_a_task_has_its_turn_and_neither_hangs()
{
    let _watchdog = watchdog();
    let runtime = paused_clock::paused().expect("a runtime");
    assert_eq!(
        futurelock::run(runtime, PATIENT, futurelock::by_value),
        Ended::Done(told([
            "first asks for the lock",
            "second asks for the lock",
            "the other task lets the lock go",
            "second has the lock",
        ]))
    );
    let runtime = paused_clock::paused().expect("a runtime");
    assert_eq!(
        futurelock::run(runtime, PATIENT, futurelock::by_task),
        Ended::Done(told([
            "first asks for the lock",
            "second asks for the lock",
            "the other task lets the lock go",
            "first has the lock",
            "second has the lock",
        ]))
    );
}

#[tokio::test]
async fn a_lock_goes_to_who_has_waited_longest_and_nobody_else_polled_or_not() {
    let _watchdog = watchdog();
    let lock = tokio::sync::Mutex::new(());
    let guard = lock.lock().await;
    let mut first = pin!(lock.lock());
    assert!((&mut first).now_or_never().is_none());
    let mut second = pin!(lock.lock());
    assert!((&mut second).now_or_never().is_none());
    drop(guard);
    assert!((&mut second).now_or_never().is_none(), "it stands behind");
    assert!(lock.try_lock().is_err(), "whoever else wants it waits, too");
    drop(first.now_or_never().expect("it is for the first"));
    assert!(second.now_or_never().is_some());
}

#[tokio::test]
async fn room_in_a_channel_goes_to_who_has_waited_longest_polled_or_not() {
    let _watchdog = watchdog();
    let (sender, mut receiver) = mpsc_channel(1);
    sender.send("a").await.expect("there is room");
    let mut first = pin!(sender.reserve());
    assert!((&mut first).now_or_never().is_none(), "there is no room");
    assert_eq!(receiver.recv().await, Some("a"));
    assert!(sender.reserve().now_or_never().is_none(), "it is for the first");
    first.await.expect("the channel is open").send("b");
    assert_eq!(receiver.recv().await, Some("b"));
}

#[tokio::test]
async fn what_a_stream_has_begun_keeps_its_place_while_the_loop_waits() {
    let _watchdog = watchdog();
    let lock = tokio::sync::Mutex::new(());
    let guard = lock.lock().await;
    let mut two = pin!(
        stream::iter([true, false])
            .map(async |asks| if asks {
                drop(lock.lock().await)
            })
            .buffer_unordered(2)
    );
    // The one before it has asked for the lock by now.
    two.next().await.expect("the one that asks for nothing");
    drop(guard);
    let mut in_the_body = pin!(lock.lock());
    assert!((&mut in_the_body).now_or_never().is_none(), "it stands behind");
    two.next().await.expect("the one that has asked");
    assert!(in_the_body.now_or_never().is_some());
}
