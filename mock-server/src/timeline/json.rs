//! The timeline as data.

use std::time::Duration;

use serde::Serialize;

use crate::printable::is_printable;
use crate::record::{Exchange, Outcome, Record};

/// The record as JSON. Times are in milliseconds since the start of the web, rounded to microseconds, and `null` for an
/// event that hasn't happened.
pub fn json(record: &Record) -> String {
    let timeline = Timeline {
        in_flight: record.in_flight(),
        max_in_flight: record.max_in_flight(),
        connections: record.connections(),
        open_connections: record.open_connections(),
        exchanges: record.exchanges().map(Row::new).collect(),
    };
    let json = serde_json::to_string_pretty(&timeline).expect("numbers and strings are JSON") + "\n";
    let mut strings =
        record.exchanges().flat_map(|exchange| [&exchange.site, &exchange.method, &exchange.path]);
    if strings.all(|text| text.chars().all(is_printable)) { json } else { harmless(&json) }
}

/// The same JSON with an escape (`\u009b`) for each character that a terminal would obey. JSON itself requires one only
/// below U+0020.
pub(crate) fn harmless(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if character == '\n' || is_printable(character) {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            escaped += &format!("\\u{unit:04x}");
        }
    }
    escaped
}

#[derive(Serialize)]
struct Timeline<'record> {
    in_flight: usize,
    max_in_flight: usize,
    connections: usize,
    open_connections: usize,
    exchanges: Vec<Row<'record>>,
}

/// One exchange as data.
#[derive(Serialize)]
pub(crate) struct Row<'record> {
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
    status: Option<u16>,
    bytes: u64,
    received: u64,
    outcome: &'static str,
}

impl Row<'_> {
    pub fn new(exchange: &Exchange) -> Row<'_> {
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
            status: exchange.status.map(|status| status.as_u16()),
            bytes: exchange.bytes,
            received: exchange.received,
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
pub(crate) struct Milliseconds(f64);

impl From<Duration> for Milliseconds {
    fn from(time: Duration) -> Milliseconds {
        Milliseconds((time.as_secs_f64() * 1_000_000.0).round() / 1_000.0)
    }
}
