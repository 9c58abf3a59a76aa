//! Tasks that nothing waits for any more: which keep running, and which end.

use std::time::Duration;

use lesson04::fetch_page;
use mock_server::{Fault, MockWeb, Outcome};
use testkit::{IMPATIENT, PATIENT, quick_tutorial, start};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::examples::detach;
use crate::support::one_thread;

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

    let bytes = detach::wait_again(&client, &sites[0], IMPATIENT).await;

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
