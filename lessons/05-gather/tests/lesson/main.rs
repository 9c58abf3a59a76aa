//! What the lesson claims, proved by what the server saw.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{join_all, select_ok};
use futures::stream::{self, FuturesUnordered, StreamExt};
use lesson_kit::Site;
use lesson05::{Page, TIMEOUT, client, fetch_all, fetch_named, fetch_page};
use mock_server::{Fault, MockWeb, Outcome, Record, Watchdog, catalogue};
use testkit::{quick_tutorial, run_python};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use common::{Failure, WATCHDOG, start};
use examples::{
    bounded, deadline, hedge, limits, permit, permit_deadlock, slow_consumer,
};

mod channels;
#[path = "../common/mod.rs"]
mod common;
mod examples;

/// How long a gate waits that should open: as long as a busy machine may need.
const PATIENT: Duration = Duration::from_secs(30);
/// How long a gate waits that should fail.
const IMPATIENT: Duration = Duration::from_millis(300);

/// For a test without a web.
fn watchdog() -> Watchdog {
    Watchdog::start(WATCHDOG, Vec::new)
}

/// A fault, and the result for a site that has it.
type Row = (&'static str, Result<usize, Failure>);

const BYTES: usize = 50_321;

#[rustfmt::skip]
const TABLE: [Row; 27] = [
    ("delay?ms=10", Ok(BYTES)),
    ("random-delay?low=1&high=9", Ok(BYTES)),
    ("status?code=503", Err(Failure::Status(503))),
    ("fail-first?n=1&with=truncate", Err(Failure::BrokenOff)),
    ("unstable?rate=1&with=reset", Err(Failure::NoResponse)),
    ("redirect?hops=2", Ok(BYTES)),
    ("redirect-loop", Err(Failure::Redirect)),
    ("slow-head?pause=1", Ok(BYTES)),
    ("refused", Err(Failure::Connect)),
    ("connect-hang", Err(Failure::Timeout)),
    ("empty", Err(Failure::NoResponse)),
    ("hang", Err(Failure::Timeout)),
    ("reset", Err(Failure::NoResponse)),
    ("truncate", Err(Failure::BrokenOff)),
    ("dribble?chunk=20000&pause=5", Ok(BYTES)),
    ("stall", Err(Failure::Timeout)),
    ("bad-chunk", Err(Failure::BrokenOff)),
    ("garbage", Err(Failure::NoResponse)),
    ("slow-close?delay=5", Ok(BYTES)),
    ("idle-close", Ok(BYTES)),
    ("close-on-reuse", Ok(BYTES)),
    // Nothing here inflates, and what is left is not UTF-8.
    ("gzip-bomb?size=2", Ok(2_042)),
    ("charset", Ok(50_319)),
    ("type?as=none", Ok(BYTES)),
    ("title?as=empty", Ok(BYTES - "Welcome to Python.org".len())),
    ("endless", Err(Failure::Timeout)),
    ("reset?after=1000", Err(Failure::BrokenOff)),
];

#[tokio::test]
async fn each_failure_is_in_its_place_in_the_list_and_the_other_pages_come() {
    // All at once, because some wait for a timeout.
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
    let second = second.as_ref().copied().map_err(Failure::of);
    assert_eq!(second, *expected, "{fault}");
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    let name = |row: &Row| row.0.split('?').next().unwrap_or_default();
    let tried: BTreeSet<_> = TABLE.iter().map(name).collect();
    assert_eq!(tried, catalogue().map(|kind| kind.name).collect());
}

#[tokio::test]
async fn all_pages_are_in_flight_at_once() {
    let (web, sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    let pages = fetch_all(&reqwest::Client::new(), &sites).await;
    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    assert_eq!(web.record().max_in_flight(), 3);
}

#[tokio::test]
async fn the_client_gives_up_after_the_timeout_of_the_lesson() {
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", Fault::Hang));
    let limited = |limit| {
        let client = reqwest::Client::builder().timeout(limit).build();
        client.expect("a client")
    };
    let sooner = limited(TIMEOUT / 2);
    let lesson = client().expect("a client");
    let later = limited(TIMEOUT * 2);

    // At the same time; the page never comes.
    let give_up = async |name, client: &reqwest::Client| {
        let page = fetch_page(client, &sites[1]).await;
        (name, page.map_err(|error| Failure::of(&error)))
    };
    let waiting: FuturesUnordered<_> = [
        give_up("sooner", &sooner),
        give_up("lesson", &lesson),
        give_up("later", &later),
    ]
    .into_iter()
    .collect();
    let order: Vec<_> = waiting.take(2).collect().await;

    assert_eq!(
        order,
        [("sooner", Err(Failure::Timeout)), ("lesson", Err(Failure::Timeout))]
    );
}

/// Whether a gate has opened: a page is larger than a refusal.
fn has_opened(web: &MockWeb) -> bool {
    web.record().exchanges().all(|exchange| exchange.bytes > 10_000)
}

#[tokio::test]
async fn without_a_limit_all_are_in_flight_at_once() {
    let client = reqwest::Client::new();
    for gathered_with in ["join_all", "FuturesUnordered", "JoinSet"] {
        let (web, sites, _watchdog) = start(quick_tutorial().gate(12, PATIENT));
        let sites = bounded::twelve(&sites);
        let pages = match gathered_with {
            "join_all" => bounded::with_join_all(&client, &sites).await,
            "JoinSet" => bounded::with_join_set(&client, &sites).await,
            _ => bounded::with_futures_unordered(&client, &sites).await,
        };
        assert!(has_opened(&web), "{gathered_with}");
        let came: BTreeSet<_> =
            pages.into_iter().map(|page| page.site).collect();
        let asked = sites.into_iter().map(|site| site.name).collect();
        assert_eq!(came, asked, "{gathered_with}");
    }
}

#[tokio::test]
async fn a_limit_of_four_passes_a_gate_for_four_and_fails_at_one_for_five() {
    let client = reqwest::Client::new();
    for in_order in [true, false] {
        for (gate, wait, opens) in [(4, PATIENT, true), (5, IMPATIENT, false)] {
            let (web, sites, _watchdog) =
                start(quick_tutorial().gate(gate, wait));
            let sites = bounded::twelve(&sites);
            if in_order {
                bounded::with_buffered(&client, &sites).await;
            } else {
                bounded::with_buffer_unordered(&client, &sites).await;
            }
            assert_eq!(has_opened(&web), opens, "in order: {in_order}");
            assert!(web.record().max_in_flight() <= 4);
        }
    }
}

#[tokio::test]
async fn results_are_in_the_order_of_the_pages_or_as_completed() {
    let slow = Fault::Delay { ms: 500 };
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("codeswithpankaj.com", slow));
    let client = reqwest::Client::new();
    // The first page is one of the slow site.
    let sites = bounded::twelve(&sites);
    let in_order = |pages: &[Page]| {
        assert_eq!(pages.len(), 12);
        assert!(pages.iter().all(|page| page.bytes.is_ok()), "{pages:?}");
        bounded::in_order(&sites, pages)
    };

    assert!(in_order(&bounded::with_join_all(&client, &sites).await));
    assert!(in_order(&bounded::with_buffered(&client, &sites).await));
    assert!(!in_order(&bounded::with_futures_unordered(&client, &sites).await));
    assert!(!in_order(&bounded::with_join_set(&client, &sites).await));
    assert!(!in_order(&bounded::with_buffer_unordered(&client, &sites).await));
}

#[tokio::test]
async fn one_that_hangs_holds_up_results_in_order_and_not_those_as_completed() {
    let client = reqwest::Client::new();
    for (in_order, asked) in [(true, 4), (false, 9)] {
        let (web, sites, _watchdog) =
            start(quick_tutorial().fault("codeswithpankaj.com", Fault::Hang));
        // One page of the site that hangs, and eight of the others.
        let others = sites[1..].iter().cycle().take(8);
        let nine: Vec<_> = sites[..1].iter().chain(others).cloned().collect();
        let fetching = async {
            if in_order {
                bounded::with_buffered(&client, &nine).await;
            } else {
                bounded::with_buffer_unordered(&client, &nine).await;
            }
        };
        let all_else = asked - 1;
        let seen = async {
            let complete = |record: &Record| record.count(Outcome::Complete);
            web.wait_until(|record| complete(record) == all_else).await;
            three_requests(&client, &sites[1]).await;
        };
        tokio::select! {
            () = fetching => panic!("one page hangs"),
            () = seen => {}
        }
        assert_eq!(web.record().exchanges().len(), asked + 3, "{in_order}");
    }
}

/// Three pages, one after another. Whatever else has something to send or to
/// close does it in the meantime.
async fn three_requests(client: &reqwest::Client, site: &Site) {
    for _ in 0..3 {
        client.get(&site.url).send().await.expect("a page");
    }
}

/// A site that many clients fetch at the same time.
fn popular() -> mock_server::Builder {
    let page = mock_server::page("A page", 15_000, 2_000);
    let site = mock_server::Site::new("popular.example").page(page);
    MockWeb::builder().sites([site.by_front()])
}

#[tokio::test]
async fn an_aiohttp_session_has_100_requests_in_flight_and_reqwest_all_300() {
    mock_server::room_for(300).expect("room for 300 requests");
    let (web, sites, _watchdog) = start(popular().gate(300, PATIENT));
    let sites: Vec<_> = sites.iter().cycle().take(300).cloned().collect();
    let pages = fetch_all(&reqwest::Client::new(), &sites).await;
    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    assert_eq!(web.record().max_in_flight(), 300);

    for (gate, wait, pages) in [
        (100, PATIENT, "300 of 300 pages\n"),
        (101, IMPATIENT, "0 of 300 pages\n"),
    ] {
        let (web, sites, _watchdog) = start(popular().gate(gate, wait));
        let program = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/aiohttp_defaults.py");
        let Some(printed) =
            run_python(&program, &["aiohttp"], &[&sites[0].url])
        else {
            return;
        };
        assert_eq!(printed, pages, "a gate for {gate}");
        assert!(web.record().max_in_flight() <= 100, "a gate for {gate}");
    }
}

#[tokio::test]
async fn each_timeout_ends_what_it_is_for_and_lets_the_rest_pass() {
    let failing = mock_server::Site::failing().into_iter();
    let slow = failing.filter(|site| limits::SITES.contains(&&*site.name));
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites(slow));
    let [unreachable, silent, dribbling] = &sites[..] else {
        panic!("{sites:?}")
    };
    let connecting = limits::with_connect_timeout().build().expect("a client");
    let reading = limits::with_read_timeout().build().expect("a client");
    let in_total = limits::with_total_timeout().build().expect("a client");
    let without = reqwest::Client::new();

    // At the same time, because they wait for timeouts.
    let ended = join_all([
        limits::outcome(&connecting, unreachable),
        limits::outcome(&connecting, silent),
        limits::outcome(&reading, unreachable),
        limits::outcome(&reading, silent),
        limits::outcome(&in_total, unreachable),
        limits::outcome(&in_total, silent),
        limits::outcome(&in_total, dribbling),
        limits::outcome(&without, unreachable),
        limits::outcome(&without, silent),
    ])
    .await;

    let none = "no timeout of the client; gave up";
    let timed_out = "the client's timeout";
    assert_eq!(ended[..2], ["the client's timeout (connecting)", none]);
    assert_eq!(ended[2..4], [timed_out, timed_out], "it covers connecting");
    assert_eq!(ended[4..7], [timed_out, timed_out, timed_out]);
    assert_eq!(ended[7..], [none, none], "a client has no timeout by default");
}

#[tokio::test]
async fn a_read_timeout_is_no_timeout_in_total() {
    // No pause is long, and together they are longer than the timeout.
    let fault = "dribble?chunk=100&pause=100".parse().expect("it is a fault");
    let site = mock_server::Site::new("site.example").fault(fault);
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    // A busy machine may make a pause longer; a timeout in total would stay.
    let reading = limits::with_read_timeout().read_timeout(PATIENT).build();

    let ended = limits::outcome(&reading.expect("a client"), &sites[0]).await;

    assert_eq!(ended, "1000 bytes");
}

#[tokio::test]
async fn a_read_timeout_also_counts_the_time_the_reader_takes_for_a_piece() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let limit = Duration::from_secs(2);
    for (reader_waits, in_time) in [(false, true), (true, false)] {
        let client = reqwest::Client::builder().read_timeout(limit).build();
        let client = client.expect("a client");
        let request = client.get(&sites[1].url).send();
        let mut response = request.await.expect("a response");
        let piece = response.chunk().await.expect("it's in time");
        assert!(piece.is_some_and(|piece| piece.len() < BYTES), "one of many");

        // The server has sent all of it.
        let complete = |record: &Record| record.in_flight() == 0;
        web.wait_until(complete).await;
        if reader_waits {
            sleep(limit).await;
        }
        let next = response.chunk().await;

        let timed_out = next.as_ref().is_err_and(reqwest::Error::is_timeout);
        assert_eq!(timed_out, !in_time, "{next:?}");
        assert_eq!(next.is_ok(), in_time, "{next:?}");
    }
}

#[tokio::test]
async fn a_timeout_around_join_all_loses_results_and_a_deadline_keeps_them() {
    // One is done well before the deadline, one after it but less than the
    // whole time after the first, and one never.
    let budget = Duration::from_secs(2);
    let (web, sites, _watchdog) = start(
        quick_tutorial()
            .fault("codeswithpankaj.com", Fault::Hang)
            .fault("python.org", Fault::Delay { ms: 1_200 })
            .fault("w3schools.com", Fault::Delay { ms: 2_800 }),
    );
    let client = reqwest::Client::new();

    let (wrong, right) = tokio::join!(
        deadline::around_join_all(&client, &sites, budget),
        deadline::around_next(&client, &sites, budget),
    );

    assert!(wrong.is_empty(), "{wrong:?}");
    let [page] = &right[..] else { panic!("{right:?}") };
    assert_eq!(page.site, "python.org");
    assert_eq!(page.bytes.as_ref().ok(), Some(&BYTES));
    web.wait_until(|record| record.in_flight() == 0).await;
    assert_eq!(web.record().count(Outcome::Complete), 2);
    assert_eq!(web.record().client_gone(), 4);
}

#[tokio::test]
async fn a_join_set_keeps_tasks_that_have_ended_until_their_results_are_taken()
{
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        tasks.spawn(async {});
    }
    while alive() > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(tasks.len(), 100);
    while tasks.try_join_next().is_some() {}
    assert_eq!(tasks.len(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn a_permit_inside_the_task_limits_the_jobs_and_one_before_it_the_tasks()
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

/// Work on pages. The first page takes so long that the server has sent all of
/// them, and that the timeout of a page that isn't fetched by then expires.
struct SlowWork<'a> {
    web: &'a MockWeb,
    /// How many pages the server will send.
    pages: usize,
    timeout: Duration,
    received: Cell<usize>,
    in_time: Cell<usize>,
}

impl SlowWork<'_> {
    async fn on(&self, page: Page) {
        self.received.set(self.received.get() + 1);
        match page.bytes {
            Ok(_) => self.in_time.set(self.in_time.get() + 1),
            Err(error) => assert_eq!(Failure::of(&error), Failure::Timeout),
        }
        if self.received.get() == 1 {
            let complete = |record: &Record| record.count(Outcome::Complete);
            self.web.wait_until(|record| complete(record) == self.pages).await;
            // No event says that a timeout has expired.
            sleep(self.timeout).await;
        }
    }
}

/// How many pages are received, and how many of them came in time.
async fn during_slow_work(
    pages: usize,
    gather: impl AsyncFnOnce(&reqwest::Client, &[Site], &SlowWork<'_>),
) -> (usize, usize) {
    let timeout = Duration::from_secs(2);
    let (web, sites, _watchdog) = start(quick_tutorial().gate(pages, PATIENT));
    let sites: Vec<_> = sites.iter().cycle().take(pages).cloned().collect();
    let client = reqwest::Client::builder().timeout(timeout).build();
    let client = client.expect("a client");
    let (received, in_time) = (Cell::new(0), Cell::new(0));
    let work = SlowWork { web: &web, pages, timeout, received, in_time };

    gather(&client, &sites, &work).await;

    (work.received.get(), work.in_time.get())
}

#[tokio::test]
async fn a_stream_that_waits_for_the_work_loses_pages_and_the_others_do_not() {
    let in_a_stream = during_slow_work(3, async |client, sites, work| {
        let work = async |page| work.on(page).await;
        slow_consumer::in_a_stream(client, sites, work).await;
    });
    assert_eq!(in_a_stream.await, (3, 1));

    let overlapping = during_slow_work(3, async |client, sites, work| {
        let work = async |page| work.on(page).await;
        slow_consumer::overlapping(client, sites, work).await;
    });
    assert_eq!(overlapping.await, (3, 3));

    let in_tasks = during_slow_work(3, async |client, sites, work| {
        let work = async |page| work.on(page).await;
        slow_consumer::through_a_channel(client, sites, work).await;
    });
    assert_eq!(in_tasks.await, (3, 3));
}

/// A task that forwards a stream into the channel, instead of a task for each
/// page.
async fn forwarded(
    client: &reqwest::Client,
    sites: &[Site],
    mut work: impl AsyncFnMut(Page),
) {
    let (sender, mut receiver) = mpsc::channel(1);
    let fetches: Vec<_> = sites
        .iter()
        .map(|site| {
            let (client, site) = (client.clone(), site.clone());
            async move { fetch_named(&client, &site).await }
        })
        .collect();
    let mut forwarder = JoinSet::new();
    forwarder.spawn(async move {
        let mut pages = stream::iter(fetches).buffer_unordered(5);
        while let Some(page) = pages.next().await {
            sender.send(page).await.expect("it's received");
        }
    });
    while let Some(page) = receiver.recv().await {
        work(page).await;
    }
    forwarder.join_all().await;
}

#[tokio::test]
async fn a_task_that_forwards_a_stream_into_a_channel_loses_pages_too() {
    let forwarding = during_slow_work(5, async |client, sites, work| {
        forwarded(client, sites, async |page| work.on(page).await).await;
    });
    // One is worked on, one is in the channel, and one waits in `send`. While
    // it waits, nothing polls the other two.
    assert_eq!(forwarding.await, (5, 3));

    let in_tasks = during_slow_work(5, async |client, sites, work| {
        let work = async |page| work.on(page).await;
        slow_consumer::through_a_channel(client, sites, work).await;
    });
    assert_eq!(in_tasks.await, (5, 5));
}

#[tokio::test]
async fn with_room_for_one_in_the_channel_every_other_sender_holds_a_page() {
    const PAGES: usize = 20;
    let (web, sites, _watchdog) = start(quick_tutorial());
    // No task but those of the pages is alive for long.
    let client = reqwest::Client::builder().pool_max_idle_per_host(0);
    let client = client.build().expect("a client");
    let sites: Vec<_> = sites.iter().cycle().take(PAGES).cloned().collect();
    let mut received = 0;
    let work = async |_: Page| {
        received += 1;
        if received > 1 {
            return;
        }
        let complete = |record: &Record| record.count(Outcome::Complete);
        web.wait_until(|record| complete(record) == PAGES).await;
        // A page that can be sent is sent in the meantime.
        three_requests(&client, &sites[0]).await;
        // One page is here, and one is in the channel.
        let alive = Handle::current().metrics().num_alive_tasks();
        assert!(alive >= PAGES - 2, "{alive} tasks");
    };

    slow_consumer::through_a_channel(&client, &sites, work).await;

    assert_eq!(received, PAGES);
}

/// Whether `run` ends. The clock is paused: it moves on only when every task
/// waits for it or for another task, so a run that reaches the timeout hangs.
async fn ends(run: impl Future<Output = ()>) -> bool {
    timeout(Duration::from_secs(24 * 60 * 60), run).await.is_ok()
}

fn alive() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn spawning_all_before_receiving_hangs_from_ten_pages_on() {
    for pages in [8, 9, 10, 100] {
        let permits = Arc::new(Semaphore::new(8));
        let seen = permit_deadlock::Seen::default();
        let work = async |_| seen.count();
        let run = permit_deadlock::spawn_then_receive(pages, &permits, work);
        let mut run = pin!(run);

        let ended = ends(run.as_mut()).await;

        assert_eq!(ended, pages <= 9, "{pages} pages");
        if ended {
            assert_eq!(seen.pages.get(), pages);
        } else {
            assert_eq!(seen.pages.get(), 0, "{pages} pages");
            assert_eq!((alive(), permits.available_permits()), (8, 0));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_is_returned_before_send_limits_no_tasks() {
    let permits = Arc::new(Semaphore::new(8));
    let seen = permit_deadlock::Seen::default();
    let work = async |_| seen.count();

    assert!(
        ends(permit_deadlock::return_before_send(100, &permits, work)).await
    );

    assert_eq!((seen.pages.get(), seen.tasks.get()), (100, 99));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_spawns_while_the_function_receives_ends_and_keeps_the_limit()
 {
    for pages in [8, 9, 10, 100, 1_000] {
        let permits = Arc::new(Semaphore::new(8));
        let seen = permit_deadlock::Seen::default();
        // Work that takes its time, so that the pages queue up.
        let work = async |_| {
            seen.count();
            sleep(Duration::from_secs(1)).await;
        };
        let run =
            permit_deadlock::receive_while_spawning(pages, &permits, work);

        assert!(ends(run).await, "{pages} pages");

        assert_eq!(seen.pages.get(), pages);
        // The eight and the one that spawns them.
        assert!(seen.tasks.get() <= 9, "{} tasks", seen.tasks.get());
        assert_eq!((alive(), permits.available_permits()), (0, 8));
    }
}

#[tokio::test(start_paused = true)]
async fn dropping_the_function_that_receives_ends_the_tasks() {
    let permits = Arc::new(Semaphore::new(8));
    let work = async |_| std::future::pending().await;
    let run = permit_deadlock::receive_while_spawning(100, &permits, work);

    assert!(!ends(run).await, "the work never ends");

    // The runtime drops what was aborted when it gets its turn.
    sleep(Duration::from_secs(1)).await;
    assert_eq!((alive(), permits.available_permits()), (0, 8));
}

#[tokio::test]
async fn a_hedged_request_is_sent_again_when_the_first_fails() {
    let fault = "fail-first?n=1&with=503".parse().expect("it is a fault");
    let site = mock_server::Site::new("site.example").fault(fault);
    let (_web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = reqwest::Client::new();

    let delay = Duration::from_millis(20);
    let page = hedge::hedged(&client, &sites[0], delay).await;

    assert_eq!(page.ok(), Some(1_000), "the first response was a 503");
}

#[tokio::test]
async fn a_hedged_request_is_not_sent_again_before_the_delay() {
    let site = mock_server::Site::new("site.example");
    let site = site.delay(Duration::from_millis(300));
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let client = reqwest::Client::new();

    let page = hedge::hedged(&client, &sites[0], PATIENT).await;

    assert_eq!(page.ok(), Some(1_000));
    assert_eq!(web.record().requests("site.example"), 1);
}

#[tokio::test]
async fn a_hedged_request_is_sent_again_and_the_loser_leaves() {
    let failing = mock_server::Site::failing().into_iter();
    let unlucky = failing.filter(|site| site.name == "unlucky-site.example");
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(unlucky));
    let client = reqwest::Client::new();

    let delay = Duration::from_millis(50);
    let page = hedge::hedged(&client, &sites[0], delay).await;

    assert_eq!(page.ok(), Some(15_000));
    web.wait_until(|record| record.client_gone() == 1).await;
    assert_eq!(web.record().count(Outcome::Complete), 1);
}

#[tokio::test]
async fn select_ok_hands_back_the_losers_and_their_connections_stay_open() {
    let (web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", Fault::Hang));
    let client = reqwest::Client::new();
    let two = [&sites[1], &sites[0]];
    let two = two.map(|site| fetch_page(&client, site).boxed());

    let (bytes, losers) = select_ok(two).await.expect("one of them responds");

    assert_eq!((bytes, losers.len()), (15_000, 1));
    web.wait_until(|record| record.requests("python.org") == 1).await;
    three_requests(&client, &sites[0]).await;
    assert_eq!(web.record().client_gone(), 0, "the loser is still here");
    drop(losers);
    web.wait_until(|record| record.client_gone() == 1).await;
}
