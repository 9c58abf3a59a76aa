//! A running web, as its owner holds it.

use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use wiremock::MockServer;

use crate::builder::{Builder, StartError};
use crate::record::{Record, Recorder};
use crate::start::Started;
use crate::watchdog::Watchdog;

/// A running web. Dropping it closes its ports and verifies what a test expected of the wiremock server. wiremock verifies
/// with `futures::executor::block_on`, which panics inside another `block_on` of that crate; in Tokio it does not.
#[derive(Debug)]
pub struct MockWeb {
    pub(crate) recorder: Recorder,
    pub(crate) seed: u64,
    pub(crate) close: watch::Sender<bool>,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) thread: Option<JoinHandle<()>>,
    // Here rather than in the web's thread: the drop of wiremock's server panics where an expectation failed, and
    // must do so in the test's own thread.
    pub(crate) started: Started,
}

impl MockWeb {
    /// A web with three sites ([`Site::tutorial`](crate::Site::tutorial)), for a start.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts a web with three sites ([`Site::tutorial`](crate::Site::tutorial)).
    ///
    /// # Errors
    ///
    /// As [`Builder::start`].
    pub fn start() -> Result<MockWeb, StartError> {
        MockWeb::builder().start()
    }

    /// Names and URLs of the sites, in their order.
    pub fn sites(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.started.urls.iter().map(|(name, url)| (name.as_str(), url.as_str()))
    }

    /// The URL of a site's page.
    ///
    /// # Panics
    ///
    /// If there is no such site.
    pub fn url(&self, site: &str) -> &str {
        match self.started.urls.iter().find(|(name, _)| name == site) {
            Some((_, url)) => url,
            None => panic!("no site is called `{site}`"),
        }
    }

    /// The address of a web on one port; `None` where each site has a port of its own.
    pub fn one_port(&self) -> Option<SocketAddr> {
        self.started.one_port
    }

    /// The wiremock server behind the front, for mocks and expectations of one's own. It sees a site's name
    /// in the `Host` header: `Mock::given(matchers::header("host", "python.org"))`.
    pub fn wiremock(&self) -> &MockServer {
        &self.started.wiremock
    }

    /// What everything random is drawn from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What the server has seen so far.
    pub fn record(&self) -> Record {
        self.recorder.snapshot()
    }

    /// Forgets what is over; what is in flight stays. Faults that count requests begin again.
    pub fn reset_record(&self) {
        self.started.counts.reset();
        self.recorder.reset();
    }

    /// Waits until the record is so. It has no time limit of its own: [`MockWeb::watchdog`] is for that.
    ///
    /// The predicate runs with the record locked: a slow one holds up the web, and one that calls back into this web
    /// ([`MockWeb::record`]) may wait for ever.
    pub async fn wait_until(&self, predicate: impl FnMut(&Record) -> bool) {
        self.recorder.wait_until(predicate).await;
    }

    /// Waits until nothing is in flight, for at most `limit`. The server notices a moment later that a client has left,
    /// so wait before you read the record of a request that was cancelled.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime, because it uses Tokio's timer.
    pub async fn settle(&self, limit: Duration) {
        let idle = self.recorder.wait_until(|record| record.in_flight() == 0);
        // When the limit passes, the record shows what is still in flight.
        let _ = tokio::time::timeout(limit, idle).await;
    }

    /// [`settle`](MockWeb::settle) for a program without a runtime of its own.
    ///
    /// # Panics
    ///
    /// When it's called from async code.
    pub fn blocking_settle(&self, limit: Duration) {
        self.started.runtime.block_on(self.settle(limit));
    }

    /// Accepts no more connections, then waits as [`settle`](MockWeb::settle) does.
    pub async fn drain(&self, limit: Duration) {
        self.close.send_replace(true);
        self.settle(limit).await;
    }

    /// Ends the process with a word on what was still in flight, unless what it returns is dropped in time.
    #[must_use = "it watches until it is dropped"]
    pub fn watchdog(&self, limit: Duration) -> Watchdog {
        let recorder = self.recorder.clone();
        Watchdog::start(limit, move || recorder.in_flight_now())
    }
}

impl Drop for MockWeb {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // The thread waits for nothing else, so it can only be there.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !thread::panicking()
        {
            panic!("the mock web's thread panicked; what it printed is above");
        }
    }
}
