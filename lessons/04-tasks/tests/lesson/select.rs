//! `select!`: how it waits for the first of several futures, its rules, and its
//! loops.

use std::future::{poll_fn, ready};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use mock_server::{Fault, MockWeb, Outcome};
use reqwest::Client;
use testkit::{PATIENT, quick_tutorial, start, watchdog};
use tokio::task::yield_now;

use crate::examples::{first_completed, restart, select_rules};

/// Longer than any test: a page that doesn't arrive while the test runs.
const NEVER: Duration = Duration::from_secs(300);

/// A site whose page never arrives.
fn endless_page() -> mock_server::Builder {
    let site = mock_server::Site::new("site.example").delay(NEVER);
    MockWeb::builder().sites([site])
}

/// Sets a flag when it's dropped.
struct Flag<'a>(&'a AtomicBool);

impl Drop for Flag<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn select_drops_the_others_and_the_server_sees_them_leave() {
    let (web, sites, _watchdog) = start(
        quick_tutorial()
            .fault("codeswithpankaj.com", Fault::Hang)
            .fault("w3schools.com", Fault::Hang)
            .fault(
                "python.org",
                Fault::Delay { time: Duration::from_millis(200) },
            ),
    );
    let client = Client::new();

    let [a, b, c] = &sites[..] else { panic!("{sites:?}") };
    let first = first_completed::with_select(&client, [a, b, c]).await;

    assert_eq!(first, "python.org");
    web.wait_until(|record| record.in_flight() == 0).await;
    let record = web.record();
    let complete = record.count(Outcome::Complete);
    assert_eq!(complete, 1, "all other requests that arrived are gone");
    assert_eq!(record.client_gone(), record.exchanges().len() - 1);
}

#[tokio::test]
async fn join_next_gives_one_result_after_another_and_drops_none() {
    let slow = Fault::Delay { time: Duration::from_millis(500) };
    let (web, sites, _watchdog) =
        start(quick_tutorial().fault("codeswithpankaj.com", slow));
    let client = Client::new();

    let [a, b, c] = &sites[..] else { panic!("{sites:?}") };
    let answers = first_completed::with_join_set(&client, [a, b, c]).await;

    let mut answers = answers.expect("no panic");
    assert_eq!(answers[2], "codeswithpankaj.com", "the slow one is last");
    answers.sort();
    assert_eq!(answers, ["codeswithpankaj.com", "python.org", "w3schools.com"]);
    assert_eq!(web.record().count(Outcome::Complete), 3);
    assert_eq!(web.record().client_gone(), 0);
}

#[tokio::test]
async fn a_failure_counts_as_the_first_answer_in_both() {
    let slow = Fault::Delay { time: Duration::from_millis(500) };
    let (_web, sites, _watchdog) = start(
        quick_tutorial()
            .fault("codeswithpankaj.com", slow.clone())
            .fault("w3schools.com", slow)
            .fault("python.org", Fault::Refused),
    );
    let client = Client::new();

    let [a, b, c] = &sites[..] else { panic!("{sites:?}") };
    let first = first_completed::with_select(&client, [a, b, c]).await;
    let answers = first_completed::with_join_set(&client, [a, b, c]).await;

    for first in [&first, &answers.expect("no panic")[0]] {
        assert!(first.starts_with("python.org failed: "), "{first}");
    }
}

#[tokio::test]
async fn a_false_condition_disables_a_branch_and_its_expression_still_runs() {
    let _watchdog = watchdog();
    assert_eq!(select_rules::condition().await, ("second branch", 1));
}

#[tokio::test]
async fn a_pattern_that_does_not_match_disables_its_branch() {
    let _watchdog = watchdog();
    assert_eq!(select_rules::pattern().await, "second branch");
}

#[tokio::test]
async fn select_panics_if_all_branches_are_disabled_and_there_is_no_else() {
    let _watchdog = watchdog();
    assert_eq!(select_rules::with_else().await, "else");
    let panicked = tokio::spawn(select_rules::alone()).await;
    let error = panicked.expect_err("there's no else").to_string();
    let message = "all branches are disabled and there is no else branch";
    assert!(error.contains(message), "{error}");
}

#[tokio::test]
async fn a_random_branch_wins_and_with_biased_the_first_one() {
    let _watchdog = watchdog();
    let [first, second] = select_rules::random(1_000).await;
    assert!(first > 0 && second > 0, "{first} and {second}");
    assert_eq!(select_rules::biased(1_000).await, [1_000, 0]);
}

#[tokio::test]
async fn a_future_passed_by_value_starts_again_and_a_borrowed_one_goes_on() {
    let client = Client::new();
    let (web, sites, _watchdog) = start(endless_page());
    let tick = Duration::from_millis(500);
    let page = restart::by_value(&client, &sites[0], tick).await;
    assert!(page.is_none(), "{page:?}");
    assert!(web.record().exchanges().len() > 1);
    web.wait_until(|record| record.client_gone() > 1).await;
    web.wait_until(|record| record.in_flight() == 0).await;

    // A gate for two holds the page until there has been a tick.
    let (web, sites, _watchdog) = start(quick_tutorial().gate(2, PATIENT));
    let tick = Duration::from_secs(1);
    let (page, ()) =
        tokio::join!(restart::by_reference(&client, &sites[0], tick), async {
            tokio::time::sleep(tick * 3 / 2).await;
            client.get(&sites[1].url).send().await.expect("the gate opens");
        });
    assert!(matches!(page, Some(Ok(15_000))), "{page:?}");
    assert_eq!(web.record().requests(&sites[0].name), 1);
}

#[tokio::test]
async fn select_has_dropped_the_losers_when_the_winners_arm_runs() {
    let dropped = AtomicBool::new(false);
    let guard = Flag(&dropped);
    let loser = async move {
        let _guard = guard;
        std::future::pending().await
    };
    let seen = tokio::select! {
        () = loser => unreachable!("it never ends"),
        () = ready(()) => dropped.load(Ordering::Relaxed),
    };
    assert!(seen);
}

/// A future that is never ready, always wants to be polled, and counts its
/// polls.
fn busy(polls: Arc<AtomicUsize>) -> impl Future<Output = ()> {
    poll_fn(move |context| {
        polls.fetch_add(1, Ordering::Relaxed);
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

#[tokio::test]
async fn an_arm_that_awaits_polls_no_borrowed_future_but_a_task_runs_on() {
    let polls = Arc::new(AtomicUsize::new(0));
    let mut borrowed = pin!(busy(Arc::clone(&polls)));
    tokio::select! {
        biased;
        () = &mut borrowed => unreachable!("it is never ready"),
        () = ready(()) => {
            for _ in 0..100 {
                yield_now().await;
            }
            assert_eq!(polls.load(Ordering::Relaxed), 1, "only by `select!`");
        }
    }

    let polls = Arc::new(AtomicUsize::new(0));
    let mut task = tokio::spawn(busy(Arc::clone(&polls)));
    tokio::select! {
        biased;
        _ = &mut task => unreachable!("it is never ready"),
        () = ready(()) => {
            while polls.load(Ordering::Relaxed) < 3 {
                yield_now().await;
            }
        }
    }
    task.abort();
}
