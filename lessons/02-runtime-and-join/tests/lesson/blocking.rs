//! Blocking work, and the thread pool that runs it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc;
use std::time::Duration;

use testkit::{
    IMPATIENT, PATIENT, Rendezvous, quick_tutorial, start, watchdog,
};
use tokio::runtime::{Builder, Runtime};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::examples::blocking_work;

/// 1 if three calls run at the same moment.
fn meet_two_others(_name: &str, _page: &str) -> usize {
    static THREE: Rendezvous = Rendezvous::of(3);
    usize::from(THREE.wait(PATIENT))
}

/// The same, for callers that never do.
fn miss_two_others(_name: &str, _page: &str) -> usize {
    static THREE: Rendezvous = Rendezvous::of(3);
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
    let _watchdog = watchdog();
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

/// Whether this many calls on a default pool run at the same moment.
fn all_in_parallel(calls: usize, limit: Duration) -> bool {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let rendezvous = Arc::new(Rendezvous::of(calls));
    let passed = Arc::new(AtomicUsize::new(0));
    for _ in 0..calls {
        let (rendezvous, passed) =
            (Arc::clone(&rendezvous), Arc::clone(&passed));
        runtime.spawn_blocking(move || {
            let met = rendezvous.wait(limit);
            passed.fetch_add(usize::from(met), SeqCst);
        });
    }
    drop(runtime); // waits for all that have begun
    passed.load(SeqCst) == calls
}

#[test]
fn the_pool_has_512_threads_and_the_513th_call_waits_for_one() {
    let _watchdog = watchdog();
    assert!(all_in_parallel(512, PATIENT));
    assert!(!all_in_parallel(513, IMPATIENT));
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
