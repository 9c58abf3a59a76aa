//! When a request is repeated, and how long to wait before.
//!
//! From lesson 06 it has retries with backoff and jitter.

mod budget;

use std::time::Duration;

use tokio::time::sleep;
use url::Url;

use crate::address::host_of;
use crate::error::LinkError;
use crate::http::hosts::{Hosts, Turn};
use crate::http::places::Place;
use crate::http::robots::Robots;
use budget::Budget;

/// What an attempt has to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// How many attempts failed before.
    pub failed: usize,
    /// Whether no idle connection may be used again: for another host, or after
    /// a connection was lost.
    pub needs_new_connection: bool,
}

impl Attempt {
    /// Whether the request is repeated without a pause, because the server may
    /// have closed an idle connection just when it was used again.
    ///
    /// hyper repeats a request that was never written. This one may have been,
    /// but GET is safe to repeat.
    fn is_repeated_after(&self, error: &LinkError) -> bool {
        matches!(error, LinkError::ConnectionLost) && !self.needs_new_connection
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
        // A page may have links to a thousand other hosts. An idle connection to
        // each of them would be a thousand open files.
        let mut this =
            Attempt { failed: 0, needs_new_connection: robots.is_none() };
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
mod tests;
