//! What the lesson claims, proved by what the server saw.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread::{self, ThreadId};
use std::time::Duration;

use lesson_kit::{Site, sites_of};
use lesson02::{fetch_all, fetch_page};
use mock_server::{Fault, MockWeb, Site as MockSite, Watchdog};
use testkit::quick_tutorial;
use tokio::runtime::{Builder, Runtime};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

#[path = "../examples/blocking_work.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod blocking_work;
#[path = "../examples/client_and_runtime.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod client_and_runtime;
#[path = "../examples/in_and_out.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod in_and_out;
#[path = "../examples/lazy.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod lazy;
#[path = "../examples/one_task.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod one_task;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long a gate that should open waits: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);
/// How long to wait for something that can't happen.
const IMPATIENT: Duration = Duration::from_millis(200);

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

#[tokio::test]
async fn all_pages_are_in_flight_at_once() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));

    let pages = fetch_all(&reqwest::Client::new(), &sites).await;

    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    assert_eq!(web.record().max_in_flight(), 3);
}

#[tokio::test]
async fn results_are_in_the_order_of_the_sites_though_the_first_answers_last() {
    let slow = Fault::Delay { ms: 100 };
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("codeswithpankaj.com", slow));

    let pages = fetch_all(&reqwest::Client::new(), &sites).await;

    let sizes: Vec<_> = pages.into_iter().map(Result::ok).collect();
    assert_eq!(sizes, [Some(15_000), Some(50_321), Some(45_000)]);
}

#[tokio::test]
async fn futures_that_are_only_made_send_nothing_and_awaited_ones_do() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();

    let made = lazy::start_all(&client, &sites).await;

    assert_eq!(made, 3, "it claims to have fetched three");
    // A request of its own would have arrived before this one.
    fetch_page(&client, &sites[0]).await.expect("a page");
    assert_eq!(web.record().exchanges().len(), 1);
    assert_eq!(lazy::start_and_await_all(&client, &sites).await, 3);
    assert_eq!(web.record().exchanges().len(), 1 + 3);
}

#[tokio::test]
async fn the_compiler_warns_of_a_future_dropped_on_the_spot_and_not_of_one_in_a_vec()
 {
    let client = reqwest::Client::new();
    let site = Site { name: String::new(), url: String::new() };
    // Where the compiler did not warn, this `expect` would be a warning.
    #[expect(unused_must_use, reason = "this is what is tested")]
    fetch_page(&client, &site);
    let forgotten = vec![fetch_page(&client, &site)];
    drop(forgotten);
}

/// The order in which two branches of one `join!` begin and end their pause.
async fn order<F: Future<Output = ()>>(pause: fn() -> F) -> Vec<&'static str> {
    let seen = Mutex::new(Vec::new());
    let see = |what| seen.lock().expect("no branch panics").push(what);
    tokio::join!(
        async {
            see("a begins");
            pause().await;
            see("a ends");
        },
        async {
            see("b begins");
            pause().await;
            see("b ends");
        },
    );
    seen.into_inner().expect("no branch panics")
}

#[test]
fn a_branch_that_blocks_the_thread_stalls_its_siblings_on_every_runtime() {
    for runtime in many_and_one() {
        let wrong = runtime.block_on(order(one_task::pause_with_std));
        assert_eq!(wrong, ["a begins", "a ends", "b begins", "b ends"]);
        let right = runtime.block_on(order(one_task::pause_with_tokio));
        assert_eq!(right[..2], ["a begins", "b begins"]);
    }
}

/// The threads on which a joined future and a spawned task run.
fn where_it_runs(runtime: &Runtime) -> [ThreadId; 2] {
    runtime.block_on(async {
        let (joined, _) =
            tokio::join!(async { thread::current().id() }, async {
                tokio::task::yield_now().await;
            });
        let task = tokio::spawn(async { thread::current().id() });
        [joined, task.await.expect("the task does not panic")]
    })
}

#[test]
fn what_is_joined_runs_on_the_calling_thread_and_what_is_spawned_on_a_worker_if_there_is_one()
 {
    let here = thread::current().id();
    let many = Runtime::new().expect("a runtime");
    let [joined, spawned] = where_it_runs(&many);
    assert_eq!(joined, here);
    assert_ne!(spawned, here);

    let one = Builder::new_current_thread().build().expect("a runtime");
    assert_eq!(where_it_runs(&one), [here, here]);
}

/// A runtime with many threads, and one with one.
fn many_and_one() -> [Runtime; 2] {
    let one = Builder::new_current_thread().enable_all().build();
    [Runtime::new().expect("a runtime"), one.expect("a runtime")]
}

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
        // In a release build reqwest does not look.
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

    let _watchdog = watchdog("a timer that the runtime's thread drives");
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

/// Blocking code can pass only if `N` calls of it run at the same moment.
struct Rendezvous<const N: usize> {
    present: Mutex<usize>,
    all: Condvar,
}

impl<const N: usize> Rendezvous<N> {
    const fn new() -> Self {
        Rendezvous { present: Mutex::new(0), all: Condvar::new() }
    }

    /// Whether the others arrive within `limit`.
    fn wait(&self, limit: Duration) -> bool {
        let mut present = self.present.lock().expect("no caller panics");
        *present += 1;
        self.all.notify_all();
        let (mut present, waited) = self
            .all
            .wait_timeout_while(present, limit, |present| *present < N)
            .expect("no caller panics");
        if waited.timed_out() {
            *present -= 1;
        }
        !waited.timed_out()
    }
}

/// 1 if three calls run at the same moment.
fn meet_two_others(_name: &str, _page: &str) -> usize {
    static THREE: Rendezvous<3> = Rendezvous::new();
    usize::from(THREE.wait(PATIENT))
}

/// The same, for callers that never do.
fn miss_two_others(_name: &str, _page: &str) -> usize {
    static THREE: Rendezvous<3> = Rendezvous::new();
    usize::from(THREE.wait(IMPATIENT))
}

#[tokio::test]
async fn joined_futures_compute_one_at_a_time_and_spawn_blocking_computes_in_parallel()
 {
    let client = reqwest::Client::new();
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let words =
        |site| blocking_work::words_inline(&client, site, miss_two_others);
    let inline =
        tokio::try_join!(words(&sites[0]), words(&sites[1]), words(&sites[2]));
    assert_eq!(inline.expect("three pages"), (0, 0, 0));

    let words =
        |site| blocking_work::words_on_the_pool(&client, site, meet_two_others);
    let pooled =
        tokio::try_join!(words(&sites[0]), words(&sites[1]), words(&sites[2]));
    assert_eq!(pooled.expect("three pages"), (1, 1, 1));
}

#[tokio::test]
async fn blocking_work_that_has_begun_cannot_be_cancelled() {
    let (begin, begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let mut work = spawn_blocking(move || {
        begin.send(()).expect("the test waits for it");
        released.recv().expect("the test releases it");
        15_000
    });
    spawn_blocking(move || begun.recv())
        .await
        .expect("no panic")
        .expect("it begins");

    assert!(timeout(Duration::from_millis(1), &mut work).await.is_err());
    work.abort();
    release.send(()).expect("the work is still running");
    assert_eq!(work.await.expect("it was not cancelled"), 15_000);
}

#[tokio::test]
async fn blocking_work_that_is_still_queued_can_be_cancelled() {
    let _watchdog = watchdog("the queue of a pool with one thread");
    let runtime = pool_of(1);
    let (release, released) = mpsc::channel::<()>();
    let first = runtime.spawn_blocking(move || released.recv());
    let second = runtime.spawn_blocking(|| 15_000);

    second.abort();
    release.send(()).expect("the first is running");
    first.await.expect("no panic").expect("it was released");
    let error = second.await.expect_err("it never begins");
    assert!(error.is_cancelled(), "{error}");
    runtime.shutdown_background();
}

/// Whether `N` calls on a default pool run at the same moment.
fn all_in_parallel<const N: usize>(limit: Duration) -> bool {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let rendezvous = Arc::new(Rendezvous::<N>::new());
    let passed = Arc::new(AtomicUsize::new(0));
    for _ in 0..N {
        let (rendezvous, passed) =
            (Arc::clone(&rendezvous), Arc::clone(&passed));
        runtime.spawn_blocking(move || {
            let met = rendezvous.wait(limit);
            passed.fetch_add(usize::from(met), SeqCst);
        });
    }
    drop(runtime); // waits for all that have begun
    passed.load(SeqCst) == N
}

#[test]
fn the_pool_has_512_threads_and_the_513th_call_waits_for_one() {
    let _watchdog = watchdog("512 threads that wait for each other");
    assert!(all_in_parallel::<512>(PATIENT));
    assert!(!all_in_parallel::<513>(IMPATIENT));
}

/// A runtime whose pool for blocking work has this many threads.
fn pool_of(threads: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(threads)
        .enable_all()
        .build()
        .expect("a runtime")
}

#[test]
fn name_lookups_and_files_wait_for_a_thread_of_the_same_pool() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let runtime = pool_of(1);
    let (release, released) = mpsc::channel::<()>();
    runtime.spawn_blocking(move || released.recv());
    let url = sites[0].url.replace("127.0.0.1", "localhost");
    let client =
        reqwest::Client::builder().no_proxy().build().expect("a client");

    runtime.block_on(async {
        // The other site has an address, so it needs no lookup.
        client.get(&sites[1].url).send().await.expect("a page");
        let mut named = Box::pin(client.get(&url).send());
        let mut file = Box::pin(tokio::fs::read("Cargo.toml"));
        assert!(timeout(IMPATIENT, &mut named).await.is_err());
        assert!(timeout(IMPATIENT, &mut file).await.is_err());
        assert_eq!(web.record().requests(&sites[0].name), 0);

        release.send(()).expect("the pool's thread is blocked");
        named.await.expect("a page");
        file.await.expect("the file is there");
    });
}

/// A site that answers its first request immediately and the others late.
fn late_after_the_first(delay: Duration) -> mock_server::Builder {
    let fault = "fail-first?n=1&with=delay?ms=0".parse();
    let site = MockSite::new("python.org").delay(delay);
    MockWeb::builder().sites([site.fault(fault.expect("it is a fault"))])
}

#[test]
fn a_request_fails_when_the_runtime_that_opened_its_connection_ends() {
    let (web, sites, _watchdog) = start(late_after_the_first(PATIENT));
    let client = reqwest::Client::new();
    let until_under_way =
        web.wait_until(|record| record.exchanges().len() == 2);
    let page = client_and_runtime::on_two_runtimes(
        &client,
        &client,
        &sites[0],
        until_under_way,
    );
    let error = page.expect("the first page").expect_err("no connection");
    assert!(error.is_request() && !error.is_timeout(), "{error:?}");
    let causes = lesson_kit::with_causes(&error);
    let message = "dispatch task is gone: runtime dropped the dispatch task";
    assert!(causes.ends_with(message), "{causes}");
    assert_eq!(web.record().connections(), 1);
}

#[test]
fn a_client_for_each_runtime_has_connections_of_its_own() {
    let late = late_after_the_first(Duration::from_millis(500));
    let (web, sites, _watchdog) = start(late);
    let (first, second) = (reqwest::Client::new(), reqwest::Client::new());
    let until_under_way =
        web.wait_until(|record| record.exchanges().len() == 2);
    let page = client_and_runtime::on_two_runtimes(
        &first,
        &second,
        &sites[0],
        until_under_way,
    );
    assert!(page.expect("the first page").is_ok());
    assert_eq!(web.record().connections(), 2);
}

fn watchdog(what: &'static str) -> Watchdog {
    Watchdog::start(WATCHDOG, move || vec![what.to_owned()])
}
