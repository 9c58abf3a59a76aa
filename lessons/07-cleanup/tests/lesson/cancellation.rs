//! `abort()`, tokens, and work that must finish.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::executor::block_on;
use mock_server::Outcome;
use reqwest::Client;
use testkit::{PATIENT, quick_tutorial, start};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::examples::{abort_request, shield};
use crate::support::{Flag, endless_page, endless_pages, outcomes};

#[tokio::test]
async fn an_aborted_parent_has_ended_and_its_children_run_on() {
    // A gate for three holds the two children.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let (client, children) = (Client::new(), TaskTracker::new());
    let parent = abort_request::parent(
        client.clone(),
        sites[..2].to_vec(),
        children.clone(),
    );
    let parent = tokio::spawn(parent);
    web.wait_until(|record| record.in_flight() == 2).await;

    assert!(abort_request::abort_and_wait(parent).await);

    assert_eq!(children.len(), 2);
    client.get(&sites[2].url).send().await.expect("the gate opens");
    children.wait().await;
    assert_eq!(web.record().client_gone(), 0);
    assert_eq!(outcomes(&web, "/"), [Outcome::Complete; 3]);
}

#[tokio::test]
async fn an_abort_that_comes_too_late_changes_nothing() {
    let task = tokio::spawn(async {});
    while !task.is_finished() {
        yield_now().await;
    }
    assert!(!abort_request::abort_and_wait(task).await);
}

#[tokio::test(flavor = "current_thread")]
async fn a_dropped_join_set_asks_its_tasks_to_end_and_shutdown_also_waits() {
    let set = async |dropped: &Arc<AtomicBool>| {
        let (started, has_started) = oneshot::channel();
        let (mut tasks, flag) = (JoinSet::new(), Arc::clone(dropped));
        tasks.spawn(async move {
            let _guard = Flag(&flag);
            started.send(()).expect("the test waits for it");
            std::future::pending::<()>().await
        });
        has_started.await.expect("it starts");
        tasks
    };
    let ended = |dropped: &AtomicBool| dropped.load(Ordering::Relaxed);

    let dropped = Arc::default();
    drop(set(&dropped).await);
    assert!(!ended(&dropped), "it is only a request");
    while !ended(&dropped) {
        yield_now().await;
    }

    let dropped = Arc::default();
    set(&dropped).await.shutdown().await;
    assert!(ended(&dropped));
}

#[tokio::test]
async fn a_token_cancels_all_that_listen_and_a_child_token_only_its_own() {
    let (web, sites, _watchdog) = start(endless_pages());
    let (client, children) = (Client::new(), TaskTracker::new());
    let all = CancellationToken::new();
    let jobs: Vec<_> =
        sites.into_iter().map(|site| (site, all.child_token())).collect();
    let one = jobs[0].1.clone();
    let parent = abort_request::listening(client, jobs, children.clone());
    let parent = tokio::spawn(parent);
    web.wait_until(|record| record.in_flight() == 3).await;

    one.cancel();
    web.wait_until(|record| record.client_gone() == 1).await;
    assert!(!all.is_cancelled());
    assert_eq!(web.record().in_flight(), 2);
    assert_eq!(children.len(), 2);

    all.cancel();
    parent.await.expect("the parent finishes by itself");
    assert_eq!(children.len(), 0);
    web.wait_until(|record| record.client_gone() == 3).await;
}

// --- shield ---

#[tokio::test]
async fn a_timeout_drops_an_order_but_a_task_runs_on_behind_it() {
    let timeout = Duration::from_secs(1);
    let client = Client::new();
    let (web, sites, _watchdog) = start(endless_page());
    shield::limited(&client, &sites[0], timeout).await;
    web.wait_until(|record| record.client_gone() == 1).await;

    // A gate for two holds the order for longer than the timeout.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    shield::spawned(&client, &sites[0], timeout).await;
    client.get(&sites[1].url).send().await.expect("the gate opens");
    web.wait_until(|record| record.count(Outcome::Complete) == 2).await;
}

#[test]
fn a_task_ends_with_the_runtime_unless_it_is_tracked_and_waited_for() {
    let timeout = Duration::from_secs(1);
    let (web, sites, _watchdog) = start(endless_page());
    let runtime = Runtime::new().expect("a runtime");
    let client = Client::new();
    runtime.block_on(shield::spawned(&client, &sites[0], timeout));
    drop(runtime);
    block_on(web.wait_until(|record| record.client_gone() == 1));

    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (client, orders) = (Client::new(), TaskTracker::new());
        shield::tracked(&client, &sites[0], timeout, &orders).await;
        assert_eq!(orders.len(), 1);
        client.get(&sites[1].url).send().await.expect("the gate opens");
        orders.close();
        orders.wait().await;
    });
    drop(runtime);
    assert_eq!(outcomes(&web, "/"), [Outcome::Complete; 2]);
}

#[tokio::test]
async fn a_timeout_on_a_borrowed_handle_leaves_the_handle_to_wait_for() {
    let (go_on, may_go_on) = oneshot::channel();
    let mut order = tokio::spawn(may_go_on);
    let waited = timeout(Duration::from_millis(10), &mut order).await;
    waited.expect_err("it waits for `go_on`");

    go_on.send("ordered").expect("it runs on");
    assert_eq!(order.await.expect("no panic"), Ok("ordered"));
}
