//! A panel: a title and a record, and how they're drawn.

use std::iter;
use std::time::Duration;

use super::axis::Axis;
use super::bar::{self, Bar};
use super::words::{counted, one_line};
use crate::record::Record;

/// The most exchanges that get a bar each. If there are more, the drawing shows how many requests arrived when.
const ROWS: usize = 60;

/// The most parts of the time axis for which arrivals are counted.
const PARTS: usize = 16;

/// One drawing: a title, and what the server saw during the time it covers.
#[derive(Clone, Debug)]
pub struct Panel {
    /// One line.
    title: String,
    record: Record,
}

impl Panel {
    /// A drawing of this record. The title is drawn as one line, however long: line breaks and anything else that a
    /// terminal would obey are replaced.
    pub fn new(title: &str, record: Record) -> Panel {
        Panel { title: one_line(title), record }
    }

    /// The time from the first request to the last event. To compare panels, draw them on the scale of the longest.
    pub fn span(&self) -> Duration {
        let taken = self.record.taken();
        let ends = self.record.exchanges().map(|exchange| bar::end(exchange, taken));
        ends.max().unwrap_or_default().saturating_sub(self.start())
    }

    /// The title, and how many requests, connections, and requests in flight there were.
    pub fn summary(&self) -> String {
        let record = &self.record;
        if record.exchanges().len() == 0 {
            return format!("{}: the server saw no request", self.title);
        }
        format!(
            "{}: {} on {}, at most {} in flight",
            self.title,
            counted(record.exchanges().len() as u64, "request"),
            counted(record.connections() as u64, "connection"),
            record.max_in_flight()
        )
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }

    /// Whether there are more exchanges than bars can show.
    fn is_crowded(&self) -> bool {
        self.record.exchanges().len() > ROWS
    }

    /// What's drawn on this axis, which is at least as long as the span.
    pub(super) fn drawing(&self, axis: &Axis) -> Drawing {
        if self.record.exchanges().len() == 0 {
            return Drawing { headline: self.summary(), content: Content::Nothing };
        }
        if !self.is_crowded() {
            return Drawing { headline: self.summary(), content: Content::Bars(self.bars()) };
        }
        let arrivals = self.arrivals(axis.step(PARTS));
        let requests = counted(self.record.exchanges().len() as u64, "request");
        let headline = format!("{}: {requests}, arrivals per {}", self.title, axis.label(arrivals.step));
        Drawing { headline, content: Content::Arrivals(arrivals) }
    }

    fn bars(&self) -> Vec<Bar> {
        let (start, taken) = (self.start(), self.record.taken());
        self.record.exchanges().map(|exchange| Bar::new(exchange, start, taken)).collect()
    }

    fn arrivals(&self, step: Duration) -> Arrivals {
        let start = self.start();
        let mut counts = Vec::new();
        for exchange in self.record.exchanges() {
            let part = exchange.request_head.saturating_sub(start).as_nanos() / step.as_nanos();
            let part = part as usize;
            if part >= counts.len() {
                counts.resize(part + 1, 0);
            }
            counts[part] += 1;
        }
        Arrivals { step, counts }
    }

    /// When the first request arrived. The axis starts there.
    fn start(&self) -> Duration {
        self.record.exchanges().map(|exchange| exchange.request_head).min().unwrap_or_default()
    }
}

/// A panel as it's drawn on one axis.
pub(super) struct Drawing {
    /// The line above everything else: the title, and the figures that sum it up.
    pub headline: String,
    pub content: Content,
}

/// What's below the headline of a panel.
pub(super) enum Content {
    /// The server saw no request.
    Nothing,
    /// A bar for each exchange.
    Bars(Vec<Bar>),
    /// Too many exchanges for bars.
    Arrivals(Arrivals),
}

/// How many requests arrived in each part of the time axis, up to the last part in which one did.
pub(super) struct Arrivals {
    /// How long each part is.
    pub step: Duration,
    counts: Vec<usize>,
}

impl Arrivals {
    /// The start of each part, and how many requests arrived in it.
    pub fn parts(&self) -> impl Iterator<Item = (Duration, usize)> {
        let starts = iter::successors(Some(Duration::ZERO), |time| time.checked_add(self.step));
        starts.zip(self.counts.iter().copied())
    }

    /// The most that arrived in one part.
    pub fn max(&self) -> usize {
        self.counts.iter().copied().max().unwrap_or_default()
    }
}
