//! The timeline as data.

use std::time::Duration;

use serde::Serialize;

use super::{Exchange, Record};
use crate::record::Outcome;

/// The record as JSON. Times are in milliseconds since the start of the web, `null` for an event that hasn't happened.
pub fn json(record: &Record) -> String {
    let timeline = Timeline {
        in_flight: record.in_flight(),
        max_in_flight: record.max_in_flight(),
        connections: record.connections(),
        open_connections: record.open_connections(),
        exchanges: record.exchanges().map(Row::new).collect(),
    };
    let json = serde_json::to_string_pretty(&timeline).expect("numbers and strings are JSON");
    json + "\n"
}

#[derive(Serialize)]
struct Timeline<'record> {
    in_flight: usize,
    max_in_flight: usize,
    connections: usize,
    open_connections: usize,
    exchanges: Vec<Row<'record>>,
}

#[derive(Serialize)]
struct Row<'record> {
    id: u64,
    connection: u64,
    site: &'record str,
    method: &'record str,
    path: &'record str,
    accepted: Milliseconds,
    request_head: Milliseconds,
    first_byte: Option<Milliseconds>,
    last_byte: Option<Milliseconds>,
    pauses: Vec<[Milliseconds; 2]>,
    ended: Option<Milliseconds>,
    bytes: u64,
    outcome: &'static str,
}

impl Row<'_> {
    fn new(exchange: &Exchange) -> Row<'_> {
        Row {
            id: exchange.id,
            connection: exchange.connection,
            site: &exchange.site,
            method: &exchange.method,
            path: &exchange.path,
            accepted: exchange.accepted.into(),
            request_head: exchange.request_head.into(),
            first_byte: exchange.first_byte.map(Into::into),
            last_byte: exchange.last_byte.map(Into::into),
            pauses: exchange.pauses.iter().map(|&(from, to)| [from.into(), to.into()]).collect(),
            ended: exchange.ended.map(Into::into),
            bytes: exchange.bytes,
            outcome: match exchange.outcome {
                Outcome::InFlight => "in flight",
                Outcome::Complete => "complete",
                Outcome::Cut => "cut",
                Outcome::Reset => "reset",
                Outcome::ClientGone => "client gone",
            },
        }
    }
}

/// Rounded to a thousandth.
#[derive(Serialize)]
struct Milliseconds(f64);

impl From<Duration> for Milliseconds {
    fn from(time: Duration) -> Milliseconds {
        Milliseconds((time.as_secs_f64() * 1_000_000.0).round() / 1_000.0)
    }
}
