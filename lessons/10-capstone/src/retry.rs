//! When a request is repeated, and how long to wait before.
//!
//! From lesson 06 it has retries with backoff and jitter.

mod budget;

use std::time::Duration;

use tokio::time::sleep;
use url::Url;

use crate::address::host_of;
use crate::error::LinkError;
use crate::hosts::{Hosts, Turn};
use crate::places::Place;
use crate::robots::Robots;
use budget::Budget;

/// What an attempt has to know about the ones before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// How many failed.
    pub failed: usize,
    /// Whether one was lost on a connection that may have been used before.
    pub needs_new_connection: bool,
}

impl Attempt {
    /// Whether the request is repeated without a pause, because the fault may
    /// lie in a connection that was used before.
    ///
    /// The server may have closed it just when it was used again. hyper repeats
    /// a request that was never written. This one may have been, but HEAD and
    /// GET are safe to repeat. Or the server sent a body after a HEAD, and it
    /// came in time to be taken for the next response.
    pub fn is_repeated_after(&self, error: &LinkError) -> bool {
        let is_stale =
            matches!(error, LinkError::ConnectionLost | LinkError::NotHttp);
        is_stale && !self.needs_new_connection
    }
}

/// What the attempts at all URLs share.
#[derive(Debug)]
pub struct Retries {
    hosts: Hosts,
    /// The timeout of one attempt.
    timeout: Duration,
}

impl Retries {
    /// Retries for attempts with this timeout.
    pub fn new(timeout: Duration) -> Retries {
        Retries { hosts: Hosts::default(), timeout }
    }

    /// Makes one attempt, and more of them while the error is temporary.
    ///
    /// An attempt starts when its host may get a request: not before the time
    /// that the host asked for, and at the pace of its `robots`.
    ///
    /// # Errors
    ///
    /// The error of the last attempt, or of the host if it was given up.
    pub async fn run<T, F>(
        &self,
        url: &Url,
        robots: Option<&Robots>,
        place: &mut Place,
        mut attempt: impl FnMut(Attempt) -> F,
    ) -> Result<T, LinkError>
    where
        F: Future<Output = Result<T, LinkError>>,
    {
        let host = host_of(url);
        // Given back at the end.
        let mut turn = None;
        let mut this = Attempt::default();
        let mut budget = Budget::new(self.timeout);
        loop {
            self.wait(&host, robots, place, &mut turn).await?;
            let error = match attempt(this).await {
                Ok(value) => {
                    self.hosts.responded(&host);
                    return Ok(value);
                }
                Err(error) => error,
            };
            if this.is_repeated_after(&error) {
                this.needs_new_connection = true;
                continue;
            }
            this.failed += 1;
            let goes_on = if let Some(asked) = error.asks_to_wait() {
                let pause = budget.pause(asked);
                // The host gets its pause even if this URL isn't tried again.
                let wait = pause.unwrap_or(asked);
                self.hosts.pause(&host, wait, &error) && pause.is_some()
            } else if error.is_temporary()
                && let Some(wait) = budget.back_off()
            {
                place.while_waiting(sleep(wait)).await;
                true
            } else {
                false
            };
            if !goes_on {
                self.hosts.failed(&host, &error);
                return Err(error);
            }
        }
    }

    /// Waits until a request may start. Another job may have the place while
    /// this one waits for its host, but not while it waits for the pace of its
    /// site: a request that's late for its turn would be too close to the next.
    async fn wait(
        &self,
        host: &str,
        robots: Option<&Robots>,
        place: &mut Place,
        turn: &mut Option<Turn>,
    ) -> Result<(), LinkError> {
        loop {
            place.while_waiting(self.hosts.wait(host, turn)).await?;
            let Some(robots) = robots else { return Ok(()) };
            robots.pause().await;
            // In the meantime, the host may have asked to wait.
            if self.hosts.is_ready(host, turn) {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use robotxt::AccessResult;
    use tokio::time::Instant;

    use super::*;
    use crate::places::Places;

    const TIMEOUT: Duration = Duration::from_secs(10);

    /// The attempts at a URL that fails with these errors, the last of them
    /// again and again, and how long all of them take.
    async fn attempts(
        retries: &Retries,
        duration: Duration,
        errors: &[LinkError],
    ) -> (Vec<Attempt>, Duration) {
        let url = Url::parse("http://a.example").expect("it is a URL");
        let mut place = Places::new(1).take().await;
        let begin = Instant::now();
        let mut attempts = Vec::new();
        let result: Result<(), _> = retries
            .run(&url, None, &mut place, |attempt| {
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
        for (error, expected) in
            [(LinkError::ConnectionLost, 5), (LinkError::NotHttp, 2)]
        {
            let retries = Retries::new(TIMEOUT);
            let (all, _) = attempts(&retries, Duration::ZERO, &[error]).await;
            assert_eq!(all.len(), expected);
            assert!(!all[0].needs_new_connection);
            let mut rest = all[1..].iter();
            assert!(rest.all(|attempt| attempt.needs_new_connection));
            assert_eq!((all[0].failed, all[1].failed), (0, 0));
        }
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
}
