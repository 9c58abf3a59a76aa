//! Responses about the web itself, which aren't in the record.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use hyper::{Response, StatusCode};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::spawn_blocking;

use super::port::Port;
use super::shared::Shared;
use super::wait::Wait;
use super::work::Counted;
use crate::record::Record;
use crate::response::{text, typed};
use crate::timeline::{self, Panel};

/// A response about the web itself.
pub(super) enum Direct {
    /// It's there.
    Ready(Response<Bytes>),
    /// The record, drawn.
    Timeline(Format),
    /// How often work was done under this key.
    Counted(String),
    /// The record, once it's as the client wants it.
    Wait(Wait),
    /// Takes a port down for a time.
    TakeDown { port: Arc<Port>, time: Duration },
    /// Forgets the record, and with it the counts of the faults.
    ResetRecord,
}

#[derive(Clone, Copy)]
pub(super) enum Format {
    Text,
    Svg,
    Json,
}

impl Direct {
    /// The response, with a permit to be kept until it's on the wire.
    pub async fn respond(self, shared: &Shared) -> (Response<Bytes>, Option<OwnedSemaphorePermit>) {
        let answer = match self {
            Direct::Ready(answer) => answer,
            Direct::Timeline(format) => {
                let Ok(permit) = Arc::clone(&shared.timelines).try_acquire_owned() else {
                    let words = "too many timelines are being read; try again in a moment\n";
                    return (text(StatusCode::SERVICE_UNAVAILABLE, words.to_owned()), None);
                };
                let _drawing = shared.drawing.lock().await;
                let record = shared.recorder.snapshot();
                // In a thread of its own, because a long record takes a while and all connections share this one.
                let drawing = spawn_blocking(move || draw(format, record)).await;
                let answer = drawing.unwrap_or_else(|error| {
                    text(StatusCode::INTERNAL_SERVER_ERROR, format!("the timeline can't be drawn: {error}\n"))
                });
                return (answer, Some(permit));
            }
            Direct::Counted(key) => {
                let Counted { requests, done } = shared.counts.work.counted(&key);
                let counted = format!("{{\"requests\": {requests}, \"done\": {done}}}\n");
                typed("application/json", counted.into())
            }
            Direct::Wait(wait) => wait.respond(&shared.recorder).await,
            Direct::TakeDown { port, time } => {
                port.take_down(Some(time)).await;
                let (address, time) = (port.address, time.as_millis());
                text(StatusCode::OK, format!("http://{address}/ refuses connections for {time} ms\n"))
            }
            Direct::ResetRecord => {
                shared.recorder.reset();
                shared.counts.reset();
                text(StatusCode::OK, "the record is empty and the gates are shut\n".to_owned())
            }
        };
        (answer, None)
    }
}

fn draw(format: Format, record: Record) -> Response<Bytes> {
    const TITLE: &str = "so far";
    match format {
        Format::Text => {
            let drawing = timeline::text(&Panel::new(TITLE, record), timeline::WIDTH, Duration::ZERO);
            text(StatusCode::OK, drawing)
        }
        Format::Svg => typed("image/svg+xml", timeline::svg(&[Panel::new(TITLE, record)]).into()),
        Format::Json => typed("application/json", timeline::json(&record).into()),
    }
}
