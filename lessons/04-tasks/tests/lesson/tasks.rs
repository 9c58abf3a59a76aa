//! Tasks: when they begin, what they own, which runtime drives them, and when
//! they give up the thread.

use std::cell::Cell;
use std::future::ready;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use lesson_kit::Site;
use lesson04::schedule;
use mock_server::Fault;
use testkit::{IMPATIENT, PATIENT, quick_tutorial, start};
use tokio::runtime::{Handle, Runtime};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::sleep;

use crate::examples::{local_tasks, parallel, send_static, yielding};
use crate::support::{ALL, local_runtime, one_thread};

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
