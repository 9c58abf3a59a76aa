//! Events that are followed, also after the connection breaks.

// ANCHOR: use
use std::io;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use lesson_kit::println;
use reqwest::StatusCode;
use reqwest::header::ACCEPT;
use serde::Deserialize;
use sse_stream::{Sse, SseByteStream};
use tokio::time::{sleep, timeout};

use crate::response::respond;
use crate::{ErrorKind, ShopClient, ShopError};
// ANCHOR_END: use

/// How long to wait for the next byte before the connection counts as broken.
pub const SILENCE: Duration = Duration::from_secs(10);
/// How long a connection may last.
const CONNECTION: Duration = Duration::from_secs(24 * 60 * 60);

// ANCHOR: types
/// Something that happened in the shop.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Event {
    /// Its number.
    pub id: u64,
    /// What happened.
    pub text: String,
}

/// The events of the shop, one after another.
pub struct Events<'a> {
    shop: &'a ShopClient,
    query: &'a [(&'a str, u32)],
    /// The connection, if there's one.
    events: Option<BoxStream<'static, Result<Sse, sse_stream::Error>>>,
    /// The id of the last event that arrived complete.
    last_id: Option<String>,
    /// How long to wait before the next connection. The shop may change it.
    pause: Duration,
}
// ANCHOR_END: types

impl ShopClient {
    /// The events of the shop, from the first one on. The query says what
    /// should happen, because this is a mock shop.
    pub fn events<'a>(&'a self, query: &'a [(&'a str, u32)]) -> Events<'a> {
        let pause = Duration::from_secs(1);
        Events { shop: self, query, events: None, last_id: None, pause }
    }
}

impl Events<'_> {
    // ANCHOR: next
    /// The next event, or `None` once the shop says that there are no more. If
    /// the connection breaks, it connects again, and resumes.
    ///
    /// # Errors
    ///
    /// When it can't connect, or an event isn't an [`Event`]. The next call
    /// tries again.
    pub async fn next(&mut self) -> Result<Option<Event>, ShopError> {
        loop {
            let Some(events) = &mut self.events else {
                if self.connect().await? {
                    continue;
                }
                return Ok(None);
            };
            match events.next().await {
                Some(Ok(event)) => {
                    if let Some(event) = self.take(event)? {
                        return Ok(Some(event));
                    }
                }
                None => self.disconnect().await,
                Some(Err(_)) => {
                    let id = self.last_id.as_deref().unwrap_or("none");
                    println!("the connection broke; the last event was {id}");
                    self.disconnect().await;
                }
            }
        }
    }
    // ANCHOR_END: next

    // ANCHOR: connect
    /// Connects. Returns false if the shop says that there are no more events.
    async fn connect(&mut self) -> Result<bool, ShopError> {
        let url = self.shop.url("/events");
        let mut request = self
            .shop
            .http
            .get(url)
            .query(self.query)
            .header(ACCEPT, "text/event-stream")
            .timeout(CONNECTION);
        if let Some(id) = &self.last_id {
            request = request.header("last-event-id", id);
        }
        let response = respond(request).await?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(false);
        }
        // The timeout is for bytes, not for events: a shop without news sends
        // comments, to say that it's still there.
        let bytes = stream::try_unfold(response, async |mut response| {
            let chunk = timeout(SILENCE, response.chunk()).await?;
            let chunk = chunk.map_err(io::Error::other)?;
            io::Result::Ok(chunk.map(|chunk| (chunk, response)))
        });
        self.events = Some(SseByteStream::new(bytes).boxed());
        Ok(true)
    }

    async fn disconnect(&mut self) {
        self.events = None;
        sleep(self.pause).await;
    }
    // ANCHOR_END: connect

    // ANCHOR: take
    /// Takes what the stream has parsed: an event, a time to wait, or both.
    fn take(&mut self, event: Sse) -> Result<Option<Event>, ShopError> {
        if let Some(pause) = event.retry {
            self.pause = Duration::from_millis(pause);
        }
        if event.id.is_some() {
            self.last_id = event.id;
        }
        let event = event.data.map(|data| serde_json::from_str(&data));
        event.transpose().map_err(|error| ShopError {
            request: "GET /events".to_owned(),
            kind: ErrorKind::Shape(error),
        })
    }
    // ANCHOR_END: take
}
