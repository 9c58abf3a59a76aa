//! How many attempts there are, and when, on a clock that is paused.

use std::cell::RefCell;

use reqwest::StatusCode;
use robotxt::AccessResult;
use tokio::time::Instant;

use super::*;
use crate::http::places::Places;

const TIMEOUT: Duration = Duration::from_secs(10);

/// The attempts at a URL that fails with these errors, the last of them
/// again and again, and how long all of them take.
async fn attempts(
    retries: &Retries,
    duration: Duration,
    errors: &[LinkError],
) -> (Vec<Attempt>, Duration) {
    let robots = Robots::new(AccessResult::Successful(b""));
    attempts_at(Some(&robots), retries, duration, errors).await
}

/// The same with the robots.txt of the site, or with none for another host.
async fn attempts_at(
    robots: Option<&Robots>,
    retries: &Retries,
    duration: Duration,
    errors: &[LinkError],
) -> (Vec<Attempt>, Duration) {
    let url = Url::parse("http://a.example").expect("it is a URL");
    let mut place = Places::new(1).take().await;
    let begin = Instant::now();
    let mut attempts = Vec::new();
    let result: Result<(), _> = retries
        .run(&url, robots, &mut place, |attempt| {
            let last = errors.len() - 1;
            let error = errors[attempts.len().min(last)].clone();
            attempts.push(attempt);
            async move {
                sleep(duration).await;
                Err(error)
            }
        })
        .await;
    result.expect_err("every attempt fails");
    (attempts, begin.elapsed())
}

async fn count(errors: &[LinkError]) -> usize {
    let retries = Retries::new(TIMEOUT);
    attempts(&retries, Duration::ZERO, errors).await.0.len()
}

fn refusal(seconds: Option<u64>) -> LinkError {
    let wait = seconds.map(Duration::from_secs);
    LinkError::Status(StatusCode::TOO_MANY_REQUESTS, wait)
}

#[tokio::test(start_paused = true)]
async fn a_host_that_hangs_gets_three_attempts_and_a_quick_one_gets_four() {
    let retries = Retries::new(TIMEOUT);
    let timed_out = [LinkError::TimedOut];
    let (hanging, duration) = attempts(&retries, TIMEOUT, &timed_out).await;
    assert_eq!(hanging.len(), 3);
    // Three timeouts, and up to 100 and 200 ms before the retries.
    assert!(
        (3 * TIMEOUT..3 * TIMEOUT + Duration::from_millis(310))
            .contains(&duration)
    );
    let (quick, duration) =
        attempts(&retries, Duration::ZERO, &timed_out).await;
    assert_eq!(quick.len(), 4);
    assert!(duration < Duration::from_millis(710));
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_replaced_without_a_pause() {
    let retries = Retries::new(TIMEOUT);
    let lost = [LinkError::ConnectionLost];
    let (all, _) = attempts(&retries, Duration::ZERO, &lost).await;
    assert_eq!(all.len(), 5);
    assert!(!all[0].needs_new_connection);
    let mut rest = all[1..].iter();
    assert!(rest.all(|attempt| attempt.needs_new_connection));
    assert_eq!((all[0].failed, all[1].failed), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_connection_to_another_host_is_always_new_so_it_is_not_replaced() {
    let retries = Retries::new(TIMEOUT);
    let lost = [LinkError::ConnectionLost];
    let (all, _) = attempts_at(None, &retries, Duration::ZERO, &lost).await;
    assert_eq!(all.len(), 4);
    assert!(all.iter().all(|attempt| attempt.needs_new_connection));
    let failed: Vec<_> = all.iter().map(|attempt| attempt.failed).collect();
    assert_eq!(failed, [0, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn pauses_are_limited_in_number_and_in_time() {
    for (seconds, expected, duration) in [
        // One, two and four seconds.
        (None, 4, 7),
        (Some(0), 4, 7),
        (Some(3), 4, 3 + 3 + 4),
        (Some(20), 4, 60),
        (Some(40), 2, 40),
        (Some(60), 2, 60),
        (Some(61), 1, 0),
        (Some(u64::MAX), 1, 0),
    ] {
        let retries = Retries::new(TIMEOUT);
        let errors = [refusal(seconds)];
        let (all, took) = attempts(&retries, Duration::ZERO, &errors).await;
        assert_eq!(all.len(), expected, "{seconds:?}");
        assert_eq!(took.as_secs(), duration, "{seconds:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_not_a_try() {
    let mut errors = vec![refusal(Some(1)), refusal(Some(1))];
    errors.push(LinkError::TimedOut);
    assert_eq!(count(&errors).await, 2 + 4);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_waited_for_its_host_is_next() {
    let retries = Retries::new(TIMEOUT);
    let url = Url::parse("http://a.example").expect("it is a URL");
    // From now on, the host gets one request at a time.
    retries.hosts.pause(&host_of(&url), Duration::ZERO, &refusal(None));
    let places = Places::new(2);
    let attempts = RefCell::new(Vec::new());
    let start = async |job, refusals| {
        let mut place = places.take().await;
        let done = retries.run(&url, None, &mut place, |_| async {
            let mut attempts = attempts.borrow_mut();
            attempts.push(job);
            let count = attempts.iter().filter(|it| **it == job).count();
            if count <= refusals { Err(refusal(Some(1))) } else { Ok(()) }
        });
        done.await.expect("it succeeds in the end");
    };
    tokio::join!(start("first", 2), start("second", 0));
    assert_eq!(*attempts.borrow(), ["first", "first", "first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_responds_gets_a_limited_number_of_requests() {
    let retries = Retries::new(TIMEOUT);
    let mut requests = 0;
    let begin = Instant::now();
    for _ in 0..500 {
        let errors = [LinkError::TimedOut];
        requests += attempts(&retries, TIMEOUT, &errors).await.0.len();
    }
    assert_eq!(requests, 8 * 3);
    assert!(begin.elapsed() < 8 * 4 * TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn the_pace_of_a_site_is_kept_however_busy_the_fetcher_is() {
    let pace = "User-agent: *\nCrawl-delay: 1\n";
    let robots = Robots::new(AccessResult::Successful(pace.as_bytes()));
    let retries = Retries::new(TIMEOUT);
    let places = Places::new(1);
    let begin = Instant::now();
    let start = async |host: &str, robots, millis| {
        let url = Url::parse(host).expect("it is a URL");
        let mut place = places.take().await;
        let started = retries.run(&url, robots, &mut place, |_| async {
            let started = begin.elapsed();
            sleep(Duration::from_millis(millis)).await;
            Ok(started)
        });
        started.await.expect("it succeeds")
    };
    let site = "http://a.example/";
    let other = "http://b.example/";
    // If the second job waited without its place, the slow job would have
    // it, and the second job would be late.
    let (first, second, _, third) = tokio::join!(
        start(site, Some(&robots), 0),
        start(site, Some(&robots), 0),
        start(other, None, 1_900),
        start(site, Some(&robots), 0),
    );
    let second_gap = second - first;
    let third_gap = third - second;
    let pause = Duration::from_millis(999);
    assert!(second_gap > pause && third_gap > pause, "{third_gap:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_also_counts_for_a_job_that_waits_for_the_pace() {
    let pace = "User-agent: *\nCrawl-delay: 1\n";
    let robots = Robots::new(AccessResult::Successful(pace.as_bytes()));
    let retries = Retries::new(TIMEOUT);
    let places = Places::new(2);
    let url = Url::parse("http://a.example").expect("it is a URL");
    let begin = Instant::now();
    let start = async |refusals| {
        let mut place = places.take().await;
        let attempt = |attempt: Attempt| async move {
            let started = begin.elapsed();
            // The second job waits for the pace when the first is refused.
            sleep(Duration::from_millis(500)).await;
            if attempt.failed < refusals {
                Err(refusal(Some(10)))
            } else {
                Ok(started)
            }
        };
        let started = retries.run(&url, Some(&robots), &mut place, attempt);
        started.await.expect("it succeeds in the end")
    };
    let (first, second) = tokio::join!(start(1), start(0));
    assert!(first >= Duration::from_secs(10) && second > first, "{second:?}");
}
