//! What the lesson claims, proved by what the server saw.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use lesson_kit::{Site, sites_of};
use lesson05::{TIME_LIMIT, client, fetch_all, reason};
use mock_server::testing::quick_tutorial;
use mock_server::{Fault, MockWeb, Outcome, Record, Watchdog, catalogue};
use tokio::runtime::Handle;

#[path = "../examples/bounded.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod bounded;
#[path = "../examples/deadline.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod deadline;
#[path = "../examples/hedge.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod hedge;
#[path = "../examples/limits.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod limits;
#[path = "../examples/permit.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod permit;
#[path = "../examples/slow_consumer.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod slow_consumer;

/// Bounds a failure only.
const WATCHDOG: Duration = Duration::from_secs(60);
/// How long a gate waits that is to open: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);
/// How long a gate waits that is to fail.
const IMPATIENT: Duration = Duration::from_millis(300);

fn start(builder: mock_server::Builder) -> (MockWeb, Vec<Site>, Watchdog) {
    let web = builder.start().expect("the web starts");
    let watchdog = web.watchdog(WATCHDOG);
    let sites = sites_of(&web);
    (web, sites, watchdog)
}

/// A fault and what the lesson says of a site that has it: its bytes, or why
/// there are none.
type Row = (&'static str, Result<usize, &'static str>);

const BYTES: usize = 50_321;
const LATE: Result<usize, &str> = Err("no answer within 1 s");
const BROKEN: Result<usize, &str> = Err("the answer broke off");
const STRANGE: Result<usize, &str> = Err("no proper answer");

#[rustfmt::skip]
const TABLE: [Row; 27] = [
    ("delay?ms=10", Ok(BYTES)),
    ("random-delay?low=1&high=9", Ok(BYTES)),
    ("status?code=503", Err("the site answered 503 Service Unavailable")),
    ("fail-first?n=1&with=truncate", BROKEN),
    ("unstable?rate=1&with=reset", STRANGE),
    ("redirect?hops=2", Ok(BYTES)),
    ("redirect-loop", Err("too many redirects")),
    ("slow-head?pause=1", Ok(BYTES)),
    ("refused", Err("cannot connect to host")),
    ("connect-hang", LATE),
    ("empty", STRANGE),
    ("hang", LATE),
    ("reset", STRANGE),
    ("truncate", BROKEN),
    ("dribble?chunk=20000&pause=5", Ok(BYTES)),
    ("stall", LATE),
    ("bad-chunk", BROKEN),
    ("garbage", STRANGE),
    ("slow-close?delay=5", Ok(BYTES)),
    ("idle-close", Ok(BYTES)),
    ("close-on-reuse", Ok(BYTES)),
    // Nothing here inflates, and what is left is not UTF-8.
    ("gzip-bomb?size=2", Ok(2_042)),
    ("charset", Ok(50_319)),
    ("type?as=none", Ok(BYTES)),
    ("title?as=empty", Ok(BYTES - "Welcome to Python.org".len())),
    ("endless", LATE),
    ("reset?after=1000", BROKEN),
];

#[tokio::test]
async fn whatever_a_site_does_it_is_named_and_the_others_are_unharmed() {
    // All at once, because some wait for a time limit.
    join_all(TABLE.iter().map(check)).await;
}

async fn check((fault, expected): &Row) {
    let fault_of_python: Fault = fault.parse().expect("it is a fault");
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", fault_of_python));
    // Longer than the lesson's, so that no page is late on a busy machine.
    let client = reqwest::Client::builder().timeout(Duration::from_secs(5));
    let client = client.build().expect("a client");

    let results = fetch_all(&client, &sites).await;

    let [first, second, third] = &results[..] else { panic!("{results:?}") };
    assert_eq!(first.as_ref().ok(), Some(&15_000), "{fault}: {first:?}");
    assert_eq!(third.as_ref().ok(), Some(&45_000), "{fault}: {third:?}");
    let second = second.as_ref().copied().map_err(reason);
    assert_eq!(second, expected.map_err(str::to_owned), "{fault}");
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    let name = |row: &Row| row.0.split('?').next().unwrap_or_default();
    let tried: BTreeSet<_> = TABLE.iter().map(name).collect();
    assert_eq!(tried, catalogue().map(|kind| kind.name).collect());
}

/// Four pages of each site.
fn pages(sites: &[Site]) -> Vec<bounded::Page> {
    let twelve = sites.iter().cycle().take(12).enumerate();
    twelve.map(|(number, site)| (number, site.url.clone())).collect()
}

/// Whether a gate for so many opened: a page is larger than a refusal.
fn has_opened(web: &MockWeb) -> bool {
    web.record().exchanges().all(|exchange| exchange.bytes > 10_000)
}

#[tokio::test]
async fn what_has_no_bound_has_all_in_flight_at_once() {
    let client = reqwest::Client::new();
    for way in 0..3 {
        let (web, sites, _watchdog) = start(quick_tutorial().gate(12, PATIENT));
        let pages = pages(&sites);
        let mut order = match way {
            0 => bounded::all(&client, &pages).await,
            1 => bounded::as_completed(&client, &pages).await,
            _ => bounded::in_a_set(&client, &pages).await,
        };
        assert!(has_opened(&web), "way {way}");
        order.sort();
        assert_eq!(order, (0..12).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_bound_of_four_passes_a_gate_for_four_and_fails_at_one_for_five() {
    let client = reqwest::Client::new();
    for in_order in [true, false] {
        for (gate, wait, opens) in [(4, PATIENT, true), (5, IMPATIENT, false)] {
            let (web, sites, _watchdog) =
                start(quick_tutorial().gate(gate, wait));
            let pages = pages(&sites);
            if in_order {
                bounded::bounded(&client, &pages).await;
            } else {
                bounded::bounded_as_completed(&client, &pages).await;
            }
            assert_eq!(has_opened(&web), opens, "in order: {in_order}");
            assert!(web.record().max_in_flight() <= 4);
        }
    }
}

#[tokio::test]
async fn results_are_in_the_order_asked_or_as_completed() {
    let slow = Fault::Delay { ms: 500 };
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("codeswithpankaj.com", slow));
    let client = reqwest::Client::new();
    let pages = pages(&sites);

    assert!(bounded::all(&client, &pages).await.is_sorted());
    assert!(bounded::bounded(&client, &pages).await.is_sorted());
    // The first page asked for is the slow site's.
    assert_ne!(bounded::as_completed(&client, &pages).await[0], 0);
    assert_ne!(bounded::in_a_set(&client, &pages).await[0], 0);
    assert_ne!(bounded::bounded_as_completed(&client, &pages).await[0], 0);
}

#[tokio::test]
async fn one_that_hangs_holds_up_what_is_in_order_and_not_what_is_as_completed()
{
    let client = reqwest::Client::new();
    for (in_order, asked) in [(true, 4), (false, 9)] {
        let (web, sites, _watchdog) =
            start(quick_tutorial().fault("codeswithpankaj.com", Fault::Hang));
        // One page of the site that hangs, and eight of the others.
        let others = sites[1..].iter().cycle().take(8);
        let nine = sites[..1].iter().chain(others).enumerate();
        let pages: Vec<_> =
            nine.map(|(number, site)| (number, site.url.clone())).collect();
        let fetching = async {
            if in_order {
                bounded::bounded(&client, &pages).await;
            } else {
                bounded::bounded_as_completed(&client, &pages).await;
            }
        };
        let all_else = asked - 1;
        let seen = async {
            let complete = |record: &Record| record.count(Outcome::Complete);
            web.wait_until(|record| complete(record) == all_else).await;
            // Whatever else is to be asked is asked while this is.
            for _ in 0..3 {
                client.get(&sites[1].url).send().await.expect("a page");
            }
        };
        tokio::select! {
            () = fetching => panic!("one page hangs"),
            () = seen => {}
        }
        assert_eq!(web.record().exchanges().len(), asked + 3, "{in_order}");
    }
}

#[tokio::test]
async fn each_time_limit_ends_what_it_is_for_and_lets_the_rest_pass() {
    let failing = mock_server::Site::failing().into_iter();
    let slow = failing.filter(|site| limits::SITES.contains(&&*site.name));
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites(slow));
    let [unreachable, silent, dribbling] = &sites[..] else {
        panic!("{sites:?}")
    };
    let connecting = limits::connecting().build().expect("a client");
    let reading = limits::between_reads().build().expect("a client");
    let in_total = limits::in_total().build().expect("a client");
    let without = reqwest::Client::new();

    // All at once, because they wait for time limits.
    let ended = join_all([
        limits::fetch(&connecting, unreachable),
        limits::fetch(&connecting, silent),
        limits::fetch(&reading, silent),
        limits::fetch(&in_total, silent),
        limits::fetch(&in_total, dribbling),
        limits::fetch(&without, unreachable),
        limits::fetch(&without, silent),
    ])
    .await;

    let nothing = "no limit fired; gave up";
    let limited = ["limit (connecting)", nothing, "limit", "limit", "limit"];
    assert_eq!(ended[..5], limited);
    assert_eq!(ended[5..], [nothing, nothing], "a client has no limit");
}

#[tokio::test]
async fn a_limit_between_reads_is_none_in_total() {
    // No pause is long, and together they are longer than the limit.
    let fault = "dribble?chunk=100&pause=100".parse().expect("it is a fault");
    let site = mock_server::Site::new("site.example").fault(fault);
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    // A busy machine may make a pause longer; a limit in total would stay.
    let reading = limits::between_reads().read_timeout(PATIENT).build();

    let ended = limits::fetch(&reading.expect("a client"), &sites[0]).await;

    assert_eq!(ended, "1000 bytes");
}

#[tokio::test]
async fn the_client_gives_up_when_reason_says_so() {
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", Fault::Hang));
    let limited = |limit| {
        let client = reqwest::Client::builder().timeout(limit).build();
        client.expect("a client")
    };
    let sooner = limited(TIME_LIMIT / 2);
    let lesson = client().expect("a client");
    let later = limited(TIME_LIMIT * 2);

    // All at once; a page never comes.
    let give_up = async |name, client: &reqwest::Client| {
        let page = lesson05::fetch_page(client, &sites[1]).await;
        (name, page.map_err(|error| reason(&error)))
    };
    let waiting: FuturesUnordered<_> = [
        give_up("sooner", &sooner),
        give_up("lesson", &lesson),
        give_up("later", &later),
    ]
    .into_iter()
    .collect();
    let order: Vec<_> = waiting.take(2).collect().await;

    let limit = format!("no answer within {} s", TIME_LIMIT.as_secs());
    assert_eq!(
        order.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["sooner", "lesson"]
    );
    assert_eq!(order[1].1, Err(limit));
}

#[tokio::test]
async fn a_limit_around_join_all_loses_what_was_done_and_a_deadline_keeps_it() {
    // One is done well before the limit, one after it but less than the limit
    // after the first, and one never.
    let limit = Duration::from_secs(2);
    let (web, sites, _watchdog) = start(
        quick_tutorial()
            .fault("codeswithpankaj.com", Fault::Hang)
            .fault("python.org", Fault::Delay { ms: 1_200 })
            .fault("w3schools.com", Fault::Delay { ms: 2_800 }),
    );
    let client = reqwest::Client::new();

    let (wrong, right) = tokio::join!(
        deadline::all_or_nothing(&client, &sites, limit),
        deadline::by_deadline(&client, &sites, limit),
    );

    assert!(wrong.is_empty(), "{wrong:?}");
    let right: Vec<_> = right.into_iter().flatten().collect();
    assert_eq!(right, ["python.org"]);
    web.wait_until(|record| record.in_flight() == 0).await;
    assert_eq!(web.record().count(Outcome::Complete), 2);
    assert_eq!(web.record().client_gone(), 4);
}

#[tokio::test]
async fn all_pages_are_in_flight_at_once() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let pages = fetch_all(&reqwest::Client::new(), &sites).await;
    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    assert_eq!(web.record().max_in_flight(), 3);
}

#[tokio::test]
async fn a_hedged_request_is_asked_again_when_the_first_fails_at_once() {
    let fault = "fail-first?n=1&with=503".parse().expect("it is a fault");
    let site = mock_server::Site::new("site.example").fault(fault);
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = reqwest::Client::new();

    let patience = Duration::from_millis(20);
    let page = hedge::hedged(&client, &sites[0], patience).await;

    assert_eq!(page.ok(), Some(1_000), "the first answer was a 503");
}

#[tokio::test(flavor = "current_thread")]
async fn a_permit_inside_the_task_bounds_the_jobs_and_one_before_it_the_tasks()
{
    let count = |number: &AtomicUsize| number.load(Ordering::Relaxed);
    let counts = |counts: &permit::Counts| {
        [&counts.done, &counts.jobs, &counts.tasks].map(count)
    };
    let wrong = Arc::new(permit::Counts::default());
    permit::inside(1_000, &wrong).await;
    assert_eq!(counts(&wrong), [1_000, 8, 1_000]);

    let right = Arc::new(permit::Counts::default());
    permit::before(1_000, &right).await;
    assert_eq!(counts(&right), [1_000, 8, 8]);
}

#[tokio::test]
async fn pages_in_a_stream_are_late_when_the_work_takes_long_and_those_of_tasks_are_not()
 {
    // All answer at once, and the work on the first page lasts until the
    // server has answered all and the time limit is over.
    let limit = Duration::from_secs(2);
    for (in_a_stream, in_time) in [(true, 1), (false, 3)] {
        let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
        let client = reqwest::Client::builder().timeout(limit).build();
        let client = client.expect("a client");
        let mut pages = 0;
        let work = async |(_, page): slow_consumer::Page| {
            pages += usize::from(page.is_ok());
            web.wait_until(|record| record.count(Outcome::Complete) == 3).await;
            if pages == 1 {
                // There is no event to await: it is the time limit that ends.
                tokio::time::sleep(limit).await;
            }
        };
        if in_a_stream {
            slow_consumer::in_a_stream(&client, &sites, work).await;
        } else {
            slow_consumer::through_a_channel(&client, &sites, work).await;
        }
        assert_eq!(pages, in_time, "in a stream: {in_a_stream}");
    }
}

#[tokio::test]
async fn a_channel_with_room_for_one_keeps_the_senders_waiting() {
    const PAGES: usize = 20;
    let (web, sites, _watchdog) = start(quick_tutorial());
    // Nothing but the tasks of the pages is to be alive for long.
    let client = reqwest::Client::builder().pool_max_idle_per_host(0);
    let client = client.build().expect("a client");
    let sites: Vec<_> = sites.iter().cycle().take(PAGES).cloned().collect();
    let mut received = 0;
    let work = async |_: slow_consumer::Page| {
        received += 1;
        if received > 1 {
            return;
        }
        let complete = |record: &Record| record.count(Outcome::Complete);
        web.wait_until(|record| complete(record) == PAGES).await;
        // Whatever page is to be sent is sent while these are fetched.
        for _ in 0..3 {
            client.get(&sites[0].url).send().await.expect("a page");
        }
        // One page is here, and one is in the channel.
        let alive = Handle::current().metrics().num_alive_tasks();
        assert!(alive >= PAGES - 2, "{alive} tasks");
    };

    slow_consumer::through_a_channel(&client, &sites, work).await;

    assert_eq!(received, PAGES);
}

#[tokio::test]
async fn a_hedged_request_is_not_asked_again_before_its_time() {
    let site = mock_server::Site::new("site.example");
    let site = site.delay(Duration::from_millis(300));
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = reqwest::Client::new();

    let page = hedge::hedged(&client, &sites[0], PATIENT).await;

    assert_eq!(page.ok(), Some(1_000));
    assert_eq!(web.record().requests("site.example"), 1);
}

#[tokio::test]
async fn a_hedged_request_is_asked_again_and_the_loser_leaves() {
    let failing = mock_server::Site::failing().into_iter();
    let unlucky = failing.filter(|site| site.name == "unlucky-site.example");
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(unlucky));
    let client = reqwest::Client::new();

    let patience = Duration::from_millis(50);
    let page = hedge::hedged(&client, &sites[0], patience).await;

    assert_eq!(page.ok(), Some(15_000));
    web.wait_until(|record| record.client_gone() == 1).await;
    assert_eq!(web.record().count(Outcome::Complete), 1);
}
