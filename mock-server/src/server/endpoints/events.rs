//! `/events`: server-sent events, or lines of JSON, which are cut off and carried on.

use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE};
use hyper::http::request;
use hyper::{Response, StatusCode};

use super::answer::{Answer, Streamed};
use super::listed::Listed;
use crate::fault::whole_number;
use crate::server::parameters::Parameters;
use crate::server::refusal::Refusal;
use crate::wire::script::{Ending, Step, steps};

const EXAMPLE: &str = "/events?n=10&pause=100&cut=4";
/// The most events, and the largest id.
const MOST: u64 = 1_000_000;

pub(super) const LISTED: Listed = Listed {
    curl: "-N ",
    path: EXAMPLE,
    says: "n server-sent events (0 to 1000000, 10 unless set) with ids from 1, and pause ms between them (0 to 60000, 100 \
           unless set). With cut, the connection closes after so many events (0 to 1000000), in the middle of the next. \
           It resumes after the header Last-Event-ID, or after id (0 to 1000000). as=lines sends lines of JSON instead.",
};

/// Where an event is cut off. Its id comes before, so a client that takes the id of an event that isn't complete resumes too
/// late.
const MIDDLE: &str = "number";

#[derive(Debug)]
pub(crate) struct Events {
    count: u64,
    /// The id after which it resumes.
    after: u64,
    pause: Duration,
    cut: Option<u64>,
    format: Format,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    ServerSent,
    Lines,
}

impl Events {
    pub fn read(query: &str, head: &request::Parts) -> Result<Events, Refusal> {
        let names = ["n", "pause", "cut", "id", "as"];
        let parameters = Parameters::of("`/events`", query, &names, EXAMPLE)?;
        let number = |name, most, unit| parameters.number(name, 0, most, unit);
        let count = number("n", MOST, "events")?.unwrap_or(10);
        let pause = number("pause", 60_000, "ms")?.unwrap_or(100);
        let (cut, id) = (number("cut", MOST, "events")?, number("id", MOST, "")?);
        let formats = [("events", Format::ServerSent), ("lines", Format::Lines)];
        let format = parameters.choice("as", &formats)?.unwrap_or(Format::ServerSent);
        let last = match head.headers.get("last-event-id") {
            Some(last) => Some(last.to_str().ok().and_then(whole_number).ok_or_else(|| {
                let words = "the header `Last-Event-ID` is the number of an event, such as 4";
                Refusal::new(StatusCode::BAD_REQUEST, words)
            })?),
            None => id,
        };
        let after = last.unwrap_or(0);
        Ok(Events { count, after, pause: Duration::from_millis(pause), cut, format })
    }

    pub fn answer(&self) -> Answer {
        let Events { count, after, pause, cut, format } = *self;
        let mut head = Response::builder().header(CACHE_CONTROL, "no-store");
        if after >= count && count > 0 {
            // A browser reconnects after the end of a stream, and this status stops it.
            head = head.status(StatusCode::NO_CONTENT);
            let head = head.body(()).expect("the headers are constants");
            return Answer::Streamed(Streamed { head, length: Some(0), steps: steps([]) });
        }
        head = head.header(CONTENT_TYPE, format.content_type());
        let left = count - after.min(count);
        let cut = cut.filter(|cut| *cut < left);
        let pieces = (0..cut.unwrap_or(left)).map(move |index| format.event(after + 1 + index));
        let half = cut.map(|cut| {
            let mut half = format.event(after + 1 + cut);
            half.truncate(half.rfind(MIDDLE).unwrap_or_default());
            half
        });
        let start = format.start().map(|start| Step::Send(Bytes::from_static(start.as_bytes())));
        let events = pieces.chain(half).enumerate().flat_map(move |(index, event)| {
            // The first comes with the head.
            let pause = if index == 0 { Duration::ZERO } else { pause };
            [Step::Pause(pause), Step::Send(event.into())]
        });
        let end = cut.map(|_| Step::End(Ending::Close));
        let all = start.into_iter().chain(events).chain(end);
        Answer::Streamed(Streamed {
            head: head.body(()).expect("the headers are constants"),
            length: None,
            steps: steps(all),
        })
    }
}

impl Format {
    fn content_type(self) -> &'static str {
        match self {
            Format::ServerSent => "text/event-stream",
            Format::Lines => "application/x-ndjson",
        }
    }

    /// What comes before the events: a comment, which clients skip, and the time after which they reconnect.
    fn start(self) -> Option<&'static str> {
        match self {
            Format::ServerSent => Some(": the events begin\nretry: 100\n\n"),
            Format::Lines => None,
        }
    }

    fn event(self, id: u64) -> String {
        let data = format!("{{\"id\": {id}, \"text\": \"event {MIDDLE} {id}\"}}");
        match self {
            Format::ServerSent => format!("id: {id}\ndata: {data}\n\n"),
            Format::Lines => format!("{data}\n"),
        }
    }
}
