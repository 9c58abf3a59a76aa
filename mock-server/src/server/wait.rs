//! `/wait`: waiting for what the server sees, in any language.

use std::time::Duration;

use hyper::body::Bytes;
use hyper::{Response, StatusCode};

use super::parameters::Parameters;
use super::refusal::Refusal;
use crate::record::{EXCHANGES_KEPT, Record};
use crate::recorder::Recorder;
use crate::response::text;

pub(super) const EXAMPLE: &str = "/wait?in-flight=0&within=2000";

/// What a client waits for: all of these, where they're given.
#[derive(Debug)]
pub(super) struct Wait {
    /// Exactly so many requests in flight.
    in_flight: Option<u64>,
    /// At least so many requests that have arrived.
    requests: Option<u64>,
    /// At least so many whose client has left.
    gone: Option<u64>,
    within: Duration,
}

impl Wait {
    pub fn read(query: &str) -> Result<Wait, Refusal> {
        let names = ["in-flight", "requests", "gone", "within"];
        let parameters = Parameters::of("`/wait`", query, &names, EXAMPLE)?;
        // The record keeps no more of them.
        let most = EXCHANGES_KEPT as u64;
        let wait = Wait {
            in_flight: parameters.number("in-flight", 0, 100_000, "requests")?,
            requests: parameters.number("requests", 0, most, "requests")?,
            gone: parameters.number("gone", 0, most, "clients")?,
            within: Duration::from_millis(parameters.number("within", 0, 600_000, "ms")?.unwrap_or(2_000)),
        };
        if wait.in_flight.or(wait.requests).or(wait.gone).is_none() {
            let words = format!("`/wait` needs in-flight, requests or gone, for example {EXAMPLE}");
            return Err(Refusal::new(StatusCode::BAD_REQUEST, words));
        }
        Ok(wait)
    }

    /// The response, once the record is as it should be, or too late.
    pub async fn respond(self, recorder: &Recorder) -> Response<Bytes> {
        let holds = recorder.wait_until(|record| self.holds(record));
        let result = tokio::time::timeout(self.within, holds).await;
        let record = recorder.snapshot();
        let (in_flight, requests, gone) =
            (record.in_flight(), record.exchanges().len(), record.client_gone());
        let now = format!("in flight: {in_flight}, requests: {requests}, clients gone: {gone}\n");
        match result {
            Ok(()) => text(StatusCode::OK, now),
            Err(_) => {
                let words = format!("not within {} ms; now {now}", self.within.as_millis());
                text(StatusCode::GATEWAY_TIMEOUT, words)
            }
        }
    }

    fn holds(&self, record: &Record) -> bool {
        self.in_flight.is_none_or(|wanted| record.in_flight() as u64 == wanted)
            && self.requests.is_none_or(|wanted| record.exchanges().len() as u64 >= wanted)
            && self.gone.is_none_or(|wanted| record.client_gone() as u64 >= wanted)
    }
}
