//! What the lesson claims, proved by what the server saw.

use std::collections::BTreeSet;
use std::future::pending;
use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use futures::future::join_all;
use lesson_kit::{Site, sites_of};
use lesson06::{
    FetchError, Stage, Why, fetch_all, fetch_page, retry_after, with_causes,
};
use mock_server::testing::quick_tutorial;
use mock_server::{Fault, MockWeb, Outcome, Watchdog, catalogue};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use tokio::sync::oneshot::{self, error::TryRecvError};
use tokio::task::{JoinSet, yield_now};
use tokio::time::Instant;
use tower::retry::budget::{Budget, TpsBudget};
use wiremock::{Mock, ResponseTemplate, matchers};

#[path = "../examples/causes.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod causes;
#[path = "../examples/fail_fast.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod fail_fast;
#[path = "../examples/keep_alive.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod keep_alive;
#[path = "../examples/panic.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod panic;
#[path = "../examples/retry.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod retry;
#[path = "../examples/storm.rs"]
#[expect(dead_code, reason = "an example has a `main`, which is not called")]
mod storm;

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

/// As the lesson's, with more time, so that no page is late on a busy machine.
fn client() -> reqwest::Client {
    let client = reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(2))
        .timeout(Duration::from_secs(5));
    client.build().expect("a client")
}

/// Without a limit in total: what waits for a site that hangs is ended by the
/// watchdog.
fn patient() -> reqwest::Client {
    reqwest::Client::new()
}

/// A fault, and which variant it is.
type Row = (&'static str, fn(&Result<usize, Why>) -> bool);

#[rustfmt::skip]
const TABLE: [Row; 33] = [
    ("delay?ms=10", |page| matches!(page, Ok(50_321))),
    ("random-delay?low=1&high=9", |page| matches!(page, Ok(50_321))),
    ("status?code=503", |page| matches!(page, Err(Why::Status(status, _)) if *status == 503)),
    ("status?code=429", |page| matches!(page, Err(Why::Status(status, _)) if *status == 429)),
    ("status?code=500", |page| matches!(page, Err(Why::Status(status, _)) if *status == 500)),
    ("status?code=502", |page| matches!(page, Err(Why::Status(status, _)) if *status == 502)),
    ("status?code=504", |page| matches!(page, Err(Why::Status(status, _)) if *status == 504)),
    ("status?code=404", |page| matches!(page, Err(Why::Status(status, _)) if *status == 404)),
    ("fail-first?n=1&with=truncate", |page| matches!(page, Err(Why::BrokenBody(0..=1000, _)))),
    ("unstable?rate=1&with=reset", |page| matches!(page, Err(Why::Lost(_)))),
    ("redirect?hops=2", |page| matches!(page, Ok(50_321))),
    ("redirect-loop", |page| matches!(page, Err(Why::Redirects(_)))),
    ("slow-head?pause=1", |page| matches!(page, Ok(50_321))),
    ("refused", |page| matches!(page, Err(Why::Refused(_)))),
    ("connect-hang", |page| matches!(page, Err(Why::TimedOut(Stage::Connecting, _)))),
    ("empty", |page| matches!(page, Err(Why::Lost(_)))),
    ("hang", |page| matches!(page, Err(Why::TimedOut(Stage::Waiting, _)))),
    ("reset", |page| matches!(page, Err(Why::Lost(_)))),
    ("reset?after=1000", |page| matches!(page, Err(Why::BrokenBody(0..=1000, _)))),
    ("truncate", |page| matches!(page, Err(Why::BrokenBody(0..=1000, _)))),
    ("dribble?chunk=20000&pause=5", |page| matches!(page, Ok(50_321))),
    ("stall", |page| matches!(page, Err(Why::TimedOut(Stage::Reading, _)))),
    ("bad-chunk", |page| matches!(page, Err(Why::BrokenBody(..)))),
    ("garbage", |page| matches!(page, Err(Why::Malformed(_)))),
    ("slow-close?delay=5", |page| matches!(page, Ok(50_321))),
    ("idle-close", |page| matches!(page, Ok(50_321))),
    ("close-on-reuse", |page| matches!(page, Ok(50_321))),
    ("gzip-bomb?size=2", |page| matches!(page, Ok(1_998))),
    ("charset", |page| page.is_ok()),
    ("type?as=none", |page| matches!(page, Ok(50_321))),
    ("title?as=huge", |page| matches!(page, Err(Why::TooLarge(1_000_000)))),
    ("endless?chunk=100000&pause=0", |page| matches!(page, Err(Why::TooLarge(1_000_000)))),
    ("endless", |page| matches!(page, Err(Why::TimedOut(Stage::Reading, _)))),
];

/// The faults of the table that would be there the next time, too.
const POINTLESS: [&str; 6] = [
    "status?code=404",
    "status?code=500",
    "redirect-loop",
    "garbage",
    "title",
    "endless?chunk=100000",
];

#[tokio::test]
async fn whatever_a_site_does_is_the_right_variant_and_the_others_are_unharmed()
{
    // All at once, because some wait for a time limit.
    join_all(TABLE.iter().map(check)).await;
}

async fn check((fault, is_right): &Row) {
    let fault_of_python: Fault = fault.parse().expect("it is a fault");
    let (_web, sites, _watchdog) =
        start(quick_tutorial().fault("python.org", fault_of_python));

    let mut pages = fetch_all(&client(), &sites, "nobody").await;

    let third = pages.remove(2);
    assert!(matches!(third, Ok(45_000)), "{fault}: {third:?}");
    let second = pages.remove(1);
    if let Err(error) = &second {
        let words = with_causes(error);
        assert!(words.starts_with("cannot fetch python.org: "), "{words}");
        assert!(!words.contains("127.0.0.1"), "{words}");
    }
    let second = second.map_err(|error| error.why);
    assert!(is_right(&second), "{fault}: {second:?}");
    if let Err(why) = &second {
        let is_pointless = POINTLESS.iter().any(|name| fault.starts_with(name));
        assert_eq!(retry::is_worth_it(why), !is_pointless, "{fault}");
    }
    let first = pages.remove(0);
    assert!(matches!(first, Ok(15_000)), "{fault}: {first:?}");
}

fn name_of(row: &Row) -> &'static str {
    name_in(row.0)
}

fn name_in(fault: &'static str) -> &'static str {
    fault.split('?').next().unwrap_or_default()
}

#[test]
fn the_table_has_every_fault_of_the_catalogue() {
    let tried: BTreeSet<_> = TABLE.iter().map(name_of).collect();
    assert_eq!(tried, catalogue().map(|kind| kind.name).collect());
}

#[tokio::test]
async fn the_example_on_causes_has_every_fault_that_makes_an_error() {
    let web = MockWeb::builder().sites(causes::FAULTS.map(|fault| {
        let parsed: Fault = fault.parse().expect("it is a fault");
        let page = mock_server::page("A page", 15_000, 2_000);
        mock_server::Site::new(fault).page(page).fault(parsed)
    }));
    let (_web, sites, _watchdog) = start(web);
    let pages = fetch_all(&client(), &sites, "nobody").await;
    for (site, page) in sites.iter().zip(&pages) {
        assert!(page.is_err(), "{}: {page:?}", site.name);
    }

    // Those that fail now and then do so as the others do.
    let chance = ["fail-first", "unstable"];
    let fails = |row: &&Row| !row.1(&Ok(50_321)) && !row.0.contains("bomb");
    let failing = TABLE.iter().filter(fails).map(name_of);
    let failing: BTreeSet<_> =
        failing.filter(|name| !chance.contains(name)).collect();
    let listed = causes::FAULTS.iter().map(|fault| name_in(fault));
    let mut listed: BTreeSet<_> = listed.collect();
    // It makes an error here because this table wants a page of 1 MB.
    listed.insert("title");
    assert_eq!(failing, listed);

    let said = |name: &str| {
        let at = sites.iter().position(|site| site.name == name);
        let error = pages[at.expect("it is listed")].as_ref();
        causes::first_and_last(error.expect_err("all fail"))
    };
    let (refused, hang) = (said("refused"), said("hang"));
    assert_eq!(refused.0, hang.0, "reqwest says the same of both");
    assert_ne!(refused.1, hang.1, "and the last cause does not");
}

#[tokio::test]
async fn a_name_that_leads_nowhere_is_no_such_host() {
    let nowhere = Site {
        name: "nowhere".to_owned(),
        url: "http://nowhere.invalid/".to_owned(),
    };
    let page = fetch_page(&client(), &nowhere, false).await;
    let why = page.expect_err("there is no such host").why;
    // Without a network a resolver may time out in place of an answer.
    let is_right =
        matches!(why, Why::NoSuchHost(_) | Why::TimedOut(Stage::Connecting, _));
    assert!(is_right, "{why:?}");
    if let Why::NoSuchHost(_) = why {
        assert!(!retry::is_worth_it(&why));
    }
}

#[tokio::test]
async fn what_is_no_url_of_a_page_makes_no_request() {
    for url in ["not a url", "ftp://python.org/"] {
        let site = Site { name: "none".to_owned(), url: url.to_owned() };
        let page = fetch_page(&client(), &site, false).await;
        let why = page.expect_err("it is no URL").why;
        assert!(matches!(why, Why::Request(_)), "{url}: {why:?}");
        assert!(!retry::is_worth_it(&why));
    }
    assert!(!retry::is_worth_it(&Why::Simulated));
}

#[tokio::test]
async fn the_client_of_the_lesson_has_a_limit_for_connecting_and_one_in_total()
{
    let (_web, sites, _watchdog) =
        failing(&["unreachable-site.example", "silent-site.example"]);
    let client = lesson06::client().expect("a client");
    let pages = fetch_all(&client, &sites, "nobody").await;
    let stages = pages.iter().map(|page| match page {
        Err(FetchError { why: Why::TimedOut(stage, _), .. }) => Some(*stage),
        _ => None,
    });
    let stages: Vec<_> = stages.collect();
    assert_eq!(stages, [Some(Stage::Connecting), Some(Stage::Waiting)]);
}

#[tokio::test]
async fn an_error_is_told_with_all_its_causes() {
    let (_web, sites, _watchdog) = failing(&["invalid-site.example"]);
    let page = fetch_page(&client(), &sites[0], false).await;
    let words = with_causes(&page.expect_err("it refuses"));
    let links: Vec<_> = words.split(": ").collect();
    let (first, last) = (links.first(), links.last());
    assert_eq!(first, Some(&"cannot fetch invalid-site.example"));
    assert!(last.is_some_and(|last| last.contains("refused")), "{words}");
    assert!(links.contains(&"the connection was refused"), "{words}");
    assert!(links.contains(&"error sending request"), "{words}");
}

#[tokio::test]
async fn a_simulated_error_is_told_as_one_and_asks_nothing() {
    let (web, sites, _watchdog) = start(quick_tutorial());
    let pages = fetch_all(&client(), &sites, "python.org").await;
    let error = pages[1].as_ref().expect_err("it pretends to fail");
    let words = "cannot fetch python.org: simulated error";
    assert_eq!(with_causes(error), words);
    assert_eq!(web.record().exchanges().len(), 2);
}

/// Of the tutorial's sites the first and the third hang, and the second says
/// after a while that it does not have the page.
fn second_fails() -> (MockWeb, Vec<Site>, Watchdog) {
    let builder = quick_tutorial()
        .fault("codeswithpankaj.com", Fault::Hang)
        .fault("w3schools.com", Fault::Hang)
        .fault("python.org", Fault::Delay { ms: 200 });
    let (web, mut sites, watchdog) = start(builder);
    sites[1].url += "missing";
    (web, sites, watchdog)
}

#[tokio::test]
async fn fail_fast_returns_the_first_error_and_drops_the_rest() {
    let (web, sites, _watchdog) = second_fails();

    let error = fail_fast::fail_fast(&patient(), &sites).await;

    let error = error.expect_err("the second page does not exist");
    assert_eq!(error.site, "python.org");
    web.wait_until(|record| record.in_flight() == 0).await;
    let record = web.record();
    assert_eq!(record.count(Outcome::Complete), 1);
    assert_eq!(record.client_gone(), record.exchanges().len() - 1);
}

#[tokio::test]
async fn collect_all_has_a_result_for_each() {
    let (web, mut sites, _watchdog) = start(quick_tutorial().gate(3, PATIENT));
    sites[1].url += "missing";

    let pages = fail_fast::collect_all(&client(), &sites).await;

    let [Ok(15_000), Err(error), Ok(45_000)] = &pages[..] else {
        panic!("{pages:?}");
    };
    assert!(matches!(error.why, Why::Status(status, _) if status == 404));
    assert_eq!(web.record().client_gone(), 0);
}

#[tokio::test]
async fn try_join_on_handles_misses_the_error_and_two_question_marks_do_not() {
    let (_web, mut sites, _watchdog) = start(quick_tutorial());
    sites[1].url += "missing";

    let wrong = fail_fast::handles(&client(), &sites[0], &sites[1]).await;
    assert!(matches!(wrong, Ok((Ok(15_000), Err(_)))), "{wrong:?}");

    // The first hangs; whoever waits for it first does not see the error.
    let (_web, sites, _watchdog) = second_fails();
    let right = fail_fast::awaited(&patient(), &sites[0], &sites[1]).await;
    let right = right.expect_err("the second page does not exist");
    assert_eq!(right.to_string(), "cannot fetch python.org");
}

#[tokio::test]
async fn a_panic_ends_its_task_and_is_an_error_to_whoever_waits_for_it() {
    assert_eq!(panic::silent().await, 9);
    assert_eq!(panic::told().await, (9, vec!["page 7 has a bug".to_owned()]));
    let plain = tokio::spawn(async { std::panic!("plain words") });
    let plain = plain.await.expect_err("it panics");
    assert_eq!(panic::words(plain), "plain words");
    let aborted = tokio::spawn(pending::<()>());
    aborted.abort();
    let aborted = aborted.await.expect_err("it is aborted");
    assert_eq!(panic::words(aborted), "aborted");
    let passed_on = tokio::spawn(panic::passed_on()).await;
    assert!(passed_on.expect_err("it panics too").is_panic());
}

#[tokio::test]
async fn a_connection_closed_on_reuse_fails_and_a_retry_has_the_server_read_twice()
 {
    let failing = mock_server::Site::failing().into_iter();
    let hasty = failing.filter(|site| site.name == "hasty-site.example");
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(hasty));
    for method in [Method::GET, Method::POST] {
        web.reset_record();
        let client = client();
        let send = || keep_alive::send(&client, &method, &sites[0]);
        assert_eq!(send().await.ok(), Some(15_000));
        assert!(matches!(send().await, Err(Why::Lost(_))));
        assert_eq!(web.record().exchanges().len(), 2, "it is not sent again");
        assert_eq!(web.record().connections(), 1);
    }

    // What is no lost connection is not sent again.
    let broken: Fault = "truncate?after=10".parse().expect("it is a fault");
    let site = mock_server::Site::new("a.example").fault(broken);
    let (other, others, _watchdog) = start(MockWeb::builder().sites([site]));
    let get = Method::GET;
    let client_of_other = client();
    let sent = keep_alive::send_with_retry(&client_of_other, &get, &others[0]);
    assert!(matches!(sent.await, Err(Why::BrokenBody(..))));
    assert_eq!(other.record().exchanges().len(), 1);

    web.reset_record();
    let client = client();
    for _ in 0..2 {
        let post = Method::POST;
        let sent = keep_alive::send_with_retry(&client, &post, &sites[0]);
        assert_eq!(sent.await.ok(), Some(15_000));
    }
    assert_eq!(web.record().exchanges().len(), 3, "two were meant");
}

#[tokio::test]
async fn a_set_of_tasks_that_is_dropped_at_the_first_error_cuts_the_others() {
    let (web, sites, _watchdog) = second_fails();
    let pages = fail_fast::fail_fast_with_tasks(&patient(), &sites).await;
    let error = pages.expect_err("the second page does not exist");
    let error: FetchError = error.downcast().expect("it is the task's own");
    assert_eq!(error.site, "python.org");
    assert!(matches!(error.why, Why::Status(status, _) if status == 404));
    web.wait_until(|record| record.client_gone() == 2).await;
}

// On one thread: a task is gone when it has had its turn, and not before.
#[tokio::test]
async fn a_set_that_is_dropped_does_not_wait_for_its_tasks_to_be_gone() {
    let (alive, mut gone) = oneshot::channel::<()>();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let _alive = alive;
        pending::<()>().await;
    });
    yield_now().await;
    drop(tasks);
    assert_eq!(gone.try_recv(), Err(TryRecvError::Empty));
    assert!(gone.await.is_err(), "it is dropped, and sent nothing");
}

/// A web of these of the sites that fail.
fn failing(names: &[&str]) -> (MockWeb, Vec<Site>, Watchdog) {
    let sites = mock_server::Site::failing().into_iter();
    let sites = sites.filter(|site| names.contains(&site.name.as_str()));
    start(MockWeb::builder().sites(sites))
}

fn far() -> Instant {
    Instant::now() + WATCHDOG
}

#[tokio::test]
async fn what_is_worth_it_is_tried_again_and_what_is_not_is_not() {
    let (web, sites, _watchdog) =
        failing(&["flaky-site.example", "missing-site.example"]);
    let [missing, flaky] = sites.as_slice() else { panic!("two sites") };

    let page = retry::fetch_with_retries(&client(), flaky, far()).await;
    assert!(matches!(page, Ok(15_000)), "{page:?}");
    assert_eq!(web.record().requests(&flaky.name), 3, "two of them fail");

    let page = retry::fetch_with_retries(&client(), missing, far()).await;
    let why = page.expect_err("there is no such page").why;
    assert!(matches!(why, Why::Status(status, _) if status == 404));
    assert_eq!(web.record().requests(&missing.name), 1);
}

#[tokio::test]
async fn no_try_begins_after_the_deadline_and_there_are_at_most_six() {
    for (deadline, tries) in [(Instant::now(), 1), (far(), 6)] {
        let (web, sites, _watchdog) = failing(&["down-site.example"]);
        let page =
            retry::fetch_with_retries(&client(), &sites[0], deadline).await;
        let why = page.expect_err("the site is down").why;
        assert!(matches!(why, Why::Status(status, _) if status == 503));
        assert_eq!(web.record().exchanges().len(), tries);
    }
}

#[tokio::test]
async fn a_site_that_asks_for_time_is_left_alone_for_as_long() {
    for name in ["busy-site.example", "limited-site.example"] {
        let (web, sites, _watchdog) = failing(&[name]);
        // The first says it in seconds, the second as a date.
        let first = client().get(&sites[0].url).send().await;
        let asked = first.expect("an answer").headers()[RETRY_AFTER].clone();
        let asked = asked.to_str().expect("it is text");
        let is_date = httpdate::parse_http_date(asked).is_ok();
        assert_eq!(is_date, name == "limited-site.example", "{asked}");
        web.reset_record();

        let page = retry::fetch_with_retries(&client(), &sites[0], far()).await;
        assert!(matches!(page, Ok(15_000)), "{name}: {page:?}");
        let record = web.record();
        let arrived: Vec<_> =
            record.exchanges().map(|exchange| exchange.request_head).collect();
        let [first, second] = arrived[..] else { panic!("{name}: two tries") };
        // Both ask for at least a second (a date has no fraction of one), and
        // nothing can make a pause of that length shorter. A backoff of its own
        // would have taken a tenth of it.
        assert!(second - first > Duration::from_millis(990), "{name}");
    }
}

#[tokio::test]
async fn a_try_that_would_begin_after_the_deadline_is_not_waited_for() {
    let (web, sites, _watchdog) = failing(&["busy-site.example"]);
    // It asks for a second.
    let deadline = Instant::now() + Duration::from_millis(900);
    let page = retry::fetch_with_retries(&client(), &sites[0], deadline).await;
    assert!(page.is_err(), "{page:?}");
    assert_eq!(web.record().exchanges().len(), 1);
}

#[test]
fn the_time_that_a_site_asks_for_comes_on_top_of_the_pause() {
    let (pause, asked) = (Duration::from_millis(70), Duration::from_secs(1));
    let busy = |asked| Why::Status(StatusCode::SERVICE_UNAVAILABLE, asked);
    let with_asked = |asked| retry::with_asked(pause, &busy(asked));
    assert_eq!(with_asked(Some(asked)), asked + pause);
    assert_eq!(with_asked(None), pause);
    assert_eq!(with_asked(Some(Duration::MAX)), Duration::MAX);
    assert_eq!(retry::with_asked(pause, &Why::Simulated), pause);
}

#[tokio::test]
async fn a_site_that_asks_for_more_time_than_there_is_is_not_asked_again() {
    for asked in [5, u64::MAX] {
        let after = ResponseTemplate::new(503)
            .insert_header("retry-after", asked.to_string());
        let (web, sites, _watchdog) = start(quick_tutorial());
        let mock = Mock::given(matchers::any()).respond_with(after);
        mock.mount(web.wiremock()).await;
        let deadline = Instant::now() + Duration::from_secs(5);
        let page =
            retry::fetch_with_retries(&client(), &sites[0], deadline).await;
        let why = page.expect_err("it answers 503").why;
        let wish = Some(Duration::from_secs(asked));
        assert!(matches!(why, Why::Status(_, told) if told == wish));
        assert_eq!(web.record().exchanges().len(), 1);
    }
}

#[test]
fn how_long_a_site_asks_to_be_left_alone_is_read_in_seconds_and_as_a_date() {
    let read = |value: &str| {
        let value = HeaderValue::from_str(value).expect("it is a value");
        retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]))
    };
    assert_eq!(read("120"), Some(Duration::from_secs(120)));
    let hour = Duration::from_secs(3_600);
    let date = httpdate::fmt_http_date(SystemTime::now() + hour);
    let asked = read(&date).expect("it is a date");
    assert!(asked <= hour && asked > hour - WATCHDOG, "{asked:?}");
    let past = read("Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(past, Some(Duration::ZERO), "a date that is over");
    assert_eq!(read("soon"), None);
    assert_eq!(retry_after(&HeaderMap::new()), None);
}

#[test]
fn full_jitter_is_a_random_part_of_a_time_that_doubles() {
    is_full_jitter(|| retry::full_jitter().collect(), 5, 100);
    is_full_jitter(storm::full_jitter, 3, 400);
}

fn is_full_jitter(pauses: fn() -> Vec<Duration>, count: usize, first: u64) {
    let mut parts = Vec::new();
    for _ in 0..200 {
        let pauses = pauses();
        assert_eq!(pauses.len(), count);
        for (turn, pause) in pauses.iter().enumerate() {
            let longest = Duration::from_millis(first << turn);
            let part = pause.div_duration_f64(longest);
            assert!(part < 1.001, "{pause:?} of {longest:?}");
            parts.push(part);
        }
    }
    // Of 600 parts none is in a given tenth once in 10^27 runs.
    for tenth in 0..10 {
        let in_tenth = |part: &&f64| (**part * 10.0) as u32 == tenth;
        assert_ne!(parts.iter().filter(in_tenth).count(), 0, "{tenth}");
    }
}

#[test]
fn the_jitter_of_backon_itself_adds_to_the_pause() {
    let pause = Duration::from_millis(100);
    let pauses = ExponentialBuilder::new().with_min_delay(pause).with_jitter();
    let firsts = (0..100).filter_map(|_| pauses.build().next());
    let firsts: BTreeSet<_> = firsts.collect();
    assert!(firsts.iter().all(|first| (pause..=pause * 2).contains(first)));
    assert!(firsts.len() > 1, "they are random");
}

#[test]
fn clients_that_wait_as_long_as_one_another_come_back_together() {
    let ms = |pauses: Vec<Duration>| -> Vec<_> {
        pauses.iter().map(Duration::as_millis).collect()
    };
    assert_eq!(ms(storm::fixed()), [800; 3]);
    assert_eq!(ms(storm::exponential()), [400, 800, 1_600]);
    let (one, other) = (storm::full_jitter(), storm::full_jitter());
    assert!(one.iter().zip(&other).all(|(one, other)| one != other));
}

#[tokio::test]
async fn a_budget_bounds_the_retries_of_all_clients_together() {
    let storm = async |pauses, budget| {
        let (web, sites, _watchdog) = failing(&["down-site.example"]);
        let ended = storm::storm(&client(), &sites[0], pauses, budget).await;
        assert_eq!(ended.len(), 100);
        let is_503 = |error: &reqwest::Error| {
            error.status() == Some(StatusCode::SERVICE_UNAVAILABLE)
        };
        assert!(ended.iter().all(|end| end.as_ref().is_err_and(is_503)));
        web.record().exchanges().len()
    };
    let (without, with) = tokio::join!(
        storm(storm::fixed, None),
        storm(storm::full_jitter, Some(storm::budget()))
    );
    assert_eq!(without, 400);
    // Fewer, if the machine is so slow that first tries are forgotten.
    assert!((110..=130).contains(&with), "{with}");
}

#[tokio::test]
async fn a_budget_has_a_fifth_of_what_was_paid_in_and_some_for_quiet_times() {
    let spent =
        |budget: TpsBudget| (0..).take_while(move |_| budget.withdraw());
    assert_eq!(spent(storm::budget()).count(), 10);
    let budget = storm::budget();
    (0..100).for_each(|_| budget.deposit());
    assert_eq!(spent(budget).count(), 30);
}
