//! A rate limit that the client keeps, for all its tasks together.

// ANCHOR: use
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Interval, MissedTickBehavior, interval};
// ANCHOR_END: use

// ANCHOR: rate
/// Gives each request its turn, about a period after the one before.
#[derive(Debug)]
pub struct RateLimit {
    turns: Mutex<Interval>,
}

impl RateLimit {
    /// A limit of one request per period.
    ///
    /// # Panics
    ///
    /// If the period is zero, or outside a Tokio runtime.
    pub fn one_per(period: Duration) -> RateLimit {
        let mut turns = interval(period);
        // After a pause, the turns that were missed aren't made up for.
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        RateLimit { turns: Mutex::new(turns) }
    }

    /// Waits for the next turn. Tasks get theirs in the order in which they
    /// asked.
    pub async fn turn(&self) {
        self.turns.lock().await.tick().await;
    }
}
// ANCHOR_END: rate
