//! A running web, as its owner holds it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::Socket;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use wiremock::MockServer;

use super::builder::Builder;
use super::error::StartError;
use crate::record::Record;
use crate::recorder::Recorder;
use crate::server::counts::Counts;
use crate::watchdog::Watchdog;

/// A running web. Dropping it closes its ports and verifies what a test expected of the wiremock server. wiremock verifies
/// with `futures::executor::block_on`, which panics inside another `block_on` of that crate; in Tokio it doesn't.
#[derive(Debug)]
pub struct MockWeb {
    recorder: Recorder,
    seed: u64,
    close: watch::Sender<bool>,
    /// `None` once the thread has been told to stop.
    stop: Option<oneshot::Sender<()>>,
    /// `None` once it has been joined.
    thread: Option<JoinHandle<()>>,
    // Here rather than in the web's thread: the drop of wiremock's server panics if an expectation failed, and
    // must do so in the test's own thread.
    started: Started,
}

/// What the web's thread hands to the web's owner.
#[derive(Debug)]
pub(super) struct Started {
    pub one_port: Option<SocketAddr>,
    pub runtime: Handle,
    /// Names and URLs of the sites.
    pub urls: Vec<(String, String)>,
    pub wiremock: Arc<MockServer>,
    pub counts: Arc<Counts>,
    /// The ports of sites that clients can't reach, held so that no other program can listen there.
    pub _held: Vec<Socket>,
}

impl MockWeb {
    pub(super) fn new(
        recorder: Recorder,
        seed: u64,
        close: watch::Sender<bool>,
        stop: oneshot::Sender<()>,
        thread: JoinHandle<()>,
        started: Started,
    ) -> MockWeb {
        MockWeb { recorder, seed, close, stop: Some(stop), thread: Some(thread), started }
    }

    /// The configuration of a web with three sites ([`presets::tutorial`](crate::presets::tutorial)).
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts a web with three sites ([`presets::tutorial`](crate::presets::tutorial)).
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

    /// The address of a web on one port; `None` if each site has a port of its own.
    pub fn one_port(&self) -> Option<SocketAddr> {
        self.started.one_port
    }

    /// The wiremock server behind the sites, for your own mocks and expectations. It sees a site's name
    /// in the `Host` header: `Mock::given(matchers::header("host", "python.org"))`.
    pub fn wiremock(&self) -> &MockServer {
        &self.started.wiremock
    }

    /// The seed of everything random.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What the server has seen so far.
    pub fn record(&self) -> Record {
        self.recorder.snapshot()
    }

    /// Forgets finished exchanges; those in flight stay. Faults that count requests begin again.
    pub fn reset_record(&self) {
        self.started.counts.reset();
        self.recorder.reset();
    }

    /// Waits until the predicate holds for the record. It has no timeout of its own: [`MockWeb::watchdog`] is for that.
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

    /// Ends the process with a message about everything still in flight, unless the returned value is dropped in time.
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
