//! What the lesson claims, proved by what the server saw.

use std::cell::Cell;
use std::env;
use std::future::{pending, poll_fn, ready};
use std::pin::pin;
use std::process::Command;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use lesson_kit::{Site, sites_of};
use lesson03::{SITES, count_all, count_words, count_words_desugared};
use mock_server::{MockWeb, Watchdog};
use testkit::quick_tutorial;

#[path = "../examples/async_closure.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod async_closure;
#[path = "../examples/clocks.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod clocks;
#[path = "../examples/executor.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod executor;
#[path = "../examples/handlers.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod handlers;
#[path = "../examples/in_turn.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod in_turn;
#[path = "../examples/question_mark.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod question_mark;
#[path = "../examples/state_machine.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod state_machine;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long a gate that should open waits: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);
/// How long a gate that should fail waits.
const IMPATIENT: Duration = Duration::from_millis(200);

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

fn status<T>(result: reqwest::Result<T>) -> Option<u16> {
    Some(result.err()?.status()?.as_u16())
}

#[tokio::test]
async fn the_words_of_all_pages_are_counted_concurrently_and_returned_in_order()
{
    let (_web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));

    let counted = count_all(&reqwest::Client::new(), &sites).await;

    let words: Vec<_> = counted.into_iter().map(Result::ok).collect();
    assert_eq!(words, [Some(2_000), Some(6_000), Some(5_000)]);
    assert_eq!([&sites[0].name, &sites[1].name], SITES);
}

#[tokio::test]
async fn an_async_fn_and_its_desugared_form_do_nothing_when_called_and_the_same_when_awaited()
 {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();

    drop(count_words(&client, &sites[0]));
    drop(count_words_desugared(&client, &sites[0]));
    let (written, desugared) = tokio::join!(
        count_words(&client, &sites[1]),
        count_words_desugared(&client, &sites[1])
    );

    assert_eq!((written.ok(), desugared.ok()), (Some(6_000), Some(6_000)));
    assert_eq!(web.record().requests(&sites[0].name), 0);
    assert_eq!(web.record().requests(&sites[1].name), 2);
}

/// A trait with an async method that can be called through `dyn`.
trait Shop {
    fn price<'a>(&'a self, item: &'a str) -> BoxFuture<'a, u32>;
}

struct Lamps;

impl Shop for Lamps {
    fn price<'a>(&'a self, item: &'a str) -> BoxFuture<'a, u32> {
        async move { if item == "lamp" { 19 } else { 0 } }.boxed()
    }
}

/// The cure of each program in `compile_fail`, as the book tells it.
#[tokio::test]
async fn the_cures_of_the_programs_that_do_not_compile_compile() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();

    let total = async {
        let a = count_words(&client, &sites[0]).await?;
        let b = count_words(&client, &sites[1]).await?;
        Ok::<_, reqwest::Error>(a + b)
    };
    assert_eq!(total.await.ok(), Some(8_000));

    let twice_the_words = async {
        let words = count_words(&client, &sites[0]).await?;
        Ok::<_, anyhow::Error>(words + words)
    };
    assert_eq!(twice_the_words.await.ok(), Some(4_000));

    let words_or_zero = async |site: Option<&Site>| {
        let one_block = async {
            match site {
                Some(site) => count_words(&client, site).await,
                None => Ok(0),
            }
        };
        let boxed = match site {
            Some(site) => async { count_words(&client, site).await }.boxed(),
            None => async { Ok(0) }.boxed(),
        };
        (one_block.await.ok(), boxed.await.ok())
    };
    assert_eq!(
        words_or_zero(Some(&sites[0])).await,
        (Some(2_000), Some(2_000))
    );
    assert_eq!(words_or_zero(None).await, (Some(0), Some(0)));

    fn is_unpin(_: &impl Unpin) {}
    let mut boxed = Box::pin(count_words(&client, &sites[0]));
    is_unpin(&boxed);
    assert_eq!((&mut boxed).await.ok(), Some(2_000));
    let mut words = pin!(count_words(&client, &sites[0]));
    assert_eq!((&mut words).await.ok(), Some(2_000));

    let lamps: &dyn Shop = &Lamps;
    assert_eq!(lamps.price("lamp").await, 19);

    let mut calls = 0;
    let mut call = async || calls += 1;
    call().await;
    call().await;
    assert_eq!(calls, 2);
}

#[tokio::test(start_paused = true)]
async fn a_pinned_future_continues_after_a_timeout_that_awaited_it_by_reference()
 {
    use tokio::time::{sleep, timeout};
    let started = Cell::new(0);
    let slow_page = || async {
        started.set(started.get() + 1);
        sleep(Duration::from_millis(60)).await;
        15_000
    };
    let wait = Duration::from_millis(40);

    let mut page = pin!(slow_page());
    assert!(timeout(wait, &mut page).await.is_err());
    assert_eq!(page.await, 15_000);
    let mut boxed = Box::pin(slow_page());
    assert!(timeout(wait, &mut boxed).await.is_err());
    assert_eq!(boxed.await, 15_000);

    assert_eq!(started.get(), 2, "each ran once");
}

#[tokio::test]
async fn boxed_async_functions_from_a_map_overlap_like_any_others() {
    let (_web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let client = reqwest::Client::new();
    let handlers = handlers::handlers();

    let futures = ["words", "bytes"]
        .map(|name| handlers[name](client.clone(), sites[0].clone()));

    let numbers: Vec<_> =
        join_all(futures).await.into_iter().map(Result::ok).collect();
    assert_eq!(numbers, [Some(2_000), Some(15_000)]);
}

#[tokio::test]
async fn awaits_in_a_row_never_have_two_requests_in_flight_and_joined_ones_do()
{
    let client = reqwest::Client::new();
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, IMPATIENT));
    let (a, b) = (&sites[0], &sites[1]);
    let wrong = in_turn::one_after_another(&client, a, b).await;
    assert_eq!(status(wrong), Some(425), "the gate saw only one request");
    assert_eq!(web.record().max_in_flight(), 1);

    // A gate that has failed stays closed, so each version has its own.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, IMPATIENT));
    let wrong = in_turn::stored_first(&client, &sites[0], &sites[1]).await;
    assert_eq!(status(wrong), Some(425), "the gate saw only one request");
    assert_eq!(web.record().max_in_flight(), 1);

    let (_web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let right = in_turn::joined(&client, &sites[0], &sites[1]).await;
    assert_eq!(right.ok(), Some(8_000));
}

#[tokio::test(start_paused = true)]
async fn sleep_and_timeout_start_their_clock_when_called_and_an_async_block_when_polled()
 {
    use clocks::await_late;
    use tokio::time::{sleep, timeout};
    let second = Duration::from_secs(1);

    let ((), took) = await_late(sleep(second)).await;
    assert_eq!(took, Duration::ZERO);
    let ((), took) = await_late(async { sleep(second).await }).await;
    // Tokio's timers round up to a millisecond.
    assert!(took >= second && took < second * 2, "{took:?}");
    let (result, took) = await_late(timeout(second / 2, pending::<()>())).await;
    assert_eq!((result.is_err(), took), (true, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_work_behind_a_join_handle_runs_while_the_handle_is_not_polled() {
    let half = Duration::from_millis(500);
    let task = tokio::spawn(tokio::time::sleep(half));
    let (result, took) = clocks::await_late(task).await;
    assert_eq!((result.is_ok(), took), (true, Duration::ZERO));
}

#[tokio::test]
async fn a_request_whose_timeout_expires_before_its_first_poll_is_never_sent() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();
    let timeout = Duration::from_millis(100);

    let request = client.get(&sites[0].url).timeout(timeout).send();
    let (result, _) = clocks::await_late(request).await;

    let error = result.expect_err("its timeout has expired");
    assert!(error.is_timeout(), "{error:?}");
    // A request that was on its way would arrive before this one.
    client.get(&sites[1].url).send().await.expect("a page");
    assert_eq!(web.record().requests(&sites[0].name), 0);
}

#[test]
fn an_error_waits_for_the_other_future_in_join_and_not_in_try_join() {
    let fails = || ready(Err::<(), _>("an error"));
    let never = || pending::<Result<(), &str>>();

    let joined = async { tokio::join!(fails(), never()) };
    assert_eq!(joined.now_or_never(), None);
    let joined = async { tokio::try_join!(fails(), never()) };
    assert_eq!(joined.now_or_never(), Some(Err("an error")));
}

/// How many futures a second poll of `join_all` polls, none having been woken.
fn polled_again(futures: usize) -> usize {
    let polls = Cell::new(0);
    let count = |_| {
        poll_fn(|_| {
            polls.set(polls.get() + 1);
            Poll::<()>::Pending
        })
    };
    let mut joined = pin!(join_all((0..futures).map(count)));
    let mut context = Context::from_waker(Waker::noop());
    assert!(joined.as_mut().poll(&mut context).is_pending());
    assert_eq!(polls.take(), futures, "each is polled once");
    assert!(joined.as_mut().poll(&mut context).is_pending());
    polls.get()
}

#[test]
fn join_all_polls_all_of_up_to_30_futures_again_and_above_that_those_that_were_woken()
 {
    assert_eq!(polled_again(30), 30);
    assert_eq!(polled_again(31), 0);
}

#[tokio::test]
async fn a_question_mark_in_a_loop_ends_it_and_a_kept_result_does_not() {
    let (web, mut sites, _watchdog) = start(quick_tutorial());
    sites[1].url += "missing";
    let client = reqwest::Client::new();

    let first = question_mark::all_of(&client, &sites).await;
    assert_eq!(status(first), Some(404));
    assert_eq!(web.record().requests("w3schools.com"), 0);

    let each = question_mark::each_of(&client, &sites).await;
    let [Ok(2_000), Err(error), Ok(5_000)] = &each[..] else {
        panic!("{each:?}");
    };
    assert_eq!(error.status().map(|status| status.as_u16()), Some(404));
    assert_eq!(web.record().requests("w3schools.com"), 1);
}

#[tokio::test]
async fn an_async_closure_is_called_for_each_site_until_it_fails() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();
    let mut visited = Vec::new();

    let ended = async_closure::visit(&sites, async |site| {
        let url = format!("{}{}", site.url, "missing".repeat(visited.len()));
        visited.push(site.name.clone());
        client.get(url).send().await?.error_for_status()?;
        Ok(())
    })
    .await;

    assert_eq!(status(ended), Some(404));
    assert_eq!(visited, SITES);
}

#[tokio::test]
async fn a_future_holds_what_is_alive_or_borrowed_and_in_scope_across_an_await()
{
    use state_machine::{
        awaits_sum_after, depth, sum_after, sum_before, sum_in_block,
        sum_of_copy,
    };
    assert!(size_of_val(&sum_after()) >= 4096);
    assert!(size_of_val(&awaits_sum_after()) >= size_of_val(&sum_after()));
    assert!(size_of_val(&sum_in_block()) < 100);
    assert!(size_of_val(&sum_before()) >= 4096, "it was borrowed");
    assert!(size_of_val(&sum_of_copy()) < 100);
    assert_eq!(sum_of_copy().await, sum_after().await);
    assert_eq!(sum_before().await, sum_after().await);
    assert_eq!(sum_in_block().await, sum_after().await);
    assert_eq!(depth(3).await, 3);
}

/// Set for the process whose thread overflows its stack.
const OVERFLOW: &str = "LESSON03_OVERFLOW";

/// An overflow ends the process, so the test runs itself in another one.
#[test]
fn a_future_of_4_megabytes_overflows_the_stack_of_a_new_thread() {
    async fn large() -> usize {
        let buffer = [1_u8; 4 << 20];
        tokio::task::yield_now().await;
        buffer.iter().map(|&byte| usize::from(byte)).sum()
    }
    if env::var_os(OVERFLOW).is_some() {
        let thread = thread::spawn(|| executor::block_on(large()));
        thread.join().expect("it doesn't panic");
        return;
    }

    let output = Command::new(env::current_exe().expect("this file"))
        .args([
            "--exact",
            "a_future_of_4_megabytes_overflows_the_stack_of_a_new_thread",
            "--nocapture",
        ])
        .env(OVERFLOW, "1")
        .env_remove("RUST_MIN_STACK")
        .output()
        .expect("the test runs");

    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("has overflowed its stack"), "{said}");
}

/// A large value with a destructor.
struct Large([u8; 4096]);

impl Drop for Large {
    fn drop(&mut self) {}
}

#[test]
fn a_parameter_and_a_value_with_a_destructor_are_held_to_the_end_of_their_scope()
 {
    async fn parameter(_buffer: [u8; 4096]) {
        tokio::task::yield_now().await;
    }
    async fn with_destructor() {
        let _large = Large([1; 4096]);
        tokio::task::yield_now().await;
    }
    async fn in_a_block() {
        {
            let large = Large([1; 4096]);
            assert_eq!(large.0[0], 1);
        }
        tokio::task::yield_now().await;
    }
    async fn borrowed_and_dropped() {
        let large = Large([1; 4096]);
        assert_eq!(large.0.iter().count(), 4096);
        drop(large);
        tokio::task::yield_now().await;
    }
    assert!(size_of_val(&parameter([1; 4096])) >= 4096);
    assert!(size_of_val(&with_destructor()) >= 4096);
    assert!(size_of_val(&borrowed_and_dropped()) >= 4096);
    assert!(size_of_val(&in_a_block()) < 100);
}

async fn two_sleeps() -> ((), ()) {
    let (short, long) = (Duration::from_millis(50), Duration::from_millis(100));
    futures::future::join(executor::sleep(short), executor::sleep(long)).await
}

fn watchdog() -> Watchdog {
    Watchdog::start(WATCHDOG, || vec!["the executor hangs".to_owned()])
}

#[test]
fn a_sleep_calls_the_waker_of_its_last_poll_and_not_before_its_time() {
    let _watchdog = watchdog();
    let start = Instant::now();
    let time = Duration::from_millis(50);
    let mut sleep = pin!(executor::sleep(time));
    let mut context = Context::from_waker(Waker::noop());
    assert!(sleep.as_mut().poll(&mut context).is_pending());

    executor::block_on(sleep);

    // A lower bound, which a slow machine can't break.
    assert!(start.elapsed() >= time);
}

#[test]
fn the_executor_sleeps_until_it_is_woken_and_the_busy_one_does_not() {
    let _watchdog = watchdog();
    let polls = Cell::new(0);
    executor::block_on(executor::counted(two_sleeps(), &polls));
    let right = polls.take();
    assert!((2..=3).contains(&right), "one poll and one a wake: {right}");

    executor::busy_block_on(executor::counted(two_sleeps(), &polls));
    assert!(polls.get() > 1_000, "{polls:?}");
}

#[test]
fn a_wake_that_comes_before_the_executor_sleeps_is_not_lost() {
    let _watchdog = watchdog();
    let mut polled = 0;
    let future = poll_fn(|context| {
        polled += 1;
        context.waker().wake_by_ref();
        if polled < 10 { Poll::Pending } else { Poll::Ready(polled) }
    });
    assert_eq!(executor::block_on(future), 10);
}
