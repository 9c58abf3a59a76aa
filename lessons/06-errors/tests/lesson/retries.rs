//! Which errors are worth a retry, when it comes, and what the server sees.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use lesson06::{ErrorKind, retry_after};
use mock_server::{Fault, MockWeb, RetryAfter};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use testkit::{WATCHDOG, quick_tutorial, start};
use tokio::time::{Instant, sleep};
use tower::retry::budget::{Budget, TpsBudget};
use wiremock::{Mock, ResponseTemplate, matchers};

use crate::examples::{keep_alive, retry, storm};
use crate::support::{client, failing};

fn far() -> Instant {
    Instant::now() + WATCHDOG
}

#[tokio::test]
async fn a_temporary_error_is_tried_again_and_a_404_is_not() {
    let (web, sites, _watchdog) =
        failing(&["flaky-site.example", "missing-site.example"]);
    let [missing, flaky] = sites.as_slice() else { panic!("two sites") };

    let page = retry::fetch_with_retries(&client(), flaky, far()).await;
    assert!(matches!(page, Ok(15_000)), "{page:?}");
    assert_eq!(web.record().requests(&flaky.name), 3, "two of them fail");

    let page = retry::fetch_with_retries(&client(), missing, far()).await;
    let kind = page.expect_err("there is no such page").kind;
    assert!(matches!(kind, ErrorKind::Status(status, _) if status == 404));
    assert_eq!(web.record().requests(&missing.name), 1);
}

#[tokio::test]
async fn no_try_begins_after_the_deadline_and_there_are_at_most_six() {
    for (deadline, tries) in [(Instant::now(), 1), (far(), 6)] {
        let (web, sites, _watchdog) = failing(&["down-site.example"]);
        let page =
            retry::fetch_with_retries(&client(), &sites[0], deadline).await;
        let kind = page.expect_err("the site is down").kind;
        assert!(matches!(kind, ErrorKind::Status(status, _) if status == 503));
        assert_eq!(web.record().exchanges().len(), tries);
    }
}

#[tokio::test]
async fn a_site_that_asks_for_time_is_left_alone_for_that_long() {
    for name in ["busy-site.example", "limited-site.example"] {
        let (web, sites, _watchdog) = failing(&[name]);
        // The first says it in seconds, the second as a date.
        let first = client().get(&sites[0].url).send().await;
        let time = first.expect("a response").headers()[RETRY_AFTER].clone();
        let time = time.to_str().expect("it is text");
        let is_date = httpdate::parse_http_date(time).is_ok();
        assert_eq!(is_date, name == "limited-site.example", "{time}");
        web.reset_record();

        let page = retry::fetch_with_retries(&client(), &sites[0], far()).await;
        assert!(matches!(page, Ok(15_000)), "{name}: {page:?}");
        let record = web.record();
        let arrived: Vec<_> =
            record.exchanges().map(|exchange| exchange.request_head).collect();
        let [first, second] = arrived[..] else { panic!("{name}: two tries") };
        // Both ask for at least a second (a date has no fraction of one), and
        // nothing can make a pause of that length shorter. Our own pause alone
        // would have taken a tenth of it.
        assert!(second - first > Duration::from_millis(990), "{name}");
    }
}

#[tokio::test]
async fn nothing_waits_for_a_try_that_would_begin_after_the_deadline() {
    let (web, sites, _watchdog) = failing(&["busy-site.example"]);
    // It asks for a second.
    let deadline = Instant::now() + Duration::from_millis(900);
    let page = retry::fetch_with_retries(&client(), &sites[0], deadline).await;
    assert!(page.is_err(), "{page:?}");
    assert_eq!(web.record().exchanges().len(), 1);
}

#[test]
fn the_time_that_a_site_asks_for_comes_on_top_of_the_pause() {
    let (pause, time) = (Duration::from_millis(70), Duration::from_secs(1));
    let busy = |time| ErrorKind::Status(StatusCode::SERVICE_UNAVAILABLE, time);
    let with_time = |time| retry::with_retry_after(pause, &busy(time));
    assert_eq!(with_time(Some(time)), time + pause);
    assert_eq!(with_time(None), pause);
    assert_eq!(with_time(Some(Duration::MAX)), Duration::MAX);
    assert_eq!(retry::with_retry_after(pause, &ErrorKind::TooLarge(1)), pause);
}

#[tokio::test]
async fn a_site_that_asks_for_more_time_than_is_left_gets_no_second_request() {
    for time in [5, u64::MAX] {
        let after = ResponseTemplate::new(503)
            .insert_header("retry-after", time.to_string());
        let (web, sites, _watchdog) = start(quick_tutorial());
        let mock = Mock::given(matchers::any()).respond_with(after);
        mock.mount(web.wiremock()).await;
        let deadline = Instant::now() + Duration::from_secs(5);
        let page =
            retry::fetch_with_retries(&client(), &sites[0], deadline).await;
        let kind = page.expect_err("it answers 503").kind;
        let expected = Some(Duration::from_secs(time));
        assert!(
            matches!(kind, ErrorKind::Status(_, given) if given == expected)
        );
        assert_eq!(web.record().exchanges().len(), 1);
    }
}

#[test]
fn retry_after_is_read_in_seconds_and_as_a_date() {
    let read = |value: &str| {
        let value = HeaderValue::from_str(value).expect("it is a value");
        retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]))
    };
    assert_eq!(read("120"), Some(Duration::from_secs(120)));
    let hour = Duration::from_secs(3_600);
    let date = httpdate::fmt_http_date(SystemTime::now() + hour);
    let time = read(&date).expect("it is a date");
    assert!(time <= hour && time > hour - WATCHDOG, "{time:?}");
    let past = read("Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(past, Some(Duration::ZERO), "a date in the past");
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
fn clients_with_a_fixed_pause_come_back_together_and_with_jitter_they_do_not() {
    let ms = |pauses: Vec<Duration>| -> Vec<_> {
        pauses.iter().map(Duration::as_millis).collect()
    };
    assert_eq!(ms(storm::fixed()), [800; 3]);
    assert_eq!(ms(storm::exponential()), [400, 800, 1_600]);
    let (one, other) = (storm::full_jitter(), storm::full_jitter());
    assert!(one.iter().zip(&other).all(|(one, other)| one != other));
}

#[tokio::test]
async fn a_budget_limits_the_retries_of_all_clients_together() {
    let storm = async |pauses, budget| {
        let (web, sites, _watchdog) = failing(&["down-site.example"]);
        let responses =
            storm::storm(&client(), &sites[0], pauses, budget).await;
        assert_eq!(responses.len(), 100);
        for last in responses {
            let status = last.as_ref().map_err(reqwest::Error::status);
            let busy = Some(StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(status.err(), Some(busy), "{last:?}");
        }
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

#[tokio::test]
async fn by_default_reqwest_does_not_retry_a_503_and_with_a_policy_it_does_without_a_pause()
 {
    let hour = Some(RetryAfter::Seconds(3_600));
    let busy = Fault::Status {
        code: StatusCode::SERVICE_UNAVAILABLE,
        retry_after: hour,
    };
    let site = mock_server::Site::new("busy.example").fault(busy);
    let (web, sites, _watchdog) = start(MockWeb::builder().sites([site]));
    let get_503 =
        reqwest::retry::for_host("127.0.0.1").classify_fn(|response| {
            match (response.method(), response.status()) {
                (&Method::GET, Some(StatusCode::SERVICE_UNAVAILABLE)) => {
                    response.retryable()
                }
                _ => response.success(),
            }
        });
    let retrying = reqwest::Client::builder().retry(get_503).build();
    let retrying = retrying.expect("a client");
    for (client, requests) in [(client(), 1), (retrying, 3)] {
        web.reset_record();
        let response = client.get(&sites[0].url).send().await;
        // The watchdog doesn't wait for the hour that the site asks for.
        assert_eq!(response.expect("a response").status(), 503);
        assert_eq!(web.record().exchanges().len(), requests);
    }
}

#[tokio::test]
async fn a_connection_closed_on_reuse_fails_and_a_retry_has_the_server_read_twice()
 {
    let failing = mock_server::presets::failing().into_iter();
    let hasty = failing.filter(|site| site.name == "hasty-site.example");
    let (web, sites, _watchdog) = start(MockWeb::builder().sites(hasty));
    for method in [Method::GET, Method::POST] {
        web.reset_record();
        let client = client();
        let send = || keep_alive::send(&client, &method, &sites[0]);
        assert_eq!(send().await.ok(), Some(15_000));
        assert!(matches!(send().await, Err(ErrorKind::Lost(_))));
        assert_eq!(web.record().exchanges().len(), 2, "it is not sent again");
        assert_eq!(web.record().connections(), 1);
    }

    // This client closes the connection first.
    web.reset_record();
    let careful = keep_alive::careful_client().expect("a client");
    for _ in 0..2 {
        let sent = keep_alive::send(&careful, &Method::GET, &sites[0]).await;
        assert_eq!(sent.ok(), Some(15_000));
        sleep(2 * keep_alive::KEEP).await;
    }
    assert_eq!(web.record().connections(), 2);

    // What is no lost connection is not sent again.
    let broken: Fault = "truncate?after=10".parse().expect("it is a fault");
    let site = mock_server::Site::new("a.example").fault(broken);
    let (other, others, _watchdog) = start(MockWeb::builder().sites([site]));
    let get = Method::GET;
    let client_of_other = client();
    let sent = keep_alive::send_with_retry(&client_of_other, &get, &others[0]);
    assert!(matches!(sent.await, Err(ErrorKind::BrokenBody(..))));
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
