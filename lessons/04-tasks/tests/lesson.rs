//! What the lesson claims, proved by what the server saw.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use lesson_kit::{Site, sites_of};
use lesson04::schedule;
use mock_server::testing::quick_tutorial;
use mock_server::{Fault, MockWeb, Outcome, Watchdog};
use tokio::runtime::{Builder, LocalOptions};

#[path = "../examples/detach.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod detach;
#[path = "../examples/first_completed.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod first_completed;
#[path = "../examples/parallel.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod parallel;
#[path = "../examples/send_static.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod send_static;
#[path = "../examples/task_cost.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod task_cost;
#[path = "../examples/yielding.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod yielding;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long a gate waits that is to open: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);
/// The bytes of the tutorial's three pages.
const ALL: usize = 15_000 + 50_321 + 45_000;

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

#[tokio::test(flavor = "current_thread")]
async fn on_one_thread_a_task_does_not_begin_before_the_first_await() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();

    let handles = schedule(&client, &sites[..2]);

    let alive = tokio::runtime::Handle::current().metrics().num_alive_tasks();
    assert_eq!(alive, 2, "they are scheduled");
    assert_eq!(web.record().exchanges().len(), 0, "nothing has run");
    let mut sizes = Vec::new();
    for handle in handles {
        sizes.push(handle.await.expect("no panic").ok());
    }
    assert_eq!(sizes, [Some(15_000), Some(50_321)]);
}

/// Runs `work`, which asks two sites, until both have been asked, and drops it.
async fn give_up(web: &MockWeb, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => panic!("no site answers"),
        () = web.wait_until(|record| record.in_flight() == 2) => {}
    }
}

#[tokio::test]
async fn a_task_whose_handle_is_dropped_goes_on_and_the_server_serves_it() {
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
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = reqwest::Client::new();
        give_up(&web, detach::with_handles(&client, &sites[..2])).await;
    });
    assert_eq!(web.record().client_gone(), 0, "they are detached");

    drop(runtime);

    let here = Builder::new_current_thread().build().expect("a runtime");
    here.block_on(web.wait_until(|record| record.client_gone() == 2));
}

#[tokio::test]
async fn futures_that_are_no_tasks_end_where_they_are_dropped() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let client = reqwest::Client::new();

    give_up(&web, detach::without_tasks(&client, &sites[..2])).await;

    web.wait_until(|record| record.client_gone() == 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_computes_is_dropped_at_its_next_await_and_not_before() {
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let (computed, has_computed) = tokio::sync::oneshot::channel();
    let (waited, has_waited) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move {
        let _ = begun.send(());
        #[expect(clippy::disallowed_methods, reason = "it keeps the thread")]
        std::thread::sleep(Duration::from_millis(200));
        let _ = computed.send(());
        // Of no length it may be over at once, and then nothing is waited for.
        tokio::time::sleep(Duration::from_secs(60)).await;
        let _ = waited.send(());
    });
    has_begun.await.expect("it begins");

    task.abort();

    assert!(task.await.expect_err("it was aborted").is_cancelled());
    has_computed.await.expect("it went on until it had to wait");
    has_waited.await.expect_err("it did not go on from there");
}

#[tokio::test]
async fn a_join_set_and_a_handle_that_aborts_take_their_tasks_with_them() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let client = reqwest::Client::new();

    give_up(&web, detach::with_join_set(&client, &sites[..2])).await;
    web.wait_until(|record| record.client_gone() == 2).await;

    web.reset_record();
    give_up(&web, detach::with_abort_on_drop(&client, &sites[..2])).await;
    web.wait_until(|record| record.client_gone() == 2).await;
}

/// A way to fetch all sites, and how many bytes they have.
type Way<'a> = &'a dyn Fn(&reqwest::Client, &[Site]) -> usize;

#[test]
fn borrowed_moved_shared_and_local_fetches_are_all_made_at_once() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let local = Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .expect("a runtime");
    let ways: [Way; 4] = [
        &|client, sites| runtime.block_on(send_static::borrowed(client, sites)),
        &|client, sites| runtime.block_on(send_static::moved(client, sites)),
        &|client, sites| {
            runtime.block_on(send_static::shared(client, sites.to_vec()))
        },
        &|client, sites| send_static::local(&local, client, sites),
    ];
    for way in ways {
        // A gate that has opened stays open, so each has one of its own.
        let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
        assert_eq!(way(&reqwest::Client::new(), &sites), ALL);
        assert_eq!(web.record().max_in_flight(), 3);
    }
}

#[tokio::test]
async fn select_drops_the_others_and_the_server_sees_them_leave() {
    let (web, sites, _watchdog) = start(
        quick_tutorial()
            .fault("codeswithpankaj.com", Fault::Hang)
            .fault("w3schools.com", Fault::Hang)
            .fault("python.org", Fault::Delay { ms: 200 }),
    );
    let client = reqwest::Client::new();

    let [a, b, c] = &sites[..] else { panic!("{sites:?}") };
    let first = first_completed::selected(&client, a, b, c).await;

    assert_eq!(first, "python.org");
    web.wait_until(|record| record.in_flight() == 0).await;
    let record = web.record();
    let complete = record.count(Outcome::Complete);
    assert_eq!(complete, 1, "and the others, as far as they had been asked,");
    assert_eq!(record.client_gone(), record.exchanges().len() - 1);
}

#[tokio::test]
async fn join_next_gives_one_result_after_another_and_drops_none() {
    let slow = Fault::Delay { ms: 500 };
    let (web, sites, _watchdog) =
        start(quick_tutorial().fault("codeswithpankaj.com", slow));
    let client = reqwest::Client::new();

    let [a, b, c] = &sites[..] else { panic!("{sites:?}") };
    let mut names = first_completed::in_a_set(&client, [a, b, c]).await;

    assert_eq!(names[2], "codeswithpankaj.com", "the slow one is last");
    names.sort();
    assert_eq!(names, ["codeswithpankaj.com", "python.org", "w3schools.com"]);
    assert_eq!(web.record().count(Outcome::Complete), 3);
    assert_eq!(web.record().client_gone(), 0);
}

#[tokio::test]
async fn joined_and_spawned_fetches_overlap_alike() {
    for spawn in [false, true] {
        let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
        let client = reqwest::Client::new();
        if spawn {
            parallel::spawned(&client, &sites, 100).await;
        } else {
            parallel::joined(&client, &sites, 100).await;
        }
        assert_eq!(web.record().max_in_flight(), 3);
    }
    assert_eq!(parallel::work(100), 25);
}

/// How many tasks there are while three requests of `work` are in flight. The
/// client has some of its own, for its connections.
async fn tasks_during(web: &MockWeb, work: impl Future<Output = ()>) -> usize {
    tokio::select! {
        () = work => panic!("no site answers"),
        () = web.wait_until(|record| record.in_flight() == 3) => {}
    }
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

#[test]
fn spawned_fetches_are_tasks_and_joined_ones_are_not() {
    let tasks = |spawn: bool| {
        let (web, sites, _watchdog) = start(quick_tutorial().gate(4, PATIENT));
        let runtime = Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let client = reqwest::Client::new();
            if spawn {
                tasks_during(&web, parallel::spawned(&client, &sites, 1)).await
            } else {
                tasks_during(&web, parallel::joined(&client, &sites, 1)).await
            }
        })
    };
    assert_eq!(tasks(true), tasks(false) + 3);
}

#[tokio::test]
async fn as_many_tasks_and_threads_wait_at_once_as_were_asked_for() {
    assert_eq!(task_cost::tasks(100).await.made, 100);
    assert_eq!(task_cost::threads(100).made, 100);
}

#[test]
fn a_ready_await_gives_no_turn_a_budget_of_128_does_and_yield_now_does() {
    let seen = |task: fn(Rc<Cell<usize>>) -> Task| {
        let steps = Rc::new(Cell::new(0));
        let task = task(Rc::clone(&steps));
        yielding::seen_by_another(task, steps).expect("a runtime")
    };
    assert_eq!(seen(|steps| Box::pin(yielding::always_ready(steps))), 1_000);
    assert_eq!(seen(|steps| Box::pin(yielding::full_channel(steps))), 128);
    assert_eq!(seen(|steps| Box::pin(yielding::yielding(steps))), 10);
}

type Task = std::pin::Pin<Box<dyn Future<Output = ()>>>;
