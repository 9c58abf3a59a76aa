//! What's known about the hosts that requests are sent to: which ones asked to
//! wait, and which ones get no more requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::time::{Instant, sleep_until};

use crate::error::LinkError;

/// A host gets no more requests after this many URLs in a row without a useful
/// response, each of them tried several times.
pub const MAX_FAILURES: usize = 8;
/// A host that answers 429 and asks to wait longer than this gets no more
/// requests. If it's a 503, only this URL gets none.
pub const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The hosts that were tried, by [`host_of`](crate::address::host_of).
#[derive(Debug, Default)]
pub struct Hosts(Mutex<HashMap<String, Host>>);

#[derive(Debug, Default)]
struct Host {
    has_responded: bool,
    /// How many URLs in a row got no useful response.
    failures: usize,
    /// Why it gets no more requests, until a request in flight gets through.
    given_up: Option<LinkError>,
    /// Why it gets no more requests: it asked for a pause that's too long.
    closed: Option<LinkError>,
    /// No request is sent before this.
    pause_end: Option<Instant>,
    /// Once a host has asked to wait, it gets one request at a time.
    turns: Option<Arc<AsyncMutex<()>>>,
}

/// A job's turn at a host that gets one request at a time. It lasts until the
/// job is done, so a job that has waited is next.
pub type Turn = OwnedMutexGuard<()>;

impl Hosts {
    /// Waits until a request to a host may start, and takes its turn if there
    /// are turns.
    ///
    /// # Errors
    ///
    /// When the host gets no more requests.
    pub async fn wait(
        &self,
        host: &str,
        turn: &mut Option<Turn>,
    ) -> Result<(), LinkError> {
        // Every wait may take long enough for something to change.
        loop {
            match self.next_step(host, turn) {
                Step::Send => return Ok(()),
                Step::GiveUp(error) => return Err(error),
                Step::TakeTurn(turns) => *turn = Some(turns.lock_owned().await),
                Step::Pause(end) => sleep_until(end).await,
            }
        }
    }

    /// Whether there's nothing to wait for.
    pub fn is_ready(&self, host: &str, turn: &Option<Turn>) -> bool {
        matches!(self.next_step(host, turn), Step::Send)
    }

    fn next_step(&self, host: &str, turn: &Option<Turn>) -> Step {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(host) = hosts.get(host) else { return Step::Send };
        if let Some(error) = host.closed.as_ref().or(host.given_up.as_ref()) {
            return Step::GiveUp(error.clone());
        }
        if let Some(turns) = host.turns.as_ref().filter(|_| turn.is_none()) {
            return Step::TakeTurn(Arc::clone(turns));
        }
        match host.pause_end {
            Some(end) if end > Instant::now() => Step::Pause(end),
            _ => Step::Send,
        }
    }

    /// Remembers that a host asked to wait. Returns whether it's worth it.
    pub fn pause(&self, host: &str, wait: Duration, error: &LinkError) -> bool {
        self.change(host, |host| {
            host.turns.get_or_insert_default();
            if wait > MAX_PAUSE {
                // A 503 may be about one page, but a 429 is about the client.
                let too_many = StatusCode::TOO_MANY_REQUESTS;
                if matches!(error, LinkError::Status(s, _) if *s == too_many) {
                    host.closed = Some(given_up(error));
                }
                return false;
            }
            host.pause_end = host.pause_end.max(Some(Instant::now() + wait));
            true
        })
    }

    /// Remembers that a host responded.
    pub fn responded(&self, host: &str) {
        self.change(host, |host| {
            host.has_responded = true;
            host.failures = 0;
            host.given_up = None;
        });
    }

    /// Remembers how the last attempt at a URL failed.
    ///
    /// A host that could never be connected to is given up after one URL, and
    /// its other URLs have the same error. If there's a connection, or was one,
    /// the next URL may work, so the host is given up after several of them.
    pub fn failed(&self, host: &str, error: &LinkError) {
        let is_useless =
            error.is_no_response() || error.asks_to_wait().is_some();
        if !is_useless {
            // An error of this machine says nothing about the host.
            if !matches!(error, LinkError::NoConnection(_)) {
                self.responded(host);
            }
            return;
        }
        self.change(host, |host| {
            host.failures += 1;
            if error.is_connect() && !host.has_responded {
                host.given_up.get_or_insert_with(|| error.clone());
            } else if host.failures >= MAX_FAILURES {
                host.given_up.get_or_insert_with(|| given_up(error));
            }
        });
    }

    fn change<T>(&self, host: &str, change: impl FnOnce(&mut Host) -> T) -> T {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(hosts.entry(host.to_owned()).or_default())
    }
}

enum Step {
    Send,
    GiveUp(LinkError),
    TakeTurn(Arc<AsyncMutex<()>>),
    Pause(Instant),
}

fn given_up(error: &LinkError) -> LinkError {
    LinkError::HostGivenUp(Box::new(error.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "a.example:80";

    /// The error of the next URL, without a request.
    fn next_error(hosts: &Hosts) -> Option<LinkError> {
        match hosts.next_step(HOST, &None) {
            Step::GiveUp(error) => Some(error),
            _ => None,
        }
    }

    /// How many URLs fail in this way before the host gets no more requests.
    fn failures_of(hosts: &Hosts, error: &LinkError) -> usize {
        (0..100)
            .take_while(|_| {
                let goes_on = next_error(hosts).is_none();
                if goes_on {
                    hosts.failed(HOST, error);
                }
                goes_on
            })
            .count()
    }

    #[test]
    fn a_host_that_cannot_be_reached_gets_no_request_for_its_other_links() {
        for error in [
            LinkError::Refused,
            LinkError::Unreachable,
            LinkError::NameLookup,
            LinkError::Tls("bad certificate".to_owned()),
        ] {
            let hosts = Hosts::default();
            assert_eq!(failures_of(&hosts, &error), 1, "{error}");
            let next = next_error(&hosts).expect("it is given up");
            assert_eq!(next.to_string(), error.to_string());
        }
    }

    #[test]
    fn a_host_without_a_useful_response_to_several_urls_is_given_up() {
        let too_many = LinkError::Status(StatusCode::TOO_MANY_REQUESTS, None);
        for error in [LinkError::TimedOut, LinkError::ConnectionLost, too_many]
        {
            let hosts = Hosts::default();
            assert_eq!(failures_of(&hosts, &error), MAX_FAILURES, "{error}");
            let next = next_error(&hosts).expect("it is given up");
            let text = "not requested, because other URLs of its host failed: ";
            assert_eq!(next.to_string(), format!("{text}{error}"));
        }
    }

    #[test]
    fn a_host_that_responded_before_gets_more_chances() {
        let hosts = Hosts::default();
        hosts.responded(HOST);
        let refused = failures_of(&hosts, &LinkError::Refused);
        assert_eq!(refused, MAX_FAILURES);
        // A request in flight got through.
        hosts.responded(HOST);
        assert!(next_error(&hosts).is_none());
        // Any response counts, whatever it says.
        let not_found = LinkError::Status(StatusCode::NOT_FOUND, None);
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        let unavailable = LinkError::Status(unavailable, None);
        for response in [
            not_found,
            unavailable,
            LinkError::NotHttp,
            LinkError::HeadTooLarge,
            LinkError::IncompleteBody,
        ] {
            for _ in 1..MAX_FAILURES {
                hosts.failed(HOST, &LinkError::TimedOut);
            }
            assert_eq!(failures_of(&hosts, &response), 100, "{response}");
        }
    }

    #[test]
    fn an_error_of_this_machine_says_nothing_about_a_host() {
        let hosts = Hosts::default();
        for _ in 1..MAX_FAILURES {
            hosts.failed(HOST, &LinkError::TimedOut);
        }
        hosts.failed(HOST, &LinkError::NoConnection("busy".to_owned()));
        assert!(next_error(&hosts).is_none());
        hosts.failed(HOST, &LinkError::TimedOut);
        assert!(next_error(&hosts).is_some());
    }

    #[test]
    fn a_host_that_asks_for_too_long_a_pause_stays_closed() {
        let hosts = Hosts::default();
        let day = Duration::from_secs(86_400);
        let status = StatusCode::SERVICE_UNAVAILABLE;
        let error = LinkError::Status(status, Some(day));
        assert!(!hosts.pause(HOST, day, &error));
        assert!(next_error(&hosts).is_none(), "it may be about one page");
        let status = StatusCode::TOO_MANY_REQUESTS;
        let error = LinkError::Status(status, Some(day));
        assert!(!hosts.pause(HOST, day, &error));
        hosts.failed(HOST, &error);
        // From a request that was in flight.
        hosts.responded(HOST);
        let next = next_error(&hosts);
        assert!(matches!(next, Some(LinkError::HostGivenUp(_))), "{next:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_pause_a_host_gets_one_request_at_a_time() {
        let hosts = Hosts::default();
        let error = LinkError::Status(StatusCode::TOO_MANY_REQUESTS, None);
        let [mut first, mut second] = [None, None];
        let begin = Instant::now();
        let wait = Duration::from_secs(3);
        assert!(hosts.pause(HOST, wait, &error));
        hosts.wait(HOST, &mut first).await.expect("it is open");
        assert_eq!(begin.elapsed(), wait);
        let long = Duration::from_secs(10);
        let waiting = hosts.wait(HOST, &mut second);
        let waited = tokio::time::timeout(long, waiting).await;
        waited.expect_err("the first job has its turn");
        drop(first);
        let begin = Instant::now();
        hosts.wait(HOST, &mut second).await.expect("it is open");
        assert!(second.is_some() && begin.elapsed().is_zero());
        // Other hosts have no turns.
        let mut other = None;
        let waited = hosts.wait("b.example:80", &mut other).await;
        assert!(waited.is_ok() && other.is_none());
    }
}
