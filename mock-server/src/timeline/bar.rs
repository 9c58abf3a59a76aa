//! One exchange as a bar, and as a line of a log.

use std::time::Duration;

use super::axis::Unit;
use super::words::{counted, grouped, one_line};
use crate::record::{Exchange, Outcome};

/// One line for a finished exchange: the request, how much of its body arrived if it has one, the status, what became of the
/// response, and how long it took.
pub fn line(exchange: &Exchange) -> String {
    let request = format!("{} {}", one_line(&exchange.method), exchange.label());
    let upload = match exchange.received {
        0 => String::new(),
        bytes => format!("received {}, ", counted(bytes, "byte")),
    };
    let status = exchange.status.map(|status| format!("status {}, ", status.as_u16())).unwrap_or_default();
    let result = upload + &status + &result(exchange);
    match exchange.ended {
        Some(ended) => {
            let took = ended.saturating_sub(exchange.request_head);
            format!("{request}: {result} in {}", Unit::Milliseconds.format(took))
        }
        None => format!("{request}: {result}"),
    }
}

/// One exchange, with its times counted from the start of the panel.
pub(super) struct Bar {
    pub label: String,
    pub start: Duration,
    /// When bytes were sent: one block, or several with pauses between them.
    pub bytes: Vec<(Duration, Duration)>,
    /// When the exchange ended. While it's in flight: when the record was taken.
    pub end: Duration,
    pub mark: Option<Mark>,
    pub result: String,
}

impl Bar {
    pub fn new(exchange: &Exchange, start: Duration, taken: Duration) -> Bar {
        let from_start = |time: Duration| time.saturating_sub(start);
        Bar {
            label: exchange.label(),
            start: from_start(exchange.request_head),
            bytes: blocks(exchange).map(|(first, last)| (from_start(first), from_start(last))).collect(),
            end: from_start(end(exchange, taken)),
            mark: Mark::of(exchange.outcome),
            result: progress(exchange),
        }
    }

    /// How long the exchange took, or has taken so far.
    pub fn took(&self, unit: Unit) -> String {
        unit.format(self.end.saturating_sub(self.start))
    }
}

/// When the exchange ended, or the last time it's known to have been in flight.
pub(super) fn end(exchange: &Exchange, taken: Duration) -> Duration {
    // In `wait_until` a record isn't a snapshot: its `taken` is zero.
    let last_event = exchange.last_byte.unwrap_or_default().max(exchange.request_head);
    exchange.ended.unwrap_or(taken).max(last_event)
}

/// When bytes of the response were sent: the time from its first byte to its last, without the pauses.
fn blocks(exchange: &Exchange) -> impl Iterator<Item = (Duration, Duration)> {
    let starts = exchange.first_byte.into_iter().chain(exchange.pauses.iter().map(|(_, to)| *to));
    let ends = exchange.pauses.iter().map(|(from, _)| *from).chain(exchange.last_byte);
    starts.zip(ends)
}

/// What became of an exchange. If no byte of a response was sent, that's how much of the request's body had come.
fn progress(exchange: &Exchange) -> String {
    let is_upload = exchange.received > 0 && exchange.bytes == 0;
    let word = match exchange.outcome {
        Outcome::InFlight if is_upload => "in flight",
        Outcome::Cut if is_upload => "cut",
        Outcome::Reset if is_upload => "reset",
        Outcome::ClientGone if is_upload => "left",
        _ => return result(exchange),
    };
    format!("{word}, {} B received", grouped(exchange.received))
}

/// What became of the response.
fn result(exchange: &Exchange) -> String {
    let bytes = grouped(exchange.bytes);
    match exchange.outcome {
        Outcome::InFlight => format!("in flight, {bytes} B"),
        Outcome::Complete => counted(exchange.bytes, "byte"),
        Outcome::Cut => format!("cut at {bytes} B"),
        Outcome::Reset => format!("reset at {bytes} B"),
        Outcome::ClientGone => format!("left at {bytes} B"),
    }
}

/// The mark at the end of a bar whose response isn't complete. A legend lists the marks in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    CutByServer,
    ClientLeft,
    InFlight,
}

impl Mark {
    fn of(outcome: Outcome) -> Option<Mark> {
        match outcome {
            Outcome::Complete => None,
            Outcome::Cut | Outcome::Reset => Some(Mark::CutByServer),
            Outcome::ClientGone => Some(Mark::ClientLeft),
            Outcome::InFlight => Some(Mark::InFlight),
        }
    }

    pub fn meaning(self) -> &'static str {
        match self {
            Mark::CutByServer => "cut by the server",
            Mark::ClientLeft => "client left",
            Mark::InFlight => "in flight",
        }
    }
}
