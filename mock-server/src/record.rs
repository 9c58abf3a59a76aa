//! The record: what the server saw of every exchange. Everything else it reports comes from here.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::printable::printable;

/// The number of exchanges kept. Beyond it the oldest finished ones are forgotten, so that a program that serves for days doesn't grow.
pub const EXCHANGES_KEPT: usize = 20_000;

/// The memory for finished exchanges, in bytes, whatever clients send. An exchange with a short path takes about 400 bytes, so
/// paths or pauses have to be long before this limit comes before [`EXCHANGES_KEPT`]. Exchanges in flight come on top, at
/// most 5 KB each.
pub const RECORD_BYTES: usize = 16_000_000;

/// The part of a path that's kept, in bytes. A longer path ends in `…`.
pub const PATH_KEPT: usize = 1_000;

/// A time without a byte counts as a pause of the response from this length on. Anything shorter can't be seen in a drawing.
pub const PAUSE: Duration = Duration::from_millis(50);

/// The number of pauses kept of an exchange, so that a response without an end doesn't grow.
pub const PAUSES_KEPT: usize = 100;

/// How an exchange ended, as the server saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It hasn't ended.
    InFlight,
    /// The whole response went onto the wire.
    Complete,
    /// The server closed the connection (FIN) before the response was complete.
    Cut,
    /// The server reset the connection (RST).
    Reset,
    /// The client closed the connection before the response was complete.
    ClientGone,
}

/// One request and what became of its response. All times count from the start of the web.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Counts up from 1, in the order in which the heads of requests arrived.
    pub id: u64,
    /// The connection that carried it. Exchanges that share a connection have the same number.
    pub connection: u64,
    /// The site, or an empty string for an address that belongs to no site (`/delay/500`).
    pub site: String,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Path and query as the site sees them, cut off after [`PATH_KEPT`] bytes.
    pub path: String,
    /// When its connection was accepted.
    pub accepted: Duration,
    /// When the whole head of the request had arrived.
    pub request_head: Duration,
    /// When the first byte of the response went onto the wire.
    pub first_byte: Option<Duration>,
    /// When the last byte so far of the response went onto the wire.
    pub last_byte: Option<Duration>,
    /// The times within the response without a byte on the wire: from and to, each at least [`PAUSE`] long. At most
    /// [`PAUSES_KEPT`]; everything after them is drawn as one block.
    pub pauses: Vec<(Duration, Duration)>,
    /// When the exchange ended, in whichever way.
    pub ended: Option<Duration>,
    /// Bytes of the response's body that the kernel took. The client may have received fewer, never more.
    pub bytes: u64,
    /// How it ended.
    pub outcome: Outcome,
}

impl Exchange {
    /// The name of the exchange in a timeline: the site, with the path unless that is `/`. It's one line without anything that a
    /// terminal would obey, whatever a client put into the path.
    pub fn label(&self) -> String {
        let label = if self.path == "/" { self.site.clone() } else { format!("{}{}", self.site, self.path) };
        printable(&label).replace('\n', "\u{fffd}")
    }
}

/// What the server has seen since its start or since the last reset: a snapshot, or, in
/// [`MockWeb::wait_until`](crate::MockWeb::wait_until), the current state.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// In the order of their ids.
    pub(crate) exchanges: VecDeque<Arc<Exchange>>,
    pub(crate) in_flight: usize,
    pub(crate) max_in_flight: usize,
    pub(crate) open_connections: usize,
    /// When this snapshot was taken, since the start of the web.
    pub(crate) taken: Duration,
}

impl Record {
    /// The exchanges in the order in which their requests arrived. The oldest may be forgotten; see [`EXCHANGES_KEPT`] and
    /// [`RECORD_BYTES`].
    pub fn exchanges(&self) -> impl ExactSizeIterator<Item = &Exchange> + DoubleEndedIterator {
        self.exchanges.iter().map(Arc::as_ref)
    }

    /// Requests that have arrived and whose response is neither complete nor broken off.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The most that were in flight at any one time.
    pub fn max_in_flight(&self) -> usize {
        self.max_in_flight
    }

    /// How many connections carried the exchanges.
    pub fn connections(&self) -> usize {
        self.exchanges.iter().map(|exchange| exchange.connection).collect::<BTreeSet<_>>().len()
    }

    /// Connections open now, including idle ones.
    pub fn open_connections(&self) -> usize {
        self.open_connections
    }

    /// How many exchanges ended this way.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.exchanges.iter().filter(|exchange| exchange.outcome == outcome).count()
    }

    /// How many responses the client didn't wait for.
    pub fn client_gone(&self) -> usize {
        self.count(Outcome::ClientGone)
    }

    /// How many requests a site got.
    pub fn requests(&self, site: &str) -> usize {
        self.exchanges.iter().filter(|exchange| exchange.site == site).count()
    }

    /// When the snapshot was taken: an exchange in flight was in flight until then.
    pub(crate) fn taken(&self) -> Duration {
        self.taken
    }

    /// A record of these exchanges, for drawing them.
    #[cfg(test)]
    pub(crate) fn of(
        exchanges: impl IntoIterator<Item = Exchange>,
        max_in_flight: usize,
        taken: Duration,
    ) -> Record {
        let exchanges = exchanges.into_iter().map(Arc::new).collect();
        Record { exchanges, max_in_flight, taken, ..Record::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_line_without_control_characters() {
        let exchange = Exchange {
            id: 1,
            connection: 1,
            site: "a.example".to_owned(),
            method: "GET".to_owned(),
            path: "/\u{9b}31m\x07\n\u{202e}".to_owned(),
            accepted: Duration::ZERO,
            request_head: Duration::ZERO,
            first_byte: None,
            last_byte: None,
            pauses: Vec::new(),
            ended: None,
            bytes: 0,
            outcome: Outcome::InFlight,
        };
        assert_eq!(exchange.label(), "a.example/\u{fffd}31m\u{fffd}\u{fffd}\u{fffd}");
    }
}
