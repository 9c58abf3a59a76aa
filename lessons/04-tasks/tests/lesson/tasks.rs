//! Tasks: who owns them, what they need, when they end.

use std::cell::Cell;
use std::future::ready;
use std::rc::Rc;
use std::sync::{Condvar, Mutex, mpsc};
use std::time::Duration;

use lesson_kit::Site;
use lesson04::{fetch_page, schedule};
use mock_server::{Fault, MockWeb, Outcome};
use testkit::quick_tutorial;
use tokio::runtime::{Builder, Handle, LocalOptions, LocalRuntime, Runtime};
use tokio::sync::oneshot;
use tokio::task::{JoinSet, LocalSet, spawn_local};
use tokio::time::{sleep, timeout};

use crate::examples::{
    detach, local_tasks, parallel, send_static, task_cost, yielding,
};
use crate::{IMPATIENT, PATIENT, start};

/// The bytes of the tutorial's three pages.
const ALL: usize = 15_000 + 50_321 + 45_000;

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn local_runtime() -> LocalRuntime {
    Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .expect("a runtime")
}

#[tokio::test(flavor = "current_thread")]
async fn on_one_thread_a_task_does_not_begin_before_the_first_await() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();

    let handles = schedule(&client, &sites[..2]);

    assert_eq!(Handle::current().metrics().num_alive_tasks(), 2);
    assert_eq!(web.record().exchanges().len(), 0, "nothing has run");
    let mut sizes = Vec::new();
    for handle in handles {
        sizes.push(handle.await.expect("no panic").ok());
    }
    assert_eq!(sizes, [Some(15_000), Some(50_321)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn on_several_threads_a_task_begins_without_an_await() {
    let (begun, has_begun) = mpsc::channel();

    tokio::spawn(async move { begun.send(()) });

    // It blocks: the task runs on a thread that isn't this one.
    has_begun.recv_timeout(PATIENT).expect("the task begins");
}

#[tokio::test]
#[should_panic(expected = "JoinHandle polled after completion")]
async fn a_join_handle_gives_its_result_once() {
    let mut handle = tokio::spawn(ready(()));
    (&mut handle).await.expect("no panic");
    handle.await.expect("no panic");
}

/// Runs `work`, which fetches two pages, until both requests have arrived, and
/// drops it.
async fn give_up<T>(web: &MockWeb, work: impl Future<Output = T>) {
    tokio::select! {
        _ = work => panic!("no site answers"),
        () = web.wait_until(|record| record.in_flight() == 2) => {}
    }
}

#[tokio::test]
async fn a_task_whose_handle_is_dropped_keeps_running_and_is_served() {
    // A gate for three holds the two that are given up.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let client = reqwest::Client::new();

    give_up(&web, detach::with_handles(&client, &sites[..2])).await;

    client.get(&sites[2].url).send().await.expect("the gate opens");
    web.wait_until(|record| record.count(Outcome::Complete) == 3).await;
    assert_eq!(web.record().client_gone(), 0);
}

#[test]
fn a_detached_task_ends_with_its_runtime() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = reqwest::Client::new();
        give_up(&web, detach::with_handles(&client, &sites[..2])).await;
    });
    assert_eq!(web.record().client_gone(), 0, "they are detached");

    drop(runtime);

    one_thread().block_on(web.wait_until(|record| record.client_gone() == 2));
}

#[tokio::test]
async fn futures_that_are_not_tasks_end_when_they_are_dropped() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let client = reqwest::Client::new();

    give_up(&web, detach::without_tasks(&client, &sites[..2])).await;

    web.wait_until(|record| record.client_gone() == 2).await;
}

#[tokio::test]
async fn dropping_a_join_set_or_an_aborting_handle_aborts_its_tasks() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let client = reqwest::Client::new();

    give_up(&web, detach::with_join_set(&client, &sites[..2])).await;
    web.wait_until(|record| record.client_gone() == 2).await;

    web.reset_record();
    give_up(&web, detach::with_abort_on_drop(&client, &sites[..2])).await;
    web.wait_until(|record| record.client_gone() == 2).await;
}

#[tokio::test]
async fn the_other_tasks_of_a_join_set_keep_running_when_one_fails() {
    let (web, sites, _watchdog) = start(
        quick_tutorial()
            .fault("codeswithpankaj.com", Fault::Hang)
            .fault("python.org", Fault::Refused),
    );
    let client = reqwest::Client::new();
    let mut tasks = JoinSet::new();
    for site in &sites[..2] {
        tasks.spawn(fetch_page(client.clone(), site.clone()));
    }
    web.wait_until(|record| record.in_flight() == 1).await;

    let failed = tasks.join_next().await.expect("there are two tasks");
    let failed = failed.expect("no panic").expect_err("python.org refuses");
    assert!(failed.is_connect(), "{failed}");
    assert_eq!((tasks.len(), web.record().in_flight()), (1, 1));

    drop(tasks);
    web.wait_until(|record| record.client_gone() == 1).await;
}

#[tokio::test]
async fn each_of_the_four_adds_up_its_pages_when_there_is_time() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let (client, sites) = (reqwest::Client::new(), &sites[..2]);
    let totals = [
        detach::with_handles(&client, sites).await,
        detach::without_tasks(&client, sites).await,
        detach::with_join_set(&client, sites).await,
        detach::with_abort_on_drop(&client, sites).await,
    ];
    for total in totals {
        assert_eq!(total.expect("both pages arrive"), 15_000 + 50_321);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_computes_is_dropped_at_its_next_await_and_not_before() {
    let (begun, has_begun) = oneshot::channel();
    let (computed, has_computed) = oneshot::channel();
    let (waited, has_waited) = oneshot::channel();
    let task = tokio::spawn(async move {
        begun.send(()).expect("the test waits for it");
        #[expect(clippy::disallowed_methods, reason = "it keeps the thread")]
        std::thread::sleep(Duration::from_millis(200));
        computed.send(()).expect("the test waits for it");
        sleep(Duration::from_secs(60)).await;
        waited.send(()).expect("the test waits for it");
    });
    has_begun.await.expect("it begins");

    task.abort();

    assert!(task.await.expect_err("it was aborted").is_cancelled());
    has_computed.await.expect("it ran until it had to wait");
    has_waited.await.expect_err("it was dropped there");
}

#[tokio::test]
async fn a_handle_lent_to_a_timeout_can_be_awaited_afterwards() {
    // `fetch_page` pauses for longer than the timeout.
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();

    let bytes = detach::wait_again(&client, &sites[0]).await;

    assert_eq!(bytes.expect("the page arrives"), 15_000);
    assert_eq!(web.record().exchanges().len(), 1, "it isn't fetched again");
}

#[tokio::test]
async fn a_handle_lent_to_a_timeout_can_abort_its_task_afterwards() {
    let hangs = quick_tutorial().fault("codeswithpankaj.com", Fault::Hang);
    let (web, sites, _watchdog) = start(hangs);
    let client = reqwest::Client::new();
    let mut handle = tokio::spawn(fetch_page(client, sites[0].clone()));
    web.wait_until(|record| record.in_flight() == 1).await;

    timeout(IMPATIENT, &mut handle).await.expect_err("the site hangs");
    assert_eq!(web.record().client_gone(), 0, "the task keeps running");
    handle.abort();

    assert!(handle.await.expect_err("it was aborted").is_cancelled());
    web.wait_until(|record| record.client_gone() == 1).await;
}

/// A way to fetch all pages, which returns how many bytes they have.
type Way<'a> = &'a dyn Fn(&reqwest::Client, &[Site]) -> anyhow::Result<usize>;

#[test]
fn borrowed_moved_shared_and_local_fetches_are_all_in_flight_together() {
    let runtime = Runtime::new().expect("a runtime");
    let local = local_runtime();
    let ways: [Way; 4] = [
        &|client, sites| runtime.block_on(send_static::borrowed(client, sites)),
        &|client, sites| runtime.block_on(send_static::moved(client, sites)),
        &|client, sites| {
            runtime.block_on(send_static::shared(client, sites.to_vec()))
        },
        &|client, sites| {
            local.block_on(local_tasks::count_bytes(client, sites))
        },
    ];
    for way in ways {
        // A gate that has opened stays open, so each has its own.
        let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
        let total = way(&reqwest::Client::new(), &sites);
        assert_eq!(total.expect("all pages arrive"), ALL);
        assert_eq!(web.record().max_in_flight(), 3);
    }
}

#[test]
fn a_page_that_fails_is_an_error_of_each_of_them() {
    let refused = quick_tutorial().fault("python.org", Fault::Refused);
    let (_web, sites, _watchdog) = start(refused);
    let runtime = Runtime::new().expect("a runtime");
    let client = reqwest::Client::new();
    let shared = send_static::shared(&client, sites.clone());
    let local = local_tasks::count_bytes(&client, &sites);
    let totals = [
        runtime.block_on(send_static::borrowed(&client, &sites)),
        runtime.block_on(send_static::moved(&client, &sites)),
        runtime.block_on(shared),
        runtime.block_on(parallel::joined(&client, &sites, || 1)),
        runtime.block_on(parallel::spawned(&client, &sites, || 1)),
        local_runtime().block_on(local),
    ];
    for total in totals {
        let error = total.expect_err("python.org refuses");
        let error: &reqwest::Error = error.downcast_ref().expect("the fetch's");
        assert!(error.is_connect(), "{error}");
    }
}

#[tokio::test]
#[should_panic(
    expected = "`spawn_local` called from outside of a `task::LocalSet` or \
                `runtime::LocalRuntime`"
)]
async fn spawn_local_panics_on_an_ordinary_runtime() {
    spawn_local(async {});
}

#[tokio::test(flavor = "multi_thread")]
async fn a_local_set_has_local_tasks_on_an_ordinary_runtime() {
    let count = Rc::new(Cell::new(1));
    let tasks = LocalSet::new();
    let task = async { spawn_local(async move { count.get() }).await };
    let count = tasks.run_until(task).await;
    assert_eq!(count.expect("no panic"), 1);
}

async fn fetch(client: &reqwest::Client, site: &Site) -> usize {
    let response = client.get(&site.url).send().await.expect("a response");
    response.bytes().await.expect("a page").len()
}

#[test]
fn a_connection_is_driven_by_the_runtime_it_was_made_on() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let (client, site) = (reqwest::Client::new(), &sites[0]);
    let first = one_thread();
    first.block_on(async {
        fetch(&client, site).await;
        // Until the connection is back in the client's pool.
        sleep(IMPATIENT).await;
    });
    let (done, is_done) = mpsc::channel();

    std::thread::scope(|scope| {
        scope.spawn(|| {
            let bytes = one_thread().block_on(fetch(&client, site));
            done.send(bytes).expect("the test waits for it");
        });
        let early = is_done.recv_timeout(IMPATIENT);
        early.expect_err("the runtime of the connection isn't running");

        let bytes = first.block_on(async {
            loop {
                match is_done.try_recv() {
                    Ok(bytes) => return bytes,
                    Err(_) => sleep(Duration::from_millis(1)).await,
                }
            }
        });
        assert_eq!(bytes, 15_000);
    });
    assert_eq!(web.record().exchanges().len(), 2);
    assert_eq!(web.record().connections(), 1);
}

#[tokio::test]
async fn joined_and_spawned_fetches_overlap_alike() {
    for spawn in [false, true] {
        let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
        let client = reqwest::Client::new();
        let total = if spawn {
            parallel::spawned(&client, &sites, || 1).await
        } else {
            parallel::joined(&client, &sites, || 1).await
        };
        assert_eq!(total.expect("all pages arrive"), 3);
        assert_eq!(web.record().max_in_flight(), 3);
    }
}

/// Where two threads wait for each other. Only threads that run in parallel can
/// meet.
struct Rendezvous {
    waiting: Mutex<usize>,
    arrived: Condvar,
}

impl Rendezvous {
    const fn new() -> Self {
        Rendezvous { waiting: Mutex::new(0), arrived: Condvar::new() }
    }

    /// Blocks until two threads are here. Returns 1, or 0 after `patience`
    /// without the other one.
    fn meet(&self, patience: Duration) -> usize {
        let waiting = self.waiting.lock();
        let mut waiting = waiting.expect("no thread panics here");
        *waiting += 1;
        self.arrived.notify_all();
        let (mut waiting, waited) = self
            .arrived
            .wait_timeout_while(waiting, patience, |waiting| *waiting < 2)
            .expect("no thread panics here");
        if waited.timed_out() {
            *waiting -= 1;
            return 0;
        }
        1
    }
}

#[test]
fn spawned_work_runs_in_parallel_and_joined_work_does_not() {
    static OF_SPAWNED: Rendezvous = Rendezvous::new();
    static OF_JOINED: Rendezvous = Rendezvous::new();
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let sites = &sites[..2];
    let client = reqwest::Client::new();
    let runtime =
        Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");

    let spawned = runtime.block_on(parallel::spawned(&client, sites, || {
        wake_the_other_worker();
        OF_SPAWNED.meet(PATIENT)
    }));
    let joined = runtime.block_on(parallel::joined(&client, sites, || {
        OF_JOINED.meet(IMPATIENT)
    }));

    assert_eq!(spawned.expect("both pages arrive"), 2, "the two meet");
    assert_eq!(joined.expect("both pages arrive"), 0, "the two don't meet");
}

/// Two tasks are one more than this worker can take next, so the other worker
/// wakes up. The one that blocks may have been the one that watched the
/// sockets, and the other page would never arrive.
fn wake_the_other_worker() {
    tokio::spawn(async {});
    tokio::spawn(async {});
}

/// How many tasks there are while three requests of `work` are in flight. The
/// client has some of its own, for its connections.
async fn tasks_during<T>(
    web: &MockWeb,
    work: impl Future<Output = T>,
) -> usize {
    tokio::select! {
        _ = work => panic!("no site answers"),
        () = web.wait_until(|record| record.in_flight() == 3) => {}
    }
    Handle::current().metrics().num_alive_tasks()
}

#[test]
fn spawned_fetches_are_tasks_and_joined_ones_are_not() {
    let tasks = |spawn: bool| {
        let (web, sites, _watchdog) = start(quick_tutorial().gate(4, PATIENT));
        one_thread().block_on(async {
            let client = reqwest::Client::new();
            if spawn {
                let spawned = parallel::spawned(&client, &sites, || 1);
                tasks_during(&web, spawned).await
            } else {
                let joined = parallel::joined(&client, &sites, || 1);
                tasks_during(&web, joined).await
            }
        })
    };
    assert_eq!(tasks(true), tasks(false) + 3);
}

#[tokio::test]
async fn all_tasks_and_all_threads_wait_at_the_same_time() {
    assert_eq!(task_cost::tasks(100).await.expect("a cost").waiting, 100);
    assert_eq!(task_cost::threads(100).expect("a cost").waiting, 100);
}

#[test]
fn a_future_that_fetches_is_larger_than_one_that_only_waits() {
    let (idle, fetching) = task_cost::future_sizes(reqwest::Client::new());
    assert!(idle < fetching, "{idle} B and {fetching} B");
}

#[test]
fn a_ready_await_gives_no_turn_a_budget_of_128_does_and_yield_now_does() {
    let seen = |task: fn(Rc<Cell<usize>>) -> Task| {
        let steps = Rc::new(Cell::new(0));
        let task = task(Rc::clone(&steps));
        let seen = yielding::seen_by_another(task, steps);
        local_runtime().block_on(seen).expect("no panic")
    };
    assert_eq!(seen(|steps| Box::pin(yielding::always_ready(steps))), 1_000);
    assert_eq!(seen(|steps| Box::pin(yielding::full_channel(steps))), 128);
    assert_eq!(seen(|steps| Box::pin(yielding::yielding(steps))), 10);
}

type Task = std::pin::Pin<Box<dyn Future<Output = ()>>>;
