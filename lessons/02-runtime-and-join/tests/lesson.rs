//! What the lesson claims, proved by what the server saw.

use std::sync::Mutex;
use std::thread::{self, ThreadId};
use std::time::Duration;

use lesson_kit::{Site, sites_of};
use lesson02::{fetch_all, fetch_page};
use mock_server::testing::quick_tutorial;
use mock_server::{Fault, MockWeb, Watchdog};
use tokio::runtime::{Builder, Runtime};

#[path = "../examples/lazy.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod lazy;
#[path = "../examples/nested_block_on.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod nested_block_on;
#[path = "../examples/one_task.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod one_task;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long a gate waits that is to open: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);

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
async fn results_stand_in_the_order_asked_though_the_first_answers_last() {
    let slow = Fault::Delay { ms: 100 };
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("codeswithpankaj.com", slow));

    let pages = fetch_all(&reqwest::Client::new(), &sites).await;

    let sizes: Vec<_> = pages.into_iter().map(Result::ok).collect();
    assert_eq!(sizes, [Some(15_000), Some(50_321), Some(45_000)]);
}

#[tokio::test]
async fn a_future_that_is_forgotten_asks_nothing_and_one_that_is_awaited_does()
{
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();

    let forgotten = lazy::forgotten(&client, &sites).await;

    assert_eq!(forgotten, 3, "it says that it fetched three");
    // What it had asked would have arrived before what is asked after it.
    fetch_page(&client, &sites[0]).await.expect("a page");
    assert_eq!(web.record().exchanges().len(), 1);
    assert_eq!(lazy::awaited(&client, &sites).await, 3);
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
    let see = |what| seen.lock().expect("nothing panicked").push(what);
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
    seen.into_inner().expect("nothing panicked")
}

#[test]
fn a_branch_that_keeps_the_thread_stalls_its_siblings_on_every_runtime() {
    let many = Runtime::new().expect("a runtime");
    let one =
        Builder::new_current_thread().enable_all().build().expect("a runtime");
    for runtime in [many, one] {
        let wrong = runtime.block_on(order(one_task::keep_the_thread));
        assert_eq!(wrong, ["a begins", "a ends", "b begins", "b ends"]);
        let right = runtime.block_on(order(one_task::give_it_back));
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

fn panicked(run: fn() -> usize) -> String {
    let panic = thread::spawn(run).join().expect_err("it panics");
    let words = panic.downcast_ref::<String>().cloned();
    let words = words
        .or_else(|| panic.downcast_ref::<&str>().map(|&words| words.into()));
    words.expect("a panic has words")
}

#[test]
fn a_runtime_inside_a_runtime_panics_and_says_why() {
    assert!(
        panicked(nested_block_on::nested)
            .starts_with("Cannot start a runtime from within a runtime.")
    );
    // In a release build reqwest does not look.
    if cfg!(debug_assertions) {
        assert!(panicked(nested_block_on::blocking_client).starts_with(
            "Cannot drop a runtime in a context where blocking is not allowed."
        ));
    }
    assert_eq!(nested_block_on::awaited(), 15_000);
}
