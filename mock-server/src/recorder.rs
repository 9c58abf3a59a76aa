//! The live record, and the handle through which it's written and read.
//!
//! It's written while the socket is written (see `wire`), on the web's one thread. So a client that has read the last byte of
//! a response finds that response complete in the record, and its next request is never counted beside it.

use std::mem::size_of;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hyper::StatusCode;
use tokio::sync::{Notify, mpsc};

use crate::followers::{Changed, Changes, Followers};
use crate::record::{EXCHANGES_KEPT, Exchange, Outcome, PATH_KEPT, PAUSE, PAUSES_KEPT, RECORD_BYTES, Record};

/// The part of a method that's kept, in bytes. A client may make one up.
const METHOD_KEPT: usize = 40;

/// The handle through which the parts of a web write the record and its owner reads it.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    shared: Arc<Shared>,
    started: Instant,
}

#[derive(Debug)]
struct Shared {
    live: Mutex<Live>,
    /// Notified after each change.
    changed: Notify,
    /// Where finished exchanges go.
    log: Option<mpsc::Sender<Exchange>>,
}

/// The record as it's being written.
#[derive(Debug, Default)]
pub(crate) struct Live {
    record: Record,
    last_id: u64,
    last_connection: u64,
    /// Responses owed, also those to requests about the web, which aren't in the record.
    owed: usize,
    /// The memory of the finished exchanges.
    bytes: usize,
    /// Exchanges that ended since the log was last written.
    unlogged: Vec<Arc<Exchange>>,
    is_logged: bool,
    followers: Followers,
}

/// The head of a request, as the record keeps it.
pub(crate) struct RequestHead {
    pub site: String,
    pub method: String,
    pub path: String,
}

impl Recorder {
    pub fn new(log: Option<mpsc::Sender<Exchange>>) -> Recorder {
        let live = Live { is_logged: log.is_some(), ..Live::default() };
        let shared = Shared { live: Mutex::new(live), changed: Notify::new(), log };
        Recorder { shared: Arc::new(shared), started: Instant::now() }
    }

    /// Time since the web started.
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// A copy that shares the exchanges, so it takes a moment even if there are many.
    pub fn snapshot(&self) -> Record {
        let record = self.live().record.clone();
        Record { taken: self.now(), ..record }
    }

    pub async fn wait_until(&self, mut predicate: impl FnMut(&Record) -> bool) {
        self.wait_for(|live| predicate(&live.record)).await;
    }

    async fn wait_for(&self, mut predicate: impl FnMut(&Live) -> bool) {
        loop {
            let mut changed = pin!(self.shared.changed.notified());
            // Registered before the look, so that no change falls between the two.
            changed.as_mut().enable();
            if predicate(&self.live()) {
                return;
            }
            changed.await;
        }
    }

    /// Forgets finished exchanges. Those in flight stay, and count.
    pub fn reset(&self) {
        self.change(|live, _| live.reset());
    }

    /// Does the same, and returns the record as it was before.
    pub fn take(&self) -> Record {
        self.change(|live, now| {
            let record = Record { taken: now, ..live.record.clone() };
            live.reset();
            record
        })
    }

    /// From now on there's a note of everything that changes, for this follower, and it's woken.
    pub fn follow(&self, follower: u64, wake: Arc<Notify>) {
        self.live().followers.add(follower, wake);
    }

    pub fn unfollow(&self, follower: u64) {
        self.live().followers.remove(follower);
    }

    /// What has changed since this follower's last look.
    pub fn changes(&self, follower: u64) -> Changes {
        let mut live = self.live();
        let Some(changed) = live.followers.take(follower) else { return Changes::default() };
        let record = &live.record;
        let counts = Changes {
            in_flight: record.in_flight,
            max_in_flight: record.max_in_flight,
            now: self.started.elapsed(),
            ..Changes::default()
        };
        match changed {
            Changed::All => {
                Changes { is_all: true, exchanges: record.exchanges.iter().cloned().collect(), ..counts }
            }
            Changed::Some { changed, forgotten } => {
                let exchanges = changed.into_iter().filter_map(|id| live.index(id));
                let exchanges = exchanges.map(|index| Arc::clone(&record.exchanges[index])).collect();
                Changes { exchanges, forgotten: forgotten.into_iter().collect(), ..counts }
            }
        }
    }

    pub fn connection_opened(&self) -> u64 {
        self.change(|live, _| {
            live.last_connection += 1;
            live.record.open_connections += 1;
            live.last_connection
        })
    }

    pub fn connection_closed(&self) {
        self.change(|live, _| live.record.open_connections -= 1);
    }

    #[cfg(feature = "tls")]
    pub fn handshake_failed(&self) {
        self.change(|live, _| live.record.failed_handshakes += 1);
    }

    /// A request has arrived.
    pub fn answer_owed(&self) {
        self.change(|live, _| live.owed += 1);
    }

    /// Its response is on the wire, or will never be.
    pub fn answer_done(&self) {
        self.change(|live, _| live.answer_done());
    }

    /// Waits until no response is owed.
    pub async fn wait_until_idle(&self) {
        self.wait_for(|live| live.owed == 0).await;
    }

    pub fn begin(&self, connection: u64, accepted: Duration, head: RequestHead) -> u64 {
        self.change(|live, now| live.begin(connection, accepted, head, now))
    }

    pub fn end(&self, id: u64, outcome: Outcome) {
        self.change(|live, now| live.end(id, outcome, now));
    }

    /// Runs `change` with the record locked. The socket is written in here, so a client that has the bytes can't find a record
    /// that doesn't have them.
    pub fn change<T>(&self, change: impl FnOnce(&mut Live, Duration) -> T) -> T {
        let mut live = self.live();
        let result = change(&mut live, self.started.elapsed());
        let finished = std::mem::take(&mut live.unlogged);
        drop(live);
        self.shared.changed.notify_waiters();
        if let Some(log) = &self.shared.log {
            for exchange in finished {
                // If the reader is too slow, the web doesn't wait for it.
                let _ = log.try_send(Arc::unwrap_or_clone(exchange));
            }
        }
        result
    }

    /// A line for each exchange in flight, with which a watchdog says where things hang.
    pub fn in_flight_now(&self) -> Vec<String> {
        let now = self.now();
        let record = self.snapshot();
        let in_flight = record.exchanges().filter(|exchange| exchange.outcome == Outcome::InFlight);
        let line = |exchange: &Exchange| {
            let Exchange { id, connection, method, bytes, received, request_head, .. } = exchange;
            let seconds = now.saturating_sub(*request_head).as_secs_f64();
            let upload = if *received > 0 { format!("{received} bytes received, ") } else { String::new() };
            format!(
                "{method} {}: for {seconds:.1} s, {upload}{bytes} bytes of the body sent (exchange {id}, connection {connection})",
                exchange.label()
            )
        };
        in_flight.map(line).collect()
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        // Only the predicate of `wait_until` can panic in here, and it changes nothing.
        self.shared.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    fn begin(&mut self, connection: u64, accepted: Duration, head: RequestHead, now: Duration) -> u64 {
        self.last_id += 1;
        self.make_room(1);
        self.record.exchanges.push_back(Arc::new(Exchange {
            id: self.last_id,
            connection,
            site: head.site,
            method: shortened(head.method, METHOD_KEPT),
            path: shortened(head.path, PATH_KEPT),
            accepted,
            request_head: now,
            first_byte: None,
            last_byte: None,
            pauses: Vec::new(),
            ended: None,
            status: None,
            bytes: 0,
            received: 0,
            outcome: Outcome::InFlight,
        }));
        self.record.in_flight += 1;
        self.record.max_in_flight = self.record.max_in_flight.max(self.record.in_flight);
        self.followers.changed(self.last_id);
        self.last_id
    }

    fn reset(&mut self) {
        self.record.exchanges.retain(|exchange| exchange.outcome == Outcome::InFlight);
        self.record.max_in_flight = self.record.in_flight;
        self.record.client_gone = 0;
        #[cfg(feature = "tls")]
        {
            self.record.failed_handshakes = 0;
        }
        self.bytes = 0;
        self.followers.begin_again();
    }

    /// A part of the response went onto the wire, with `bytes` of the body, perhaps none. `status` is `None` until it's on the wire, too.
    pub fn wrote(&mut self, id: u64, status: Option<StatusCode>, bytes: u64, now: Duration) {
        if let Some(exchange) = self.exchange(id) {
            exchange.first_byte.get_or_insert(now);
            if let Some(last) = exchange.last_byte
                && now.saturating_sub(last) >= PAUSE
                && exchange.pauses.len() < PAUSES_KEPT
            {
                exchange.pauses.push((last, now));
            }
            exchange.last_byte = Some(now);
            exchange.status = status;
            exchange.bytes += bytes;
            self.followers.changed(id);
        }
    }

    /// A part of the request's body has been read. After the end of the exchange it no longer counts.
    pub fn received(&mut self, id: u64, bytes: u64) {
        if let Some(exchange) = self.exchange(id)
            && exchange.outcome == Outcome::InFlight
        {
            exchange.received += bytes;
            self.followers.changed(id);
        }
    }

    /// A response is on the wire.
    pub fn answer_done(&mut self) {
        self.owed -= 1;
    }

    /// The first end counts: an exchange that was cut isn't, a moment later, one whose client has gone.
    pub fn end(&mut self, id: u64, outcome: Outcome, now: Duration) {
        let Some(exchange) = self.exchange(id) else { return };
        if exchange.outcome != Outcome::InFlight {
            return;
        }
        exchange.outcome = outcome;
        exchange.ended = Some(now);
        exchange.pauses.shrink_to_fit();
        let size = size(exchange);
        self.record.in_flight -= 1;
        self.record.client_gone += usize::from(outcome == Outcome::ClientGone);
        self.bytes += size;
        self.followers.changed(id);
        if self.is_logged
            && let Some(index) = self.index(id)
        {
            self.unlogged.push(Arc::clone(&self.record.exchanges[index]));
        }
        self.make_room(0);
    }

    fn exchange(&mut self, id: u64) -> Option<&mut Exchange> {
        let index = self.index(id)?;
        // If a snapshot shares it, the snapshot keeps the old state.
        self.record.exchanges.get_mut(index).map(Arc::make_mut)
    }

    /// `None` once it's forgotten. Ids are given in order, mostly without gaps, so recent ones are found by counting from the end.
    fn index(&self, id: u64) -> Option<usize> {
        let exchanges = &self.record.exchanges;
        let from_end = usize::try_from(self.last_id.checked_sub(id)?).ok()?;
        match exchanges.len().checked_sub(from_end + 1) {
            Some(guess) if exchanges[guess].id == id => Some(guess),
            _ => exchanges.binary_search_by_key(&id, |exchange| exchange.id).ok(),
        }
    }

    /// Forgets the oldest finished exchanges until there's room for so many more.
    fn make_room(&mut self, more: usize) {
        while self.record.exchanges.len() + more > EXCHANGES_KEPT || self.bytes > RECORD_BYTES {
            let finished = |exchange: &Arc<Exchange>| exchange.outcome != Outcome::InFlight;
            let Some(index) = self.record.exchanges.iter().position(finished) else { return };
            if let Some(exchange) = self.record.exchanges.remove(index) {
                self.bytes -= size(&exchange);
                self.record.client_gone -= usize::from(exchange.outcome == Outcome::ClientGone);
                self.followers.forgot(exchange.id);
            }
        }
    }
}

/// The memory of a finished exchange: itself, what it points to, its counters and its place in the queue.
pub(crate) fn size(exchange: &Exchange) -> usize {
    let pointed = exchange.site.capacity() + exchange.method.capacity() + exchange.path.capacity();
    let pauses = exchange.pauses.capacity() * size_of::<(Duration, Duration)>();
    // Twice the queue's pointer, because the queue grows by doubling; an allocator rounds up by about 16 bytes.
    size_of::<Exchange>() + 4 * size_of::<usize>() + 5 * 16 + pointed + pauses
}

/// The text without spare capacity, cut off at the end of a character.
fn shortened(text: String, most: usize) -> String {
    if text.len() <= most {
        return text.into_boxed_str().into_string();
    }
    format!("{}…", &text[..text.floor_char_boundary(most)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(path: &str) -> RequestHead {
        RequestHead { site: "a.example".to_owned(), method: "GET".to_owned(), path: path.to_owned() }
    }

    #[test]
    fn only_long_times_without_a_byte_are_pauses_and_their_number_is_bounded() {
        let recorder = Recorder::new(None);
        let id = recorder.begin(1, Duration::ZERO, head("/"));
        let at = |milliseconds| Duration::from_millis(milliseconds);
        let wrote = |milliseconds| recorder.change(|live, _| live.wrote(id, None, 1, at(milliseconds)));
        for milliseconds in [10, 20, 120, 169, 219] {
            wrote(milliseconds);
        }
        let pauses = || recorder.snapshot().exchanges().next().map(|exchange| exchange.pauses.clone());
        assert_eq!(pauses(), Some(vec![(at(20), at(120)), (at(169), at(219))]));
        (1..200).for_each(|second| wrote(second * 1_000));
        assert_eq!(pauses().map(|pauses| pauses.len()), Some(PAUSES_KEPT));
    }

    #[test]
    fn what_is_received_counts_until_the_exchange_ends() {
        let recorder = Recorder::new(None);
        let id = recorder.begin(1, Duration::ZERO, head("/"));
        let receive = || recorder.change(|live, _| live.received(id, 10));
        receive();
        receive();
        recorder.end(id, Outcome::ClientGone);
        receive();
        let received: Vec<_> = recorder.snapshot().exchanges().map(|exchange| exchange.received).collect();
        assert_eq!(received, [20]);
    }

    #[test]
    fn the_number_of_exchanges_is_bounded_and_one_in_flight_stays_whatever_its_age() {
        let recorder = Recorder::new(None);
        let hanging = recorder.begin(1, Duration::ZERO, head("/"));
        for _ in 0..EXCHANGES_KEPT + 100 {
            let id = recorder.begin(1, Duration::ZERO, head("/"));
            recorder.end(id, Outcome::Complete);
        }
        let record = recorder.snapshot();
        assert_eq!(record.exchanges().len(), EXCHANGES_KEPT);
        assert_eq!(record.exchanges().next().map(|exchange| exchange.id), Some(hanging));
        assert_eq!((record.in_flight(), record.max_in_flight()), (1, 2));
    }

    #[test]
    fn the_clients_that_have_left_are_those_of_the_exchanges_in_the_record() {
        let recorder = Recorder::new(None);
        let end = |outcome| recorder.end(recorder.begin(1, Duration::ZERO, head("/")), outcome);
        let gone = || {
            let record = recorder.snapshot();
            assert_eq!(record.client_gone(), record.count(Outcome::ClientGone));
            record.client_gone()
        };
        (0..10).for_each(|_| end(Outcome::ClientGone));
        (0..EXCHANGES_KEPT - 10).for_each(|_| end(Outcome::Complete));
        assert_eq!(gone(), 10);
        (0..4).for_each(|_| end(Outcome::Complete));
        assert_eq!(gone(), 6);
        recorder.reset();
        assert_eq!(gone(), 0);
    }

    #[test]
    fn the_memory_of_the_record_is_bounded_whatever_clients_send() {
        let recorder = Recorder::new(None);
        let path = "/".repeat(60_000);
        let pause = |id| {
            for second in 0..200 {
                recorder.change(|live, _| live.wrote(id, None, 1, Duration::from_secs(second)));
            }
        };
        for _ in 0..EXCHANGES_KEPT {
            let id = recorder.begin(1, Duration::ZERO, head(&path));
            pause(id);
            recorder.end(id, Outcome::Complete);
        }
        let record = recorder.snapshot();
        let bytes: usize = record.exchanges().map(size).sum();
        assert!(bytes <= RECORD_BYTES, "{bytes}");
        assert!(bytes > RECORD_BYTES / 2, "{bytes}");
        assert!(record.exchanges().all(|exchange| exchange.path.len() <= PATH_KEPT + '…'.len_utf8()));
        recorder.reset();
        let id = recorder.begin(1, Duration::ZERO, head("/"));
        recorder.end(id, Outcome::Complete);
        assert_eq!(recorder.snapshot().exchanges().len(), 1);
    }

    #[test]
    fn a_path_is_cut_off_at_the_end_of_a_character() {
        let cut = shortened("é".repeat(600), PATH_KEPT);
        assert_eq!(cut, format!("{}…", "é".repeat(500)));
        assert_eq!(shortened("é".repeat(500), PATH_KEPT), "é".repeat(500));
    }

    #[test]
    fn a_snapshot_stays_as_it_was() {
        let recorder = Recorder::new(None);
        let id = recorder.begin(1, Duration::ZERO, head("/"));
        let before = recorder.snapshot();
        recorder.end(id, Outcome::Cut);
        assert_eq!((before.count(Outcome::InFlight), before.in_flight()), (1, 1));
        assert_eq!(recorder.snapshot().count(Outcome::Cut), 1);
    }

    #[test]
    fn a_follower_gets_each_exchange_once_however_often_it_has_changed() {
        let recorder = Recorder::new(None);
        let first = recorder.begin(1, Duration::ZERO, head("/"));
        recorder.follow(7, Arc::default());
        let ids = || {
            let changes = recorder.changes(7);
            let ids: Vec<_> = changes.exchanges.iter().map(|exchange| exchange.id).collect();
            (changes.is_all, ids, changes.forgotten)
        };
        assert_eq!(ids(), (true, vec![first], vec![]));
        let second = recorder.begin(1, Duration::ZERO, head("/"));
        for _ in 0..1_000 {
            recorder.change(|live, now| live.wrote(second, None, 1, now));
        }
        assert_eq!(ids(), (false, vec![second], vec![]));
        assert_eq!(ids(), (false, vec![], vec![]));
        recorder.end(first, Outcome::Complete);
        recorder.reset();
        assert_eq!(ids(), (true, vec![second], vec![]));
        recorder.unfollow(7);
        recorder.end(second, Outcome::Complete);
        assert_eq!(ids(), (false, vec![], vec![]));
    }

    #[test]
    fn a_follower_gets_the_ids_of_what_was_forgotten_and_begins_again_if_there_are_too_many() {
        let recorder = Recorder::new(None);
        recorder.follow(7, Arc::default());
        let fetch = |times| {
            for _ in 0..times {
                let id = recorder.begin(1, Duration::ZERO, head("/"));
                recorder.end(id, Outcome::Complete);
            }
        };
        fetch(EXCHANGES_KEPT);
        assert!(recorder.changes(7).is_all);
        fetch(3);
        let changes = recorder.changes(7);
        assert_eq!((changes.forgotten.len(), changes.exchanges.len()), (3, 3));
        fetch(EXCHANGES_KEPT + 10);
        let changes = recorder.changes(7);
        assert!(changes.is_all && changes.forgotten.is_empty());
    }
}
