//! What a future does before it's awaited, and how `join!` runs several of
//! them.

use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::Duration;

use lesson_kit::Site;
use lesson02::{fetch_all, fetch_page};
use mock_server::Fault;
use testkit::{PATIENT, quick_tutorial, start};
use tokio::runtime::{Builder, Runtime};

use crate::examples::{lazy, one_task};
use crate::support::many_and_one;

#[tokio::test]
async fn all_pages_are_in_flight_at_once() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));

    let pages = fetch_all(&reqwest::Client::new(), &sites).await;

    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    assert_eq!(web.record().max_in_flight(), 3);
}

#[tokio::test]
async fn results_are_in_the_order_of_the_sites_though_the_first_answers_last() {
    let slow = Fault::Delay { time: Duration::from_millis(100) };
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
    // If the compiler didn't warn, this `expect` would be a warning.
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
        [joined, task.await.expect("the task doesn't panic")]
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
