//! Responses about the web itself, which aren't in the record.

use hyper::body::Bytes;
use hyper::{Response, StatusCode};
use tokio::task::spawn_blocking;

use super::shared::Shared;
use crate::record::Record;
use crate::response::{text, typed};
use crate::timeline::{self, Panel};

/// A response about the web itself.
pub(super) enum Direct {
    /// It's there.
    Ready(Response<Bytes>),
    /// The record, drawn.
    Timeline(Format),
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
    pub async fn respond(self, shared: &Shared) -> Response<Bytes> {
        match self {
            Direct::Ready(answer) => answer,
            Direct::Timeline(format) => {
                let record = shared.recorder.snapshot();
                // In a thread of its own, because a long record takes a while and all connections share this one.
                let drawing = spawn_blocking(move || draw(format, record)).await;
                drawing.unwrap_or_else(|error| {
                    text(StatusCode::INTERNAL_SERVER_ERROR, format!("the timeline can't be drawn: {error}\n"))
                })
            }
            Direct::ResetRecord => {
                shared.recorder.reset();
                shared.counts.reset();
                text(StatusCode::OK, "the record is empty and the gates are shut\n".to_owned())
            }
        }
    }
}

fn draw(format: Format, record: Record) -> Response<Bytes> {
    const TITLE: &str = "so far";
    match format {
        Format::Text => {
            let drawing =
                timeline::text(&Panel::new(TITLE, record), timeline::WIDTH, std::time::Duration::ZERO);
            text(StatusCode::OK, drawing)
        }
        Format::Svg => typed("image/svg+xml", timeline::svg(&[Panel::new(TITLE, record)]).into()),
        Format::Json => typed("application/json", timeline::json(&record).into()),
    }
}
