//! Fetches that overlap, work that runs in parallel, and what both cost.

use mock_server::MockWeb;
use testkit::{IMPATIENT, PATIENT, Rendezvous, quick_tutorial, start};
use tokio::runtime::{Builder, Handle};

use crate::examples::{parallel, task_cost};
use crate::support::one_thread;

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

#[test]
fn spawned_work_runs_in_parallel_and_joined_work_does_not() {
    static OF_SPAWNED: Rendezvous = Rendezvous::of(2);
    static OF_JOINED: Rendezvous = Rendezvous::of(2);
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let sites = &sites[..2];
    let client = reqwest::Client::new();
    let runtime =
        Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");

    let spawned = runtime.block_on(parallel::spawned(&client, sites, || {
        wake_the_other_worker();
        usize::from(OF_SPAWNED.wait(PATIENT))
    }));
    let joined = runtime.block_on(parallel::joined(&client, sites, || {
        usize::from(OF_JOINED.wait(IMPATIENT))
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
