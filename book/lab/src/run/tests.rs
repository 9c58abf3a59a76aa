//! A run logs what really happens, and tells a deadlock from a run that never ends.

use std::future::pending;
use std::time::Duration;

use event_log::{Entry, Event, Exchange, Outcome, Waiting};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::{sleep, timeout};
use web::{Connections, Fault, Site};

use super::{Run, run};
use crate::controls::{Lab, Measure, Question, Settings};

/// The events of a run of this future.
fn events(run_lab: fn(Settings) -> Run) -> Vec<Entry> {
    let lab = Lab {
        name: "test",
        title: "",
        controls: Vec::new(),
        question: Question { words: "", measure: Measure::Total },
        captured: Vec::new(),
        blocks: false,
        run: run_lab,
    };
    run(&lab, Settings::parse(&[], &[]).expect("there are no settings"))
}

/// The times and the events, without those of this kind.
fn without(entries: Vec<Entry>, is_left_out: fn(&Event) -> bool) -> Vec<(u64, Event)> {
    entries
        .into_iter()
        .filter(|entry| !is_left_out(&entry.event))
        .map(|entry| (entry.at, entry.event))
        .collect()
}

fn is_wait(event: &Event) -> bool {
    matches!(event, Event::Wait { .. })
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn small_site(delay: u64) -> Site {
    Site::new("site.example", ms(delay), 100, 10)
}

/// Fetches the page of the only site.
async fn fetch(client: &reqwest::Client) -> Result<usize, reqwest::Error> {
    Ok(client.get("http://site.example/").send().await?.error_for_status()?.text().await?.len())
}

fn exchanges(entries: &[Entry]) -> Vec<Exchange> {
    let exchange = |entry: &Entry| match &entry.event {
        Event::Exchange(exchange) => Some(exchange.clone()),
        _ => None,
    };
    entries.iter().filter_map(exchange).collect()
}

#[test]
fn a_sleep_takes_its_time_on_the_pages_clock() {
    let events = events(|_| Box::pin(sleep(ms(250))));
    let seen = without(events, is_wait);
    let expected = [
        (0, Event::Poll { task: 0 }),
        (0, Event::Polled { task: 0, ready: false }),
        (250, Event::Wake { task: 0, by: None }),
        (250, Event::Poll { task: 0 }),
        (250, Event::Polled { task: 0, ready: true }),
        (250, Event::Finish),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn what_nothing_can_wake_is_a_deadlock_and_says_what_it_waits_for() {
    let events = events(|_| {
        Box::pin(async {
            sleep(ms(10)).await;
            let lock = Mutex::new(());
            let _guard = lock.lock().await;
            let _never = lock.lock().await;
        })
    });
    let last: Vec<_> = events.iter().rev().take(3).map(|entry| (entry.at, entry.event.clone())).collect();
    let (10, Event::Deadlock { waits }) = &last[0] else { panic!("{last:?}") };
    assert_eq!(last[1], (10, Event::Polled { task: 0, ready: false }));
    let (10, Event::Wait { task: 0, thing, ready: false }) = &last[2] else { panic!("{last:?}") };
    assert!(thing.starts_with("the lock (tests.rs:"), "{thing}");
    assert_eq!(*waits, [Waiting { task: 0, thing: thing.clone(), polled: 10, given: false }]);
}

#[test]
fn a_deadlock_also_names_a_future_that_nothing_polls_any_more() {
    let events = events(|_| {
        Box::pin(async {
            let lock = Mutex::new(());
            let _guard = lock.lock().await;
            let mut first = Box::pin(lock.lock());
            assert!(futures::poll!(first.as_mut()).is_pending());
            sleep(ms(10)).await;
            let dropped = Box::pin(lock.lock());
            drop(dropped);
            let _never = lock.lock().await;
        })
    });
    let Some(Event::Deadlock { waits }) = events.last().map(|entry| &entry.event) else {
        panic!("{events:?}")
    };
    let seen: Vec<_> =
        waits.iter().map(|waiting| (waiting.thing == waits[0].thing, waiting.polled)).collect();
    assert_eq!(seen, [(true, 0), (true, 10)]);
}

#[test]
fn a_lock_that_was_given_to_a_future_nothing_polls_is_told_from_one_that_is_held() {
    let events = events(|_| {
        Box::pin(async {
            let lock = Mutex::new(());
            let guard = lock.lock().await;
            let mut first = Box::pin(lock.lock());
            assert!(futures::poll!(first.as_mut()).is_pending());
            drop(guard);
            let _never = lock.lock().await;
        })
    });
    let Some(Event::Deadlock { waits }) = events.last().map(|entry| &entry.event) else {
        panic!("{events:?}")
    };
    assert_eq!(waits.iter().map(|waiting| waiting.given).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn two_futures_that_wait_for_the_same_thing_are_two() {
    let events = events(|_| {
        Box::pin(async {
            let lock = Mutex::new(());
            tokio::join!(hold(&lock), hold(&lock), hold(&lock));
        })
    });
    let first_poll = events.iter().take_while(|entry| !matches!(entry.event, Event::Polled { .. }));
    let is_lock = |event: &Event| matches!(event, Event::Wait { thing, .. } if thing.starts_with("the lock"));
    assert_eq!(first_poll.filter(|entry| is_lock(&entry.event)).count(), 3, "{events:?}");
}

async fn hold(lock: &Mutex<()>) {
    let _guard = lock.lock().await;
    sleep(ms(10)).await;
}

#[test]
fn a_connection_on_this_thread_sends_nothing_during_the_poll_that_needs_it() {
    let events = events(|_| {
        Box::pin(async {
            web::start([small_site(10)]);
            web::run_connections(Connections::ThisThread);
            fetch(&reqwest::Client::new()).await.expect("the page arrives");
        })
    });
    let first_poll = events.iter().position(|entry| matches!(entry.event, Event::Polled { .. }));
    let request = events.iter().position(|entry| matches!(entry.event, Event::Request { .. }));
    assert!(first_poll.is_some() && first_poll < request, "{events:?}");
}

#[test]
fn a_connection_on_another_thread_is_used_again_without_a_turn() {
    let events = events(|_| {
        Box::pin(async {
            web::start([small_site(10)]);
            web::run_connections(Connections::OtherThreads);
            let client = reqwest::Client::new();
            for _ in 0..2 {
                fetch(&client).await.expect("the page arrives");
            }
        })
    });
    let thing = "a connection to site.example".to_owned();
    let is_new = |entry: &&Entry| entry.event == Event::Wait { task: 0, thing: thing.clone(), ready: false };
    assert_eq!(events.iter().filter(is_new).count(), 1, "{events:?}");
}

#[test]
fn a_block_names_what_the_other_futures_wait_for_and_runs_the_watchdog() {
    let events = events(|_| {
        Box::pin(async {
            let mut timer = Box::pin(sleep(ms(10)));
            assert!(futures::poll!(timer.as_mut()).is_pending());
            event_log::when_blocked(|| event_log::push(Event::Print { line: "it hangs".to_owned() }));
            event_log::blocked("a lock");
        })
    });
    let blocked = events.iter().position(|entry| match &entry.event {
        Event::Blocked { task: 0, thing, waits } => thing == "a lock" && waits.len() == 1,
        _ => false,
    });
    let printed = events.iter().position(|entry| matches!(entry.event, Event::Print { .. }));
    assert!(blocked.is_some() && blocked < printed, "{events:?}");
}

#[test]
fn what_goes_on_for_ever_is_endless_and_no_deadlock() {
    let events = events(|_| {
        Box::pin(async {
            loop {
                sleep(Duration::from_secs(60)).await;
            }
        })
    });
    assert_eq!(events.last().map(|entry| entry.event.clone()), Some(Event::Endless));
}

#[test]
fn a_task_that_wakes_another_is_named() {
    let events = events(|_| {
        Box::pin(async {
            let (sender, receiver) = oneshot::channel();
            tokio::spawn(async move { sender.send(()) });
            receiver.await.expect("the task sends");
        })
    });
    let wakes = without(events, |event| !matches!(event, Event::Wake { .. }));
    assert_eq!(wakes.last(), Some(&(0, Event::Wake { task: 0, by: Some(1) })), "{wakes:?}");
}

#[test]
fn a_task_that_is_dropped_is_cancelled_and_one_that_is_done_is_ready() {
    let events = events(|_| {
        Box::pin(async {
            tokio::spawn(pending::<()>());
            let done = tokio::spawn(sleep(ms(5)));
            done.await.expect("it doesn't panic");
        })
    });
    assert!(events.iter().any(|entry| entry.event == Event::Cancel { task: 1 }));
    assert!(!events.iter().any(|entry| entry.event == Event::Cancel { task: 2 }));
    assert!(events.iter().any(|entry| entry.event == Event::Polled { task: 2, ready: true }));
}

#[test]
fn a_full_channel_is_what_a_sender_waits_for() {
    let events = events(|_| {
        Box::pin(async {
            let (sender, _receiver) = mpsc::channel(1);
            sender.send(1).await.expect("there's a receiver");
            sender.send(2).await.expect("there's a receiver");
        })
    });
    let waits = events.iter().any(|entry| {
        entry.event == Event::Wait { task: 0, thing: "room in channel 1".to_owned(), ready: false }
    });
    assert!(waits, "{events:?}");
    assert!(matches!(events.last().map(|entry| &entry.event), Some(Event::Deadlock { .. })));
}

#[test]
fn a_site_sees_a_client_leave_when_its_future_is_dropped() {
    let events = events(|_| {
        Box::pin(async {
            web::start([small_site(800)]);
            let client = reqwest::Client::new();
            let _ = timeout(ms(300), fetch(&client)).await;
            sleep(ms(100)).await;
        })
    });
    let seen = exchanges(&events);
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].start, seen[0].end, seen[0].outcome), (0, 300, Outcome::ClientLeft));
}

#[test]
fn a_site_sends_whether_or_not_the_client_is_polled_and_the_timeout_counts_first() {
    let events = events(|_| {
        Box::pin(async {
            web::start([small_site(800)]);
            let client = reqwest::Client::builder().timeout(ms(1_000)).build().expect("it's a client");
            let mut page = Box::pin(fetch(&client));
            assert!(futures::poll!(page.as_mut()).is_pending());
            // Nothing polls the page while this sleeps.
            sleep(ms(1_500)).await;
            assert!(page.await.expect_err("it's late").is_timeout());
        })
    });
    let seen = exchanges(&events);
    assert_eq!((seen[0].end, seen[0].outcome), (800, Outcome::Complete));
}

#[test]
fn a_request_whose_timeout_has_expired_before_its_first_poll_is_not_sent() {
    let events = events(|_| {
        Box::pin(async {
            web::start([small_site(10)]);
            let client = reqwest::Client::builder().timeout(ms(100)).build().expect("it's a client");
            let response = client.get("http://site.example/").send();
            sleep(ms(100)).await;
            assert!(response.await.expect_err("it's late").is_timeout());
        })
    });
    assert_eq!(exchanges(&events), []);
}

#[test]
fn a_request_that_no_one_waits_for_any_more_is_in_flight_at_a_deadlock() {
    let events = events(|_| {
        Box::pin(async {
            web::start([small_site(0).fault(Fault::Silent)]);
            let _ = fetch(&reqwest::Client::new()).await;
        })
    });
    let seen = exchanges(&events);
    assert_eq!((seen[0].outcome, seen[0].bytes), (Outcome::InFlight, 0));
    assert!(matches!(events.last().map(|entry| &entry.event), Some(Event::Deadlock { .. })));
}

#[test]
fn a_fault_for_the_first_requests_ends_with_them() {
    let events = events(|_| {
        Box::pin(async {
            web::start([small_site(10).fault(Fault::Status { code: 503, retry_after: None }).first(2)]);
            let client = reqwest::Client::new();
            for is_ok in [false, false, true] {
                assert_eq!(fetch(&client).await.is_ok(), is_ok);
            }
        })
    });
    let statuses: Vec<_> = exchanges(&events).iter().map(|exchange| exchange.status).collect();
    assert_eq!(statuses, [503, 503, 200]);
}

#[test]
fn a_page_that_breaks_off_is_an_error_after_its_bytes() {
    let events = events(|_| {
        Box::pin(async {
            web::start([small_site(10).fault(Fault::Cut { after: 40 })]);
            let error = fetch(&reqwest::Client::new()).await.expect_err("the page is cut");
            assert!(error.is_decode() && !error.is_timeout());
        })
    });
    let seen = exchanges(&events);
    assert_eq!((seen[0].outcome, seen[0].bytes), (Outcome::Cut, 40));
}
