//! The timeline as data.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Exchange, Record};
use crate::record::Outcome;

/// The record as JSON. Times are in milliseconds since the start of the web, `null` for what has not happened.
pub fn json(record: &Record) -> String {
    let exchanges: Vec<_> = record.exchanges().map(exchange).collect();
    let record = json!({
        "in_flight": record.in_flight(),
        "max_in_flight": record.max_in_flight(),
        "connections": record.connections(),
        "open_connections": record.open_connections(),
        "exchanges": exchanges,
    });
    format!("{record:#}\n")
}

fn exchange(exchange: &Exchange) -> Value {
    let outcome = match exchange.outcome {
        Outcome::InFlight => "in flight",
        Outcome::Complete => "complete",
        Outcome::Cut => "cut",
        Outcome::Reset => "reset",
        Outcome::ClientGone => "client gone",
    };
    json!({
        "id": exchange.id,
        "connection": exchange.connection,
        "site": exchange.site,
        "method": exchange.method,
        "path": exchange.path,
        "accepted": milliseconds(exchange.accepted),
        "request_head": milliseconds(exchange.request_head),
        "first_byte": exchange.first_byte.map(milliseconds),
        "last_byte": exchange.last_byte.map(milliseconds),
        "pauses": exchange.pauses.iter().map(|&(from, to)| [milliseconds(from), milliseconds(to)]).collect::<Vec<_>>(),
        "ended": exchange.ended.map(milliseconds),
        "bytes": exchange.bytes,
        "outcome": outcome,
    })
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}
