//! The record: what the server saw of every exchange, from which everything else is told.
//!
//! It is written while the socket is written (see `wire.rs`), on the web's one thread. So whoever has read
//! the last byte of an answer finds that answer complete in the record, and the next request of the same
//! client is never counted beside it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

/// Exchanges kept. Above it the oldest that are over are forgotten, so that a program that serves for days does not
/// grow: at about 300 bytes each this is 6 MB, and up to 3 KB more for an answer that keeps pausing.
pub const EXCHANGES_KEPT: usize = 20_000;

/// A time without a byte is a pause of the answer from here on; what is shorter cannot be seen in a drawing.
pub const PAUSE: Duration = Duration::from_millis(50);

/// Pauses kept of an exchange, so that an answer without end does not grow.
pub const PAUSES_KEPT: usize = 100;

/// How an exchange ended, as the server saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not over yet.
    InFlight,
    /// All of the answer went onto the wire.
    Complete,
    /// The server closed the connection in an orderly way (FIN) before the answer was whole.
    Cut,
    /// The server reset the connection (RST).
    Reset,
    /// The client closed the connection before the answer was whole.
    ClientGone,
}

/// One request and what became of its answer. All times count from the start of the web.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Counts up from 1 in the order in which request heads arrived.
    pub id: u64,
    /// The connection that carried it; exchanges that share one have the same number.
    pub connection: u64,
    /// The site asked, or an empty string for what belongs to no site (`/delay/500`).
    pub site: String,
    /// `GET`, `POST` and so on.
    pub method: String,
    /// Path and query as asked of the site.
    pub path: String,
    /// When its connection was accepted.
    pub accepted: Duration,
    /// When the whole head of the request had arrived.
    pub request_head: Duration,
    /// When the first byte of the answer went onto the wire.
    pub first_byte: Option<Duration>,
    /// When the last byte so far of the answer went onto the wire.
    pub last_byte: Option<Duration>,
    /// The times within the answer in which no byte went onto the wire: from and to, each at least [`PAUSE`] long. No
    /// more than [`PAUSES_KEPT`]; what comes after is drawn as one block.
    pub pauses: Vec<(Duration, Duration)>,
    /// When the exchange was over, in whichever way.
    pub ended: Option<Duration>,
    /// Bytes of the answer's body that the kernel took. The client may have got fewer, never more.
    pub bytes: u64,
    /// How it ended.
    pub outcome: Outcome,
}

impl Exchange {
    /// What a timeline calls it: the site, with the path unless that is `/`. Control characters that a client put into
    /// the path do not reach a terminal.
    pub fn label(&self) -> String {
        let label = if self.path == "/" { self.site.clone() } else { format!("{}{}", self.site, self.path) };
        label.replace(char::is_control, "\u{fffd}")
    }
}

/// What the server has seen since its start or since the last reset: a snapshot, or, in
/// [`MockWeb::wait_until`](crate::MockWeb::wait_until), the record as it stands.
#[derive(Clone, Debug, Default)]
pub struct Record {
    exchanges: VecDeque<Exchange>,
    in_flight: usize,
    max_in_flight: usize,
    open_connections: usize,
    last_id: u64,
    last_connection: u64,
    /// When this snapshot was taken, since the start of the web.
    taken: Duration,
    /// Who is told of each exchange that is over; a snapshot tells nobody.
    log: Option<mpsc::Sender<Exchange>>,
}

impl Record {
    /// The exchanges in the order in which their requests arrived: the last [`EXCHANGES_KEPT`] of them.
    pub fn exchanges(&self) -> impl ExactSizeIterator<Item = &Exchange> + DoubleEndedIterator {
        self.exchanges.iter()
    }

    /// Requests that have arrived and whose answer is neither whole nor broken off.
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

    /// Connections open now, idle ones included.
    pub fn open_connections(&self) -> usize {
        self.open_connections
    }

    /// How many exchanges ended so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.exchanges.iter().filter(|exchange| exchange.outcome == outcome).count()
    }

    /// How many answers the client did not wait for.
    pub fn client_gone(&self) -> usize {
        self.count(Outcome::ClientGone)
    }

    /// How many requests a site got.
    pub fn requests(&self, site: &str) -> usize {
        self.exchanges.iter().filter(|exchange| exchange.site == site).count()
    }

    /// When the snapshot was taken: what is in flight was so until then.
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
        Record { exchanges: exchanges.into_iter().collect(), max_in_flight, taken, ..Record::default() }
    }

    /// `None` once it is forgotten. Ids are given in order, mostly without gaps: a look from the end finds what is recent.
    fn exchange(&mut self, id: u64) -> Option<&mut Exchange> {
        let from_end = usize::try_from(self.last_id.checked_sub(id)?).ok()?;
        let guess = self.exchanges.len().checked_sub(from_end + 1);
        let index = match guess {
            Some(guess) if self.exchanges[guess].id == id => guess,
            _ => self.exchanges.binary_search_by_key(&id, |exchange| exchange.id).ok()?,
        };
        self.exchanges.get_mut(index)
    }
}

/// The handle by which the web's parts write the record and its owner reads it.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    record: Arc<watch::Sender<Record>>,
    started: Instant,
}

/// The head of a request, as the record keeps it.
pub(crate) struct RequestHead {
    pub site: String,
    pub method: String,
    pub path: String,
}

impl Recorder {
    pub fn new(log: Option<mpsc::Sender<Exchange>>) -> Recorder {
        let record = Record { log, ..Record::default() };
        Recorder { record: Arc::new(watch::Sender::new(record)), started: Instant::now() }
    }

    /// Time since the web started.
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    pub fn snapshot(&self) -> Record {
        let record = self.record.borrow().clone();
        Record { taken: self.now(), log: None, ..record }
    }

    pub async fn wait_until(&self, predicate: impl FnMut(&Record) -> bool) {
        // The sender lives in `self`, so the channel cannot be closed while this waits.
        let _ = self.record.subscribe().wait_for(predicate).await;
    }

    /// Forgets what is over; what is still in flight stays, and counts.
    pub fn reset(&self) {
        self.record.send_modify(|record| {
            record.exchanges.retain(|exchange| exchange.outcome == Outcome::InFlight);
            record.max_in_flight = record.in_flight;
        });
    }

    pub fn connection_opened(&self) -> u64 {
        let mut id = 0;
        self.record.send_modify(|record| {
            record.last_connection += 1;
            record.open_connections += 1;
            id = record.last_connection;
        });
        id
    }

    pub fn connection_closed(&self) {
        self.record.send_modify(|record| record.open_connections -= 1);
    }

    pub fn begin(&self, connection: u64, accepted: Duration, head: RequestHead) -> u64 {
        let request_head = self.now();
        let mut id = 0;
        self.record.send_modify(|record| {
            if record.exchanges.len() >= EXCHANGES_KEPT {
                record.forget_one();
            }
            record.last_id += 1;
            id = record.last_id;
            record.exchanges.push_back(Exchange {
                id,
                connection,
                site: head.site,
                method: head.method,
                path: head.path,
                accepted,
                request_head,
                first_byte: None,
                last_byte: None,
                pauses: Vec::new(),
                ended: None,
                bytes: 0,
                outcome: Outcome::InFlight,
            });
            record.in_flight += 1;
            record.max_in_flight = record.max_in_flight.max(record.in_flight);
        });
        id
    }

    pub fn end(&self, id: u64, outcome: Outcome) {
        self.record.send_modify(|record| record.end(id, outcome, self.now()));
    }

    /// Runs `write`, which writes to a socket and tells the record what went out, with the record locked:
    /// a client that has the bytes cannot look at a record that does not.
    pub fn while_locked<T>(&self, write: impl FnOnce(&mut Record, Duration) -> T) -> T {
        let now = self.now();
        let mut write = Some(write);
        let mut result = None;
        self.record.send_modify(|record| result = write.take().map(|write| write(record, now)));
        result.expect("send_modify runs its closure once")
    }
}

impl Record {
    /// Forgets the oldest exchange that is over.
    fn forget_one(&mut self) {
        let over = self.exchanges.iter().position(|exchange| exchange.outcome != Outcome::InFlight);
        if let Some(index) = over {
            self.exchanges.remove(index);
        }
    }

    /// `bytes` of the body, perhaps none, went onto the wire.
    pub(crate) fn wrote(&mut self, id: u64, bytes: u64, now: Duration) {
        if let Some(exchange) = self.exchange(id) {
            exchange.first_byte.get_or_insert(now);
            if let Some(last) = exchange.last_byte
                && now.saturating_sub(last) >= PAUSE
                && exchange.pauses.len() < PAUSES_KEPT
            {
                exchange.pauses.push((last, now));
            }
            exchange.last_byte = Some(now);
            exchange.bytes += bytes;
        }
    }

    /// The first end counts: an exchange that was cut is not, a moment later, one whose client has gone.
    pub(crate) fn end(&mut self, id: u64, outcome: Outcome, now: Duration) {
        let is_logged = self.log.is_some();
        if let Some(exchange) = self.exchange(id)
            && exchange.outcome == Outcome::InFlight
        {
            exchange.outcome = outcome;
            exchange.ended = Some(now);
            let over = is_logged.then(|| exchange.clone());
            self.in_flight -= 1;
            if let Some((log, over)) = self.log.as_ref().zip(over) {
                // Who does not read fast enough is not waited for.
                let _ = log.try_send(over);
            }
        }
    }
}

impl Recorder {
    /// A line for each exchange in flight: how a watchdog tells where things hang.
    pub fn in_flight_now(&self) -> Vec<String> {
        let now = self.now();
        let record = self.record.borrow();
        let in_flight = record.exchanges().filter(|exchange| exchange.outcome == Outcome::InFlight);
        let line = |exchange: &Exchange| {
            let Exchange { id, connection, method, bytes, request_head, .. } = exchange;
            let seconds = now.saturating_sub(*request_head).as_secs_f64();
            format!(
                "{method} {}: for {seconds:.1} s, {bytes} bytes of the body sent (exchange {id}, connection {connection})",
                exchange.label()
            )
        };
        in_flight.map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_has_no_control_characters() {
        let recorder = Recorder::new(None);
        let path = "/\u{9b}31m\x07".to_owned();
        recorder.begin(
            1,
            Duration::ZERO,
            RequestHead { site: "a.example".to_owned(), method: "GET".to_owned(), path },
        );
        let labels: Vec<_> = recorder.snapshot().exchanges().map(Exchange::label).collect();
        assert_eq!(labels, ["a.example/\u{fffd}31m\u{fffd}"]);
    }

    #[test]
    fn a_time_without_a_byte_is_a_pause_if_it_is_long_and_so_many_are_kept() {
        let recorder = Recorder::new(None);
        let head =
            RequestHead { site: "a.example".to_owned(), method: "GET".to_owned(), path: "/".to_owned() };
        let id = recorder.begin(1, Duration::ZERO, head);
        let at = |milliseconds| Duration::from_millis(milliseconds);
        let wrote = |milliseconds| {
            recorder.while_locked(|record, _| record.wrote(id, 1, at(milliseconds)));
        };
        for milliseconds in [10, 20, 120, 169, 219] {
            wrote(milliseconds);
        }
        let pauses = || recorder.snapshot().exchanges().next().map(|exchange| exchange.pauses.clone());
        assert_eq!(pauses(), Some(vec![(at(20), at(120)), (at(169), at(219))]));
        (1..200).for_each(|second| wrote(second * 1_000));
        assert_eq!(pauses().map(|pauses| pauses.len()), Some(PAUSES_KEPT));
    }

    #[test]
    fn the_record_keeps_so_many_and_what_is_in_flight_whatever_its_age() {
        let recorder = Recorder::new(None);
        let head =
            || RequestHead { site: "a.example".to_owned(), method: "GET".to_owned(), path: "/".to_owned() };
        let hanging = recorder.begin(1, Duration::ZERO, head());
        for _ in 0..EXCHANGES_KEPT + 100 {
            let id = recorder.begin(1, Duration::ZERO, head());
            recorder.end(id, Outcome::Complete);
        }
        let record = recorder.snapshot();
        assert_eq!(record.exchanges().len(), EXCHANGES_KEPT);
        assert_eq!(record.exchanges().next().map(|exchange| exchange.id), Some(hanging));
        assert_eq!((record.in_flight(), record.max_in_flight()), (1, 2));
    }
}
