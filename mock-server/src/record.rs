//! The record: what the server saw of every exchange. Everything else that it reports comes from here.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;

use crate::printable::printable;

/// The most exchanges that a record keeps. Beyond it, the oldest finished ones are forgotten, so a program that serves for days doesn't
/// grow. Exchanges in flight are never forgotten.
pub const EXCHANGES_KEPT: usize = 20_000;

/// The most memory that finished exchanges take, in bytes, whatever clients send. An exchange with a short path takes about 350 bytes, so
/// a record reaches this limit before [`EXCHANGES_KEPT`] only if there are long paths or many pauses. Exchanges in flight take
/// more memory, up to 6 KB each.
pub const RECORD_BYTES: usize = 16_000_000;

/// How much of a path is kept, in bytes. A longer path is cut off, with `…` at its end.
pub const PATH_KEPT: usize = 1_000;

/// How long a response has to go without a byte for that to count as a pause. Anything shorter would be invisible in a drawing.
pub const PAUSE: Duration = Duration::from_millis(50);

/// The most pauses kept for one exchange, so an endless response doesn't take ever more memory.
pub const PAUSES_KEPT: usize = 100;

/// How an exchange ended, as the server saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It hasn't ended.
    InFlight,
    /// The kernel took the whole response. The client may still not have read it.
    Complete,
    /// The server closed the connection (FIN) before the response was complete.
    Cut,
    /// The server reset the connection (RST) before the response was complete.
    Reset,
    /// The client closed or reset the connection before the response was complete, or broke off the body of its request. The
    /// [crate's documentation](crate#what-the-record-guarantees) says how a client that left is told from one that only closed
    /// its sending half.
    ClientGone,
}

/// One request and its response. All times count from the start of the web.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Counts up from 1, in the order in which the server read the heads of the requests.
    pub id: u64,
    /// The number of the connection that carried it. Exchanges on the same connection have the same number.
    pub connection: u64,
    /// The site's name. It's empty for an address that isn't a site's, such as `/delay/500` or `/fault/hang`.
    pub site: String,
    /// `GET`, `POST` and so on. A method longer than 40 bytes is cut off.
    pub method: String,
    /// Path and query, cut off after [`PATH_KEPT`] bytes. For a site at `/site/NAME`, they begin after the name.
    pub path: String,
    /// When the server accepted the connection. The client may have connected earlier, because the system keeps a queue.
    pub accepted: Duration,
    /// When the server had read the whole head of the request.
    pub request_head: Duration,
    /// When the first byte of the response went onto the wire.
    pub first_byte: Option<Duration>,
    /// When the latest byte of the response went onto the wire.
    pub last_byte: Option<Duration>,
    /// The pauses between two bytes of the response: from when to when, each at least [`PAUSE`] long. Only the first
    /// [`PAUSES_KEPT`] are kept, and everything after them is drawn as one block.
    pub pauses: Vec<(Duration, Duration)>,
    /// When the exchange ended, in any way. `None` as long as it's in flight.
    pub ended: Option<Duration>,
    /// The status of the response. It's `None` until the status is on the wire, and for bytes that aren't HTTP.
    pub status: Option<StatusCode>,
    /// Bytes of the response's body that the kernel took, as they are on the wire: a chunked body includes its chunk headers. The
    /// client may have received fewer, never more.
    pub bytes: u64,
    /// Bytes of the request's body that the server has read, without the framing of chunks. It counts until the exchange ends. The
    /// client may have sent more: the rest waits in the buffers of both systems.
    pub received: u64,
    /// How it ended.
    pub outcome: Outcome,
}

impl Exchange {
    /// The name of the exchange in a timeline: the site, and the path unless it's `/`. It's a single line without control characters,
    /// whatever the client sent as path.
    pub fn label(&self) -> String {
        let label = if self.path == "/" { self.site.clone() } else { format!("{}{}", self.site, self.path) };
        printable(&label).replace('\n', "\u{fffd}")
    }
}

/// What the server has seen since its start or the last reset. [`MockWeb::record`](crate::MockWeb::record) returns a snapshot, and
/// [`MockWeb::wait_until`](crate::MockWeb::wait_until) shows you the current state.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// In the order of their ids.
    pub(crate) exchanges: VecDeque<Arc<Exchange>>,
    pub(crate) in_flight: usize,
    pub(crate) max_in_flight: usize,
    /// Counted, because each `/wait?gone=` looks at it whenever anything changes.
    pub(crate) client_gone: usize,
    pub(crate) open_connections: usize,
    #[cfg(feature = "tls")]
    pub(crate) failed_handshakes: usize,
    /// When this snapshot was taken, since the start of the web.
    pub(crate) taken: Duration,
}

impl Record {
    /// The exchanges in the order of their ids. The oldest may have been forgotten: see [`EXCHANGES_KEPT`] and [`RECORD_BYTES`].
    pub fn exchanges(&self) -> impl ExactSizeIterator<Item = &Exchange> + DoubleEndedIterator {
        self.exchanges.iter().map(Arc::as_ref)
    }

    /// The requests that have arrived and whose exchange hasn't ended.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The most requests that were in flight at any one time. It also counts exchanges that have been forgotten since.
    pub fn max_in_flight(&self) -> usize {
        self.max_in_flight
    }

    /// How many connections carried the exchanges in this record.
    pub fn connections(&self) -> usize {
        self.exchanges.iter().map(|exchange| exchange.connection).collect::<BTreeSet<_>>().len()
    }

    /// How many connections are open, including idle ones.
    pub fn open_connections(&self) -> usize {
        self.open_connections
    }

    /// How many connections ended before they could carry a request, because the client and an https port didn't agree on TLS. The server
    /// notices it a moment later than the client.
    #[cfg(feature = "tls")]
    pub fn failed_handshakes(&self) -> usize {
        self.failed_handshakes
    }

    /// How many of the exchanges in this record have this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.exchanges.iter().filter(|exchange| exchange.outcome == outcome).count()
    }

    /// How many exchanges ended because the client left: [`Outcome::ClientGone`].
    pub fn client_gone(&self) -> usize {
        self.client_gone
    }

    /// How many of the exchanges in this record were requests to this site.
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
            status: None,
            bytes: 0,
            received: 0,
            outcome: Outcome::InFlight,
        };
        assert_eq!(exchange.label(), "a.example/\u{fffd}31m\u{fffd}\u{fffd}\u{fffd}");
    }
}
