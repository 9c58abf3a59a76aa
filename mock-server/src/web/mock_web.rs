//! A running web as its owner holds it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures::FutureExt;
use socket2::Socket;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::coop::unconstrained;
use wiremock::MockServer;

use super::builder::Builder;
use super::error::StartError;
use super::watch::Watch;
use crate::record::Record;
use crate::recorder::Recorder;
use crate::server::counts::Counts;
use crate::server::port::Port;
use crate::server::work::Counted;
#[cfg(feature = "tls")]
use crate::tls::{Tls, authority::Authority};
use crate::watch::hub::Report;
use crate::watchdog::Watchdog;

/// A running web. It serves from a thread of its own until it's dropped.
///
/// Dropping it closes its ports and its connections. It also verifies the expectations of mocks on the
/// [wiremock server](MockWeb::wiremock), and panics if one isn't met. Don't drop it inside `futures::executor::block_on`: wiremock
/// uses the same function to verify, and it panics if it's nested. Inside a Tokio runtime it works.
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
    /// The names of sites that have ports of their own, and the ports.
    pub ports: Vec<(String, Arc<Port>)>,
    /// `None` once the web is dropped.
    pub wiremock: Option<Arc<MockServer>>,
    pub counts: Arc<Counts>,
    /// The live page, and the run that this web is on it.
    pub watch: Option<(Watch, u64)>,
    /// It signs the certificates of https ports.
    #[cfg(feature = "tls")]
    pub authority: Authority,
    /// The URLs of the https ports of a web on one port.
    #[cfg(feature = "tls")]
    pub https_urls: Vec<(Tls, String)>,
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

    /// Returns a builder, with which you choose the sites, their faults and more.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Starts a web with the three sites of [`presets::tutorial`](crate::presets::tutorial).
    ///
    /// # Errors
    ///
    /// The same as for [`Builder::start`].
    pub fn start() -> Result<MockWeb, StartError> {
        MockWeb::builder().start()
    }

    /// The names and URLs of the sites, in the order in which they were given.
    pub fn sites(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.started.urls.iter().map(|(name, url)| (name.as_str(), url.as_str()))
    }

    /// The URL of a site's page.
    ///
    /// # Panics
    ///
    /// If there's no site of this name.
    pub fn url(&self, site: &str) -> &str {
        match self.started.urls.iter().find(|(name, _)| name == site) {
            Some((_, url)) => url,
            None => panic!("no site is called `{site}`"),
        }
    }

    /// The address, if all sites share one port. `None` if each site has a port of its own.
    pub fn one_port(&self) -> Option<SocketAddr> {
        self.started.one_port
    }

    /// The certificate of the web's authority, as PEM. The authority is made when the web starts, and it signs the certificates of
    /// all https ports. A client that trusts it accepts those that have nothing wrong.
    #[cfg(feature = "tls")]
    pub fn ca_pem(&self) -> String {
        self.started.authority.pem()
    }

    /// The certificate of the web's authority, as DER.
    #[cfg(feature = "tls")]
    pub fn ca_der(&self) -> &[u8] {
        self.started.authority.der()
    }

    /// The URL of the https port for this case, if all sites share one port. It has the same paths as the one port.
    ///
    /// # Panics
    ///
    /// If the web was started without [`Builder::https_ports`] or not on one port.
    #[cfg(feature = "tls")]
    pub fn https_url(&self, case: Tls) -> &str {
        match self.started.https_urls.iter().find(|(other, _)| *other == case) {
            Some((_, url)) => url,
            None => panic!("the web has no https ports"),
        }
    }

    /// The wiremock server behind the sites, for your own mocks and expectations. Mocks come before the site's own resources, unless you
    /// give them a priority of 100 or more. The server sees the site's name in the `Host` header, so match it with
    /// `Mock::given(matchers::header("host", "python.org"))`.
    pub fn wiremock(&self) -> &MockServer {
        self.started.wiremock.as_deref().expect("it's there until the drop")
    }

    /// The seed for faults that use random numbers and have no seed of their own.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// A snapshot of what the server has seen so far.
    pub fn record(&self) -> Record {
        self.recorder.snapshot()
    }

    /// How often work was asked for and done under this key of [`Fault::LostAnswer`](crate::Fault::LostAnswer), since the start or the last reset
    /// of the record. The record has every request; this has how many of them were work.
    pub fn counted(&self, key: &str) -> Counted {
        self.started.counts.work.counted(key)
    }

    /// Forgets the finished exchanges, and keeps those in flight. Faults that count requests begin again. A gate of the
    /// [builder](Builder::gate) stays as it is.
    pub fn reset_record(&self) {
        self.started.counts.reset();
        self.recorder.reset();
    }

    /// Forgets the finished exchanges as [`reset_record`](MockWeb::reset_record) does. On the [live page](Watch), if there's one, what
    /// the web has seen so far stays as a finished run with this title.
    pub fn next_run(&self, title: &str) {
        match &self.started.watch {
            Some((watch, run)) => {
                self.started.counts.reset();
                watch.hub().next(*run, title);
            }
            None => self.reset_record(),
        }
    }

    /// Shows on the [live page](Watch), beside the picture of the current run, what a test expected and what it saw: `Ok` if it has
    /// passed, or the words of its failure. Without a live page this does nothing.
    pub fn report(&self, expected: &str, seen: Result<(), &str>) {
        if let Some((watch, run)) = &self.started.watch {
            watch.hub().report(*run, Report::new(expected, seen.err()));
        }
    }

    /// Waits until the predicate returns true for the record. It has no timeout of its own, so use [`MockWeb::watchdog`], too.
    ///
    /// The predicate runs while the record is locked. A slow predicate holds up the web, and one that calls a method of this web, such
    /// as [`MockWeb::record`], may wait forever.
    pub async fn wait_until(&self, predicate: impl FnMut(&Record) -> bool) {
        self.recorder.wait_until(predicate).await;
    }

    /// Waits until nothing is in flight, for at most `limit`. The server notices a moment later that a client has left, so wait before
    /// you look at the record of a request that was cancelled.
    ///
    /// # Panics
    ///
    /// If it's called outside a Tokio runtime, because it uses Tokio's timer.
    pub async fn settle(&self, limit: Duration) {
        let idle = self.recorder.wait_until(|record| record.in_flight() == 0);
        // When the limit passes, the record shows what is still in flight.
        let _ = tokio::time::timeout(limit, idle).await;
    }

    /// Does the same as [`settle`](MockWeb::settle), for programs that aren't async.
    ///
    /// # Panics
    ///
    /// If it's called from async code.
    pub fn blocking_settle(&self, limit: Duration) {
        self.started.runtime.block_on(self.settle(limit));
    }

    /// Takes a site down: its connections are closed, and its port refuses new ones until [`bring_up`](MockWeb::bring_up). When this
    /// returns, it's done. Requests in flight end as [`Outcome::Cut`](crate::Outcome::Cut). The port stays reserved for the site.
    ///
    /// # Panics
    ///
    /// If no site of this name has a port of its own that's open: a site on [one port](Builder::on_one_port) doesn't, and neither does
    /// one with the fault `refused` or `connect-hang`.
    pub async fn take_down(&self, site: &str) {
        self.port(site).take_down(None).await;
    }

    /// Does the same as [`take_down`](MockWeb::take_down), and brings the site up again after `time`.
    ///
    /// # Panics
    ///
    /// The same as for [`take_down`](MockWeb::take_down).
    pub async fn take_down_for(&self, site: &str, time: Duration) {
        self.port(site).take_down(Some(time)).await;
    }

    /// Brings a site up again that was [taken down](MockWeb::take_down). When this returns, its port takes connections.
    ///
    /// # Panics
    ///
    /// The same as for [`take_down`](MockWeb::take_down).
    pub async fn bring_up(&self, site: &str) {
        self.port(site).bring_up().await;
    }

    fn port(&self, site: &str) -> &Port {
        match self.started.ports.iter().find(|(name, _)| name == site) {
            Some((_, port)) => port,
            None => panic!("no site called `{site}` has a port that can be taken down"),
        }
    }

    /// Stops accepting connections, and then waits until every response is on the wire, for at most `limit`.
    ///
    /// # Panics
    ///
    /// If it's called outside a Tokio runtime, because it uses Tokio's timer.
    pub async fn drain(&self, limit: Duration) {
        self.close.send_replace(true);
        // When the limit passes, the rest is cut off.
        let _ = tokio::time::timeout(limit, self.recorder.wait_until_idle()).await;
    }

    /// Starts a watchdog. Unless you drop it within `limit`, it ends the process with status 1 and a message about the requests in flight.
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
        let joined = self.thread.take().map(JoinHandle::join);
        // Now its exchanges have ended.
        if let Some((watch, run)) = &self.started.watch {
            watch.hub().end(*run);
        }
        if joined.is_some_and(|joined| joined.is_err()) && !thread::panicking() {
            panic!("the mock web's thread panicked; what it printed is above");
        }
        // It waits for a lock of Tokio's. In a task that has used up its turn, such a lock is free only after the task has given
        // way, and a drop can't.
        let wiremock = self.started.wiremock.take();
        unconstrained(async { drop(wiremock) }).now_or_never();
    }
}
