//! Channels: how they end, how full they get, workers that share one, actors,
//! and a pace.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use futures::stream::{self, StreamExt};
use lesson05::{Page, fetch_page};
use mock_server::{Fault, Outcome, Record};
use testkit::{IMPATIENT, PATIENT, quick_tutorial, start, watchdog};
use tokio::time::{Instant, sleep, timeout};

use crate::examples::actor::Cache;
use crate::examples::backpressure::{bounded, page, unbounded, work};
use crate::examples::pace::{self, Pace};
use crate::examples::{channel, workers};
use crate::support::alive;

#[tokio::test(start_paused = true)]
async fn a_channel_without_a_bound_takes_all_pages_and_one_with_a_bound_eight()
{
    let _watchdog = watchdog();
    let wrong = unbounded(50, page, work).await;
    // One is being worked on, the others wait.
    assert_eq!((wrong.pages, wrong.waiting), (50, 49));
    assert_eq!(wrong.produced, Duration::ZERO);
    let right = bounded(50, 8, page, work).await;
    assert_eq!((right.pages, right.waiting), (50, 7));
    // The work on a page takes a millisecond. The producer has to wait for all of
    // it, except for the eight pages that have room and the one being worked on.
    assert!(right.produced >= Duration::from_millis(50 - 8 - 1));
}

#[tokio::test]
async fn a_channel_ends_when_its_last_sender_is_dropped() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();

    let received = Cell::new(0);
    let count = |_page| received.set(received.get() + 1);
    let all_received = async {
        while received.get() < 3 {
            sleep(Duration::from_millis(1)).await;
        }
        // There's no event for a channel that doesn't end.
        sleep(IMPATIENT).await;
    };
    tokio::select! {
        () = channel::version_a(&client, &sites, count) => {
            panic!("a sender is left")
        }
        () = all_received => {}
    }

    received.set(0);
    let receiving = channel::version_b(&client, &sites, count);
    timeout(PATIENT, receiving).await.expect("no sender is left");
    assert_eq!(received.get(), 3);
}

fn all_came(pages: &[Page]) {
    assert_eq!(pages.len(), 9);
    assert!(pages.iter().all(|page| page.bytes.is_ok()), "{pages:?}");
}

#[tokio::test]
async fn three_workers_fetch_three_pages_at_a_time_unless_one_keeps_the_lock() {
    let client = reqwest::Client::new();
    // A gate for three opens only if three requests are in flight.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let nine: Vec<_> = sites.iter().cycle().take(9).cloned().collect();
    all_came(&workers::without_queue(&client, &nine).await);
    all_came(&workers::shared(&client, &nine, workers::worker_b).await);
    all_came(&workers::in_turn(&client, &nine).await);
    assert_eq!(web.record().max_in_flight(), 3);

    let (web, sites, _watchdog) = start(quick_tutorial());
    let nine: Vec<_> = sites.iter().cycle().take(9).cloned().collect();
    all_came(&workers::shared(&client, &nine, workers::worker_a).await);
    assert_eq!(web.record().max_in_flight(), 1, "it keeps the lock");
}

#[tokio::test]
async fn a_worker_that_hangs_holds_up_the_others_if_each_has_a_channel() {
    let client = reqwest::Client::new();
    let fault = || quick_tutorial().fault("codeswithpankaj.com", Fault::Hang);
    let complete = |record: &Record| record.count(Outcome::Complete);

    // The first page hangs, and the others don't.
    let (web, sites, _watchdog) = start(fault());
    let others = sites[1..].iter().cycle().take(20);
    let pages: Vec<_> = sites[..1].iter().chain(others).cloned().collect();
    tokio::select! {
        _ = workers::shared(&client, &pages, workers::worker_b) => {
            panic!("one page hangs")
        }
        () = web.wait_until(|record| complete(record) == 20) => {}
    }

    let (web, sites, _watchdog) = start(fault());
    let others = sites[1..].iter().cycle().take(20);
    let pages: Vec<_> = sites[..1].iter().chain(others).cloned().collect();
    let four = async {
        web.wait_until(|record| complete(record) == 4).await;
        // There's no event for a job that isn't sent.
        sleep(IMPATIENT).await;
    };
    tokio::select! {
        _ = workers::in_turn(&client, &pages) => panic!("one page hangs"),
        () = four => {}
    }
    // Of the jobs of the first worker, one hangs and one is in its channel. The
    // third one waits, and with it all jobs behind it.
    assert_eq!(complete(&web.record()), 4);
}

#[tokio::test]
async fn an_actor_fetches_each_page_once_and_one_at_a_time() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let cache = Cache::start(reqwest::Client::new());
    let asked = sites.iter().chain(&sites).map(async |site| {
        let cache = cache.clone();
        cache.size(site).await.expect("a page")
    });

    let sizes = join_all(asked).await;

    assert_eq!(sizes, [15_000, 50_321, 45_000, 15_000, 50_321, 45_000]);
    assert_eq!(web.record().exchanges().len(), 3);
    assert_eq!(web.record().max_in_flight(), 1);
    // Without the actor, each of them sends a request.
    let client = reqwest::Client::new();
    join_all(sites.iter().chain(&sites).map(|site| fetch_page(&client, site)))
        .await;
    assert_eq!(web.record().exchanges().len(), 9);
}

#[tokio::test]
async fn an_actor_keeps_no_error_and_ends_with_its_last_handle() {
    let fault = "fail-first?n=1&with=503".parse().expect("it is a fault");
    let (web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", fault));
    // No connection is kept, and so no task of the client's is.
    let client = reqwest::Client::builder().pool_max_idle_per_host(0);
    let cache = Cache::start(client.build().expect("a client"));
    let second = cache.clone();

    let error = cache.size(&sites[1]).await.expect_err("a 503");
    assert!(error.is::<reqwest::Error>(), "{error:?}");
    drop(cache);
    assert_eq!(second.size(&sites[1]).await.expect("a page"), 50_321);
    assert_eq!(web.record().requests("python.org"), 2);

    assert!(alive() > 0, "the actor waits");
    drop(second);
    while alive() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn turns_are_a_tenth_of_a_second_apart_even_after_a_pause() {
    let _watchdog = watchdog();
    let pace = Arc::new(Pace::new(10));
    let start = Instant::now();
    let turn = async || {
        pace.turn().await;
        start.elapsed().as_millis()
    };

    let turns = join_all((0..5).map(|_| turn())).await;
    assert_eq!(turns, [0, 100, 200, 300, 400]);

    sleep(Duration::from_secs(60)).await;
    let turns = join_all((0..3).map(|_| turn())).await;
    assert_eq!(turns, [60_400, 60_500, 60_600]);
}

#[tokio::test]
async fn with_a_pace_requests_may_overlap_and_with_a_limit_they_may_follow_fast()
 {
    let client = reqwest::Client::new();
    // Six requests are in flight before any of them gets its response.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(6, PATIENT));
    let six: Vec<_> = sites.iter().cycle().take(6).cloned().collect();
    let begun = std::time::Instant::now();
    pace::paced(&client, &six).await;
    // The sixth turn isn't earlier than that, however slow the machine is.
    assert!(begun.elapsed() >= Duration::from_millis(500));
    assert_eq!(web.record().max_in_flight(), 6);

    // Two at a time, and none waits for a turn: a gate for three never opens.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, IMPATIENT));
    pace::limited(&client, &sites).await;
    assert_eq!(web.record().max_in_flight(), 2);
}

#[tokio::test]
async fn futures_that_are_collected_first_can_be_buffered_in_a_task() {
    let (_web, sites, _watchdog) = start(quick_tutorial());
    let client = reqwest::Client::new();
    let task = tokio::spawn(async move {
        let fetches: Vec<_> =
            sites.iter().map(|site| fetch_page(&client, site)).collect();
        let pages: Vec<_> = stream::iter(fetches).buffered(2).collect().await;
        pages.into_iter().map(|page| page.expect("a page")).sum::<usize>()
    });
    assert_eq!(task.await.expect("no panic"), 110_321);
}
