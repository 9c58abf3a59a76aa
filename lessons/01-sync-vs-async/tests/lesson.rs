//! What the lesson claims, proved by what the server saw.

use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use lesson_kit::{Site, sites_of, with_causes};
use lesson01::{
    all_at_once, fetch_page_async, one_after_another, one_thread_each,
};
use mock_server::{Fault, MockWeb, Outcome, Watchdog};
use testkit::quick_tutorial;

#[path = "../examples/cpu_bound.rs"]
#[expect(
    dead_code,
    reason = "an example has a `main`, which the test does not call"
)]
mod cpu_bound;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long a gate waits that is to open: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);
/// How long a gate waits that is to fail.
const IMPATIENT: Duration = Duration::from_millis(200);

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

/// A strategy with a client of its own, as `main` makes it.
type Strategy = fn(&[Site], Duration) -> Vec<reqwest::Result<usize>>;

fn sequential(sites: &[Site], limit: Duration) -> Vec<reqwest::Result<usize>> {
    let client = reqwest::blocking::Client::builder()
        .timeout(limit)
        .build()
        .expect("a client");
    one_after_another(&client, sites)
}

fn threads(sites: &[Site], limit: Duration) -> Vec<reqwest::Result<usize>> {
    let client = reqwest::blocking::Client::builder()
        .timeout(limit)
        .build()
        .expect("a client");
    one_thread_each(&client, sites)
}

fn concurrent(sites: &[Site], limit: Duration) -> Vec<reqwest::Result<usize>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let client = reqwest::Client::builder()
            .timeout(limit)
            .build()
            .expect("a client");
        all_at_once(&client, sites).await
    })
}

const STRATEGIES: [(&str, Strategy); 3] = [
    ("one after another", sequential),
    ("threads", threads),
    ("async", concurrent),
];

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
    let (_web, sites, _watchdog) = start(
        quick_tutorial().fault("codeswithpankaj.com", Fault::Delay { ms: 100 }),
    );
    for (name, strategy) in STRATEGIES {
        let sizes: Vec<_> =
            strategy(&sites, PATIENT).into_iter().map(Result::ok).collect();
        assert_eq!(sizes, [Some(15_000), Some(50_321), Some(45_000)], "{name}");
    }
}

/// A fault, which method of `reqwest::Error` recognises it, and how many answers the server still completes.
type Broken = (Fault, fn(&reqwest::Error) -> bool, usize);

#[test]
fn a_failing_site_is_an_error_that_says_what_failed_and_the_others_are_unharmed()
 {
    let faults: [Broken; 4] = [
        (Fault::Refused, reqwest::Error::is_connect, 2),
        (
            Fault::Status { code: 503, retry_after: None },
            reqwest::Error::is_status,
            3,
        ),
        (Fault::Truncate { after: 1000 }, reqwest::Error::is_decode, 2),
        (Fault::Hang, reqwest::Error::is_timeout, 2),
    ];
    // All at once, because the site that hangs takes its time.
    thread::scope(|scope| {
        for broken in &faults {
            for (name, strategy) in STRATEGIES {
                scope.spawn(move || check_failing_site(broken, name, strategy));
            }
        }
    });
}

fn check_failing_site(
    (fault, is_expected, complete): &Broken,
    name: &str,
    strategy: Strategy,
) {
    // Only a site that hangs is to reach the time limit.
    let limit =
        if *fault == Fault::Hang { Duration::from_secs(2) } else { PATIENT };
    let (web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", fault.clone()));

    let pages = strategy(&sites, limit);

    let error = pages[1].as_ref().expect_err("python.org is broken");
    assert!(is_expected(error), "{name}, {fault:?}: {error:?}");
    assert_eq!(pages[0].as_ref().ok(), Some(&15_000), "{name}, {fault:?}");
    assert_eq!(pages[2].as_ref().ok(), Some(&45_000), "{name}, {fault:?}");
    block_on(web.wait_until(|record| record.in_flight() == 0));
    assert_eq!(
        web.record().count(Outcome::Complete),
        *complete,
        "{name}, {fault:?}"
    );
}

#[test]
fn the_blocking_client_starts_its_timeout_again_for_the_body_and_the_async_client_does_not()
 {
    // The head and the rest of the body are each within the limit, both together never.
    let (part, limit) =
        (Duration::from_millis(1_500), Duration::from_millis(2_500));
    let site =
        mock_server::Site::new("a.example").delay(part).fault(Fault::Stall {
            after: 100,
            pause: Some(part.as_millis() as u64),
        });
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    thread::scope(|scope| {
        scope.spawn(|| assert!(sequential(&sites, limit)[0].is_ok()));
        scope.spawn(|| {
            let error = concurrent(&sites, limit)
                .remove(0)
                .expect_err("it takes longer than the limit");
            assert!(error.is_timeout() && error.is_decode(), "{error:?}");
        });
    });
}

#[test]
fn an_async_client_has_no_timeout_unless_it_is_given_one() {
    // reqwest lists the timeouts that are set, and no others.
    let timeouts = |builder: &reqwest::ClientBuilder| {
        format!("{builder:?}").to_lowercase().matches("timeout").count()
    };
    let builder = reqwest::Client::builder();
    assert_eq!(timeouts(&builder), 0, "{builder:?}");
    let builder = builder.timeout(WATCHDOG).connect_timeout(WATCHDOG);
    assert_eq!(timeouts(&builder), 2, "{builder:?}");
}

#[test]
fn reqwest_prints_the_outermost_error_and_with_causes_prints_them_all() {
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", Fault::Empty));
    for strategy in [sequential, concurrent] {
        let error = strategy(&sites[1..2], PATIENT)
            .remove(0)
            .expect_err("python.org is broken")
            .without_url();
        assert_eq!(error.to_string(), "error sending request");
        let all = with_causes(&error);
        assert_eq!(all, format!("{:#}", anyhow::Error::from(error)));
        assert!(
            all.starts_with("error sending request: ")
                && all.ends_with("before message completed"),
            "{all}"
        );
    }
}

/// A meeting point for three: they pass only if they run in parallel.
#[derive(Default)]
struct Rendezvous {
    here: Mutex<usize>,
    all: Condvar,
}

impl Rendezvous {
    /// 1 if the other two arrive within `limit`, 0 if not.
    fn wait(&self, limit: Duration) -> usize {
        let mut here = self.here.lock().expect("no thread panics");
        *here += 1;
        self.all.notify_all();
        let (mut here, waited) = self
            .all
            .wait_timeout_while(here, limit, |here| *here < 3)
            .expect("no thread panics");
        if waited.timed_out() {
            *here -= 1;
        }
        usize::from(!waited.timed_out())
    }
}

#[test]
fn busy_futures_joined_on_one_thread_never_run_in_parallel_and_threads_do() {
    let _watchdog = Watchdog::start(WATCHDOG, || {
        vec!["the rendezvous of cpu_bound".to_owned()]
    });
    let rendezvous = Rendezvous::default();
    assert_eq!(cpu_bound::threaded(|_| rendezvous.wait(PATIENT)), [1, 1, 1]);
    let rendezvous = Rendezvous::default();
    assert_eq!(
        block_on(cpu_bound::joined(|_| rendezvous.wait(IMPATIENT))),
        [0, 0, 0]
    );
}

#[test]
fn the_work_of_the_example_counts_primes() {
    assert_eq!(cpu_bound::count_primes(1), 17_984);
}
