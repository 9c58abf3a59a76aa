//! The timeline: the record drawn, as text for a terminal and as a picture (SVG).

mod svg;
mod text;

use std::time::Duration;

use crate::record::{Exchange, Outcome, Record};

pub use svg::svg;
pub use text::text;

/// Columns of a timeline as text, unless the terminal is to have another number.
pub const WIDTH: usize = 80;

/// One drawing: a title and what the server saw while it held.
#[derive(Clone, Debug)]
pub struct Panel {
    title: String,
    record: Record,
}

impl Panel {
    /// A drawing of this record.
    pub fn new(title: &str, record: Record) -> Panel {
        Panel { title: title.to_owned(), record }
    }

    /// From the first request to the last that happened. Panels drawn on the scale of the longest can be compared.
    pub fn span(&self) -> Duration {
        let last =
            self.record.exchanges().map(|exchange| end(exchange).unwrap_or(exchange.request_head)).max();
        last.unwrap_or_default().saturating_sub(self.start())
    }

    fn start(&self) -> Duration {
        self.record.exchanges().map(|exchange| exchange.request_head).min().unwrap_or_default()
    }

    /// The title and the figures that the drawing shows.
    fn summary(&self) -> String {
        let record = &self.record;
        if record.exchanges().len() == 0 {
            return format!("{}: the server saw no request", self.title);
        }
        format!(
            "{}: {} on {}, at most {} in flight",
            self.title,
            counted(record.exchanges().len(), "request"),
            counted(record.connections(), "connection"),
            record.max_in_flight()
        )
    }

    fn bars(&self) -> impl Iterator<Item = Bar> {
        let start = self.start();
        self.record.exchanges().map(move |exchange| Bar::new(exchange, start))
    }
}

/// When something last happened to an exchange; `None` while it waits for its first byte.
fn end(exchange: &Exchange) -> Option<Duration> {
    exchange.ended.or(exchange.last_byte)
}

/// One exchange, its times in seconds from the panel's start.
struct Bar {
    label: String,
    start: f64,
    bytes: Option<(f64, f64)>,
    end: Option<f64>,
    outcome: Outcome,
    result: String,
}

impl Bar {
    fn new(exchange: &Exchange, start: Duration) -> Bar {
        let seconds = |time: Duration| time.saturating_sub(start).as_secs_f64();
        let bytes = grouped(exchange.bytes);
        Bar {
            label: exchange.label(),
            start: seconds(exchange.request_head),
            bytes: exchange
                .first_byte
                .zip(exchange.last_byte)
                .map(|(first, last)| (seconds(first), seconds(last))),
            end: exchange.ended.map(seconds),
            outcome: exchange.outcome,
            result: match exchange.outcome {
                Outcome::InFlight => format!("in flight, {bytes} B"),
                Outcome::Complete => format!("{bytes} bytes"),
                Outcome::Cut => format!("cut at {bytes} B"),
                Outcome::Reset => format!("reset at {bytes} B"),
                Outcome::ClientGone => format!("left at {bytes} B"),
            },
        }
    }

    /// How long the exchange took; `None` while it is in flight.
    fn took(&self, unit: &Unit) -> Option<String> {
        self.end.map(|end| unit.format(end - self.start))
    }
}

/// What times are written in: seconds, or milliseconds where all is over within one second.
struct Unit {
    milliseconds: bool,
}

impl Unit {
    fn of(span: f64) -> Unit {
        Unit { milliseconds: span < 1.0 }
    }

    fn format(&self, seconds: f64) -> String {
        if self.milliseconds { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
    }
}

/// Where the axis has its marks: the smallest round step that leaves at most `most` of them.
fn ticks(span: f64, most: usize) -> Vec<f64> {
    let steps = (-3..9).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
    let step = steps.into_iter().find(|step| span / step <= most as f64).unwrap_or(span.max(1.0));
    let count = (span / step).floor() as usize;
    (0..=count).map(|index| index as f64 * step).collect()
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count as u64))
}

/// A number with a comma after each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
