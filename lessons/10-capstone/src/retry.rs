//! When a request is repeated, and how long to wait before.
//!
//! From lesson 06 it has retries with backoff and jitter.

use std::time::Duration;

use backon::{Backoff, BackoffBuilder, ExponentialBuilder};
use tokio::time::{Instant, sleep};
use url::Url;

use crate::address::host_of;
use crate::error::LinkError;
use crate::hosts::{Hosts, MAX_PAUSE};
use crate::places::Place;
use crate::robots::Robots;

/// How often a URL is repeated because its host asked to wait. These retries
/// don't count as the others: the host is there, and it says when to come back.
const MAX_PAUSES: u32 = 3;
/// The first pause of a host that doesn't say how long to wait. Each pause is
/// twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

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
            let ready = self.hosts.wait(&host, robots, &mut turn);
            place.while_waiting(ready).await?;
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
            let goes_on = match (error.asks_to_wait(), budget.wait(&error)) {
                (Some(asked), wait) => {
                    // The host gets its pause even if this URL is not retried.
                    let pause = asked.max(wait.unwrap_or_default());
                    self.hosts.pause(&host, pause, &error) && wait.is_some()
                }
                (None, Some(wait)) => {
                    place.while_waiting(sleep(wait)).await;
                    true
                }
                (None, None) => false,
            };
            if !goes_on {
                self.hosts.failed(&host, &error);
                return Err(error);
            }
        }
    }
}

/// How long one URL may take.
struct Budget<B> {
    timeout: Duration,
    backoff: B,
    /// No retry after a temporary error starts later than this.
    deadline: Option<Instant>,
    pauses: u32,
    /// How long all pauses take.
    paused: Duration,
}

impl Budget<()> {
    fn new(timeout: Duration) -> Budget<impl Backoff> {
        Budget {
            timeout,
            backoff: full_jitter(),
            deadline: None,
            pauses: 0,
            paused: Duration::ZERO,
        }
    }
}

impl<B: Backoff> Budget<B> {
    /// How long to wait before the next attempt, if there may be one.
    fn wait(&mut self, error: &LinkError) -> Option<Duration> {
        match error.asks_to_wait() {
            Some(asked) => self.pause(asked),
            None if error.is_temporary() => self.back_off(),
            None => None,
        }
    }

    /// A host that asks for no time at all gets a little. All pauses together
    /// may take as long as the longest one.
    fn pause(&mut self, asked: Duration) -> Option<Duration> {
        if self.pauses == MAX_PAUSES {
            return None;
        }
        let wait = asked.max(FIRST_PAUSE * 2_u32.pow(self.pauses));
        self.pauses += 1;
        self.paused = self.paused.saturating_add(wait);
        (self.paused <= MAX_PAUSE).then_some(wait)
    }

    /// No retry starts later than two timeouts after the first failure.
    fn back_off(&mut self) -> Option<Duration> {
        let wait = self.backoff.next()?;
        let now = Instant::now();
        let deadline = *self.deadline.get_or_insert(now + 2 * self.timeout);
        (now + wait < deadline).then_some(wait)
    }
}

/// A random part of 100 ms, then of 200 ms, then of 400 ms.
fn full_jitter() -> impl Backoff {
    let longest = ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_times(3)
        .build();
    longest.map(|longest| longest.mul_f64(fastrand::f64()))
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

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
}
