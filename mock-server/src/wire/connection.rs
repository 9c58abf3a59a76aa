//! One connection: the responses it owes, and how they end up in the record.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, watch};

use super::chunked_end::ChunkedEnd;
use super::heads::Heads;
use crate::record::Outcome;
use crate::recorder::{Live, Recorder, RequestHead};

/// The interim response that hyper writes as soon as the body of a request with `Expect: 100-continue` is wanted.
pub(super) const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What the socket, the handler of requests and the body of a response share of one connection.
pub(crate) struct Connection {
    id: u64,
    accepted: Duration,
    pub recorder: Recorder,
    answers: Mutex<VecDeque<Answer>>,
    /// Requests that have arrived, for a site or about the web.
    asked: AtomicU64,
    /// Requests for a site that have begun.
    begun: AtomicU64,
    /// Notified when something was written and when a response reaches a new phase.
    changed: Notify,
    /// Whether the client has closed its sending half and is known to be still there.
    is_half_closed: AtomicBool,
    /// Whether the client sends nothing more, as far as the socket was looked at.
    has_input_ended: AtomicBool,
    /// How long the connection may be idle, if it must not stay open.
    idle_limit: watch::Sender<Option<Duration>>,
}

/// A response that's owed: the meter that follows it onto the wire.
struct Answer {
    /// Counts the requests of this connection.
    number: u64,
    /// Its exchange in the record, which only requests for a site have.
    exchange: Option<u64>,
    /// How long the body is when complete. `None` until the handler has decided; anything written before that
    /// is an interim `100 Continue`.
    promised: Option<u64>,
    /// Finds the end of a chunked body that has one; the length isn't known before.
    chunked: Option<ChunkedEnd>,
    /// Bytes of the body on the wire.
    sent: u64,
    /// As much of its heads as is on the wire.
    heads: Heads,
    phase: Phase,
    /// Whether its first byte was sent early; see `socket::PROBE`.
    is_probed: bool,
    /// Whether it never ends and nothing waits for it.
    is_stream: bool,
    /// Whether [`CONTINUE`] is left out.
    is_without_continue: bool,
    /// Held until the response is on the wire.
    _permit: Option<OwnedSemaphorePermit>,
}

/// How far a response has got. It decides what it means when the client sends nothing more (FIN).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The request is still being read.
    Receiving,
    /// It's read slowly or late.
    Holding,
    /// It's not read any further, and no response will come.
    Stopped,
    /// An HTTP response will come.
    Preparing,
    /// Nothing will come, or nothing that could begin early.
    Silent,
    /// Bytes go out as fast as the client takes them.
    Flowing,
    /// The next bytes are held back.
    Paused,
}

/// What it means that the client sends nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndOfInput {
    /// The client is taken to have left.
    Gone,
    /// It may have left, or it may only have closed its sending half.
    Unclear,
    /// It's still there, or the next write will tell.
    Stays,
}

impl Connection {
    pub fn new(recorder: Recorder) -> Connection {
        Connection {
            id: recorder.connection_opened(),
            accepted: recorder.now(),
            recorder,
            answers: Mutex::default(),
            asked: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            changed: Notify::new(),
            is_half_closed: AtomicBool::new(false),
            has_input_ended: AtomicBool::new(false),
            idle_limit: watch::Sender::new(None),
        }
    }

    /// A request has arrived, for a site or about the web. A response is owed now, with this number.
    pub fn asked(&self) -> u64 {
        self.idle_limit.send_if_modified(|limit| limit.take().is_some());
        self.recorder.answer_owed();
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        self.answers().push_back(Answer {
            number,
            exchange: None,
            promised: None,
            chunked: None,
            sent: 0,
            heads: Heads::default(),
            phase: Phase::Receiving,
            is_probed: false,
            is_stream: false,
            is_without_continue: false,
            _permit: None,
        });
        number
    }

    /// How many requests have arrived.
    pub fn count_asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// The request is for a site, so it goes into the record.
    pub fn begin(&self, number: u64, head: RequestHead) {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let exchange = self.recorder.begin(self.id, self.accepted, head);
        self.with_answer(number, |answer| answer.exchange = Some(exchange));
    }

    /// A part of the request's body has been read.
    pub fn received(&self, number: u64, bytes: u64) {
        let answers = self.answers();
        let exchange =
            answers.iter().find(|answer| answer.number == number).and_then(|answer| answer.exchange);
        drop(answers);
        if let Some(exchange) = exchange {
            self.recorder.change(|live, _| live.received(exchange, bytes));
        }
    }

    /// Leaves out the interim `100 Continue` of the request with this number.
    pub fn leave_out_continue(&self, number: u64) {
        self.with_answer(number, |answer| answer.is_without_continue = true);
    }

    /// Whether these bytes, the next to be written, begin with an interim response that is left out.
    pub fn leaves_out(&self, written: &[u8]) -> bool {
        written.starts_with(CONTINUE)
            && self
                .answers()
                .front()
                .is_some_and(|answer| answer.is_without_continue && !answer.heads.has_begun())
    }

    /// Keeps the permit until the response is on the wire, or its connection is gone.
    pub fn keep(&self, number: u64, permit: OwnedSemaphorePermit) {
        self.with_answer(number, |answer| answer._permit = Some(permit));
    }

    /// How many requests for a site have begun.
    pub fn count_begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// A response has got this far.
    pub fn set_phase(&self, number: u64, phase: Phase) {
        self.with_answer(number, |answer| answer.phase = phase);
        self.changed.notify_waiters();
    }

    /// A response with a head and `body` bytes is about to be written.
    pub fn promise(&self, number: u64, body: u64) {
        self.with_answer(number, |answer| {
            answer.promised = Some(body);
            answer.phase = Phase::Flowing;
        });
    }

    /// The body of the response that's about to be written is chunked, and complete with its last chunk.
    pub fn ends_with_last_chunk(&self, number: u64) {
        self.with_answer(number, |answer| answer.chunked = Some(ChunkedEnd::new()));
    }

    /// The response with this number is complete. That's for a body whose end nothing else shows.
    pub fn complete(&self, number: u64) {
        let mut answers = self.answers();
        let index = answers.iter().position(|answer| answer.number == number);
        let complete = index.and_then(|index| answers.remove(index));
        drop(answers);
        if let Some(answer) = complete {
            self.recorder.answer_done();
            if let Some(exchange) = answer.exchange {
                self.recorder.end(exchange, Outcome::Complete);
            }
        }
    }

    /// Bytes that aren't an HTTP response are about to be written; all of them count as body.
    pub fn promise_raw(&self, number: u64) {
        self.with_answer(number, |answer| {
            answer.promised = Some(u64::MAX);
            answer.heads = Heads::passed();
            answer.phase = Phase::Flowing;
        });
    }

    /// A response without end is about to be written. Nothing waits for it, and a client that sends nothing more has left.
    pub fn stream(&self, number: u64) {
        self.with_answer(number, |answer| {
            answer.promised = Some(u64::MAX);
            answer.phase = Phase::Silent;
            answer.is_stream = true;
        });
        self.recorder.answer_done();
    }

    /// Waits until the kernel has taken the head and `bytes` of the body. An orderly close (FIN) follows them. A reset overtakes
    /// whatever the client's side hasn't acknowledged.
    pub async fn sent(&self, number: u64, bytes: u64) {
        self.wait_until(|answers| {
            let answer = answers.iter().find(|answer| answer.number == number);
            // A response that is no longer owed has been sent.
            answer.is_none_or(|answer| answer.heads.is_passed() && answer.sent >= bytes)
        })
        .await;
    }

    /// Waits until the connection, with no response owed, has been without a request for `limit`. A connection that hasn't
    /// carried a request yet gets `limit_before` instead.
    pub async fn idle_for(&self, limit: Duration, limit_before: Duration) {
        loop {
            self.wait_until(VecDeque::is_empty).await;
            let asked = self.count_asked();
            tokio::time::sleep(if asked > 0 { limit } else { limit_before }).await;
            if self.count_asked() == asked && self.answers().is_empty() {
                return;
            }
        }
    }

    /// Closes the connection once it has been idle for this long, unless a request comes first.
    pub fn close_when_idle_for(&self, limit: Duration) {
        self.idle_limit.send_replace(Some(limit));
    }

    /// Waits until the connection has been idle for as long as it may be: for ever, if there's no limit.
    pub async fn idle_limit_reached(&self) {
        let mut limit = self.idle_limit.subscribe();
        loop {
            let current = *limit.borrow_and_update();
            // The sender is in `self`, so waiting for a change can't fail.
            match current {
                Some(time) => tokio::select! {
                    () = self.idle_for(time, time) => return,
                    _ = limit.changed() => {}
                },
                None => {
                    let _ = limit.changed().await;
                }
            }
        }
    }

    /// What it means, now, that the client sends nothing more.
    ///
    /// A client that leaves and one that only closes its sending half look the same (FIN). One that half-closes does so right after its
    /// request. So a FIN that comes later, in a pause of the response, is taken for leaving, and so is one
    /// before a response that never comes: nothing would be sent that could tell.
    pub fn end_of_input(&self) -> EndOfInput {
        let is_half_closed = self.is_half_closed.load(Ordering::Relaxed);
        let answers = self.answers();
        match answers.front().map(|answer| (answer.phase, answer.is_probed)) {
            Some((Phase::Preparing, false)) => EndOfInput::Unclear,
            Some((Phase::Preparing | Phase::Receiving | Phase::Holding | Phase::Flowing, _)) => {
                EndOfInput::Stays
            }
            Some((Phase::Paused, _)) | None if is_half_closed => EndOfInput::Stays,
            Some((Phase::Stopped | Phase::Silent | Phase::Paused, _)) | None => EndOfInput::Gone,
        }
    }

    /// The client sends nothing more.
    pub fn end_input(&self) {
        if !self.has_input_ended.swap(true, Ordering::Relaxed) {
            self.changed.notify_waiters();
        }
    }

    /// Whether the client sends nothing more, as far as that's known.
    pub fn has_input_ended(&self) -> bool {
        self.has_input_ended.load(Ordering::Relaxed)
    }

    /// Waits until the client sends nothing more.
    pub async fn input_ended(&self) {
        self.wait_until(|_| self.has_input_ended()).await;
    }

    /// Whether a request's body is held back, so that a client that leaves may have its end stuck behind the rest of it.
    pub fn holds_body(&self) -> bool {
        self.answers().front().is_some_and(|answer| matches!(answer.phase, Phase::Holding | Phase::Stopped))
    }

    /// The first byte of the response was sent early, so a client that has left is found out soon. One that isn't has closed only
    /// its sending half.
    pub fn probed(&self) {
        self.is_half_closed.store(true, Ordering::Relaxed);
        if let Some(answer) = self.answers().front_mut() {
            answer.is_probed = true;
        }
    }

    /// Whether responses are owed.
    pub fn owes_answers(&self) -> bool {
        !self.answers().is_empty()
    }

    /// Whether responses are owed, and their requests have been read.
    pub fn owes_answers_to_read_requests(&self) -> bool {
        let answers = self.answers();
        !answers.is_empty() && answers.iter().all(|answer| answer.phase != Phase::Receiving)
    }

    /// Waits for the next change of a response.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Ends everything that's still owed. It's called before the socket is closed, so that a client that has
    /// seen the end finds it in the record.
    pub fn end_all(&self, outcome: Outcome) {
        let owed = std::mem::take(&mut *self.answers());
        for answer in owed {
            if !answer.is_stream {
                self.recorder.answer_done();
            }
            if let Some(exchange) = answer.exchange {
                self.recorder.end(exchange, outcome);
            }
        }
    }

    async fn wait_until(&self, mut predicate: impl FnMut(&VecDeque<Answer>) -> bool) {
        loop {
            // On the web's one thread nothing changes between these two lines.
            let changed = self.changed.notified();
            if predicate(&self.answers()) {
                return;
            }
            changed.await;
        }
    }

    fn with_answer(&self, number: u64, change: impl FnOnce(&mut Answer)) {
        if let Some(answer) = self.answers().iter_mut().find(|answer| answer.number == number) {
            change(answer);
        }
    }

    fn answers(&self) -> MutexGuard<'_, VecDeque<Answer>> {
        self.answers.lock().expect("no code that holds this lock panics")
    }

    /// `written` went onto the wire: heads and bodies of the responses owed, in their order.
    pub fn wrote(&self, mut written: &[u8], live: &mut Live, now: Duration) {
        let mut answers = self.answers();
        while !written.is_empty()
            && let Some(answer) = answers.front_mut()
            && let Some(mut promised) = answer.promised
        {
            // Interim heads aren't recorded. hyper writes `100 Continue` together with a response that's ready immediately.
            written = &written[answer.heads.find(written)..];
            if let Some(chunked) = &mut answer.chunked
                && answer.heads.is_passed()
            {
                let body = chunked.find(written);
                if chunked.is_passed() {
                    promised = answer.sent + body as u64;
                }
            }
            let body = (promised - answer.sent).min(written.len() as u64);
            answer.sent += body;
            written = &written[body as usize..];
            if let Some(exchange) = answer.exchange
                && answer.heads.has_begun()
            {
                live.wrote(exchange, answer.heads.status(), body, now);
            }
            if !answer.heads.is_passed() || answer.sent < promised {
                break;
            }
            if let Some(exchange) = answer.exchange {
                live.end(exchange, Outcome::Complete, now);
            }
            live.answer_done();
            answers.pop_front();
        }
        self.changed.notify_waiters();
    }
}

impl Drop for Connection {
    /// Whatever the handler didn't end itself, the client did.
    fn drop(&mut self) {
        self.end_all(Outcome::ClientGone);
        self.recorder.connection_closed();
    }
}
