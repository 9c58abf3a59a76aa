//! How often a URL is tried, and how long to wait before.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

use crate::http::hosts::MAX_PAUSE;

/// How often a URL is tried again because its host asked to wait. The retries
/// after other errors are counted apart.
const MAX_PAUSES: u32 = 3;
/// The shortest first pause, for a host that doesn't say how long to wait or
/// says zero. The shortest second pause is twice as long, and so on.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// What's left for the retries of a URL.
pub struct Budget {
    timeout: Duration,
    backoff: ExponentialBackoff,
    /// No retry after a temporary error starts later than this.
    deadline: Option<Instant>,
    pauses: u32,
    /// How long all pauses take.
    paused: Duration,
}

impl Budget {
    /// The retries of a URL whose attempts have this timeout.
    pub fn new(timeout: Duration) -> Budget {
        // 100 ms, 200 ms and 400 ms.
        let backoff = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(100))
            .with_max_times(3)
            .build();
        let paused = Duration::ZERO;
        Budget { timeout, backoff, deadline: None, pauses: 0, paused }
    }

    /// How long to wait after a temporary error, if there may be another
    /// attempt: a random part of the backoff. No retry starts later than two
    /// timeouts after the first failure.
    pub fn back_off(&mut self) -> Option<Duration> {
        let wait = self.backoff.next()?.mul_f64(fastrand::f64());
        let now = Instant::now();
        let deadline = *self.deadline.get_or_insert(now + 2 * self.timeout);
        (now + wait < deadline).then_some(wait)
    }

    /// How long to wait for a host that asked for this time, if there may be
    /// another attempt. All pauses together may take as long as the longest
    /// one.
    pub fn pause(&mut self, asked: Duration) -> Option<Duration> {
        if self.pauses == MAX_PAUSES {
            return None;
        }
        let wait = asked.max(FIRST_PAUSE * 2_u32.pow(self.pauses));
        self.pauses += 1;
        self.paused = self.paused.saturating_add(wait);
        (self.paused <= MAX_PAUSE).then_some(wait)
    }
}
