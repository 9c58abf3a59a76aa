//! How many requests are in flight at the same time, and in which order results
//! come.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use lesson01::fetch_page_async;
use mock_server::Fault;
use testkit::{
    IMPATIENT, PATIENT, Rendezvous, quick_tutorial, start, watchdog,
};

use crate::examples::cpu_bound;
use crate::support::{STRATEGIES, concurrent, sequential, threads};

fn statuses(pages: Vec<reqwest::Result<usize>>) -> Vec<u16> {
    let status = |page: reqwest::Result<usize>| match page {
        Ok(_) => 200,
        Err(error) => error.status().expect("the error is a status").as_u16(),
    };
    pages.into_iter().map(status).collect()
}

#[test]
fn threads_and_async_have_three_requests_in_flight_at_once() {
    for strategy in [threads, concurrent] {
        let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
        assert_eq!(statuses(strategy(&sites, PATIENT)), [200, 200, 200]);
        assert_eq!(web.record().max_in_flight(), 3);
    }
}

#[test]
fn one_after_another_never_has_two_requests_in_flight() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, IMPATIENT));
    assert_eq!(statuses(sequential(&sites, PATIENT)), [425, 425, 425]);
    assert_eq!(web.record().max_in_flight(), 1);
}

#[tokio::test]
async fn a_future_that_is_not_polled_sends_nothing() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();
    let unpolled = fetch_page_async(&client, &sites[0]);
    let polled = fetch_page_async(&client, &sites[1]);

    assert_eq!(polled.await.ok(), Some(50_321));
    assert_eq!(web.record().requests(&sites[0].name), 0);
    assert_eq!(unpolled.await.ok(), Some(15_000));
}

#[tokio::test]
async fn a_timeout_does_not_fire_while_the_thread_is_blocked() {
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", Fault::Hang));
    let client = reqwest::Client::builder()
        .timeout(Duration::from_millis(20))
        .build()
        .expect("a client");
    let ended = Mutex::new(Vec::new());
    let fetch = async {
        let page = fetch_page_async(&client, &sites[1]).await;
        assert!(page.expect_err("it hangs").is_timeout());
        ended.lock().expect("neither future panics").push("timeout");
    };
    let work = async {
        // Longer than the timeout, which can't fire before this ends.
        #[expect(clippy::disallowed_methods, reason = "it blocks the thread")]
        thread::sleep(Duration::from_millis(200));
        ended.lock().expect("neither future panics").push("work");
    };

    futures::join!(fetch, work);

    assert_eq!(
        ended.into_inner().expect("neither future panics"),
        ["work", "timeout"]
    );
}

#[test]
fn all_strategies_return_the_sizes_in_the_order_asked() {
    // The first asked is the last to answer.
    let slow = Fault::Delay { time: Duration::from_millis(100) };
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("codeswithpankaj.com", slow));
    for (name, strategy) in STRATEGIES {
        let sizes: Vec<_> =
            strategy(&sites, PATIENT).into_iter().map(Result::ok).collect();
        assert_eq!(sizes, [Some(15_000), Some(50_321), Some(45_000)], "{name}");
    }
}

#[test]
fn busy_futures_joined_on_one_thread_never_run_in_parallel_and_threads_do() {
    let _watchdog = watchdog();
    let three = Rendezvous::of(3);
    let meet = |_| usize::from(three.wait(PATIENT));
    assert_eq!(cpu_bound::threaded(meet), [1, 1, 1]);
    let three = Rendezvous::of(3);
    let miss = |_| usize::from(three.wait(IMPATIENT));
    assert_eq!(block_on(cpu_bound::joined(miss)), [0, 0, 0]);
}

#[test]
fn the_work_of_the_example_counts_primes() {
    assert_eq!(cpu_bound::count_primes(1), 17_984);
}
