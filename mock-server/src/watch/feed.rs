//! What an open page is sent: events (server-sent events) with the state and the exchanges that have changed.
//!
//! There's no queue that could grow: a page that reads slowly gets fewer and larger events, each with all that has changed since
//! the one before.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, stream};
use hyper::body::{Bytes, Frame};
use serde::Serialize;
use tokio::sync::mpsc;

use super::hub::{Hub, Page};
use crate::fault::{Fault, Kind, catalogue};
use crate::followers::Changes;
use crate::record::{Exchange, Record};
use crate::recorder::Recorder;
use crate::timeline::{Milliseconds, Row, harmless};

/// The shortest time between two looks at what has changed: thirty a second.
const FRAME: Duration = Duration::from_millis(33);
/// How long nothing may happen before a comment shows whether the page is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// The most exchanges in one event, so that neither end is busy with one for long.
const ROWS: usize = 500;

/// Feeds one more page through a channel; `None` if there are too many pages.
pub(super) fn open(hub: &Arc<Hub>) -> Option<mpsc::Receiver<Bytes>> {
    let page = hub.open_page()?;
    let (events, receiver) = mpsc::channel(1);
    let mut feed = Feed { page, events, following: Vec::new(), finished: BTreeSet::new(), version: None };
    hub.runtime.spawn(async move {
        // It only ever ends because the page is gone.
        let Err(Gone) = feed.run().await;
    });
    Some(receiver)
}

/// The events of a page as the body of a response.
pub(crate) fn frames(events: mpsc::Receiver<Bytes>) -> impl Stream<Item = Frame<Bytes>> + Send {
    stream::unfold(events, async |mut events| {
        let event = events.recv().await?;
        Some((Frame::data(event), events))
    })
}

/// The page is closed.
struct Gone;

enum Never {}

/// What one page has been sent.
struct Feed {
    page: Page,
    events: mpsc::Sender<Bytes>,
    /// The live runs.
    following: Vec<Following>,
    /// The finished runs that it has.
    finished: BTreeSet<u64>,
    /// The version of the state.
    version: Option<u64>,
}

/// A live run, which notes what changes until this is dropped.
struct Following {
    run: u64,
    page: u64,
    recorder: Recorder,
}

impl Following {
    fn start(run: u64, page: &Page, recorder: Recorder) -> Following {
        recorder.follow(page.id, Arc::clone(&page.wake));
        Following { run, page: page.id, recorder }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.recorder.unfollow(self.page);
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "faults")]
struct FaultsEvent {
    faults: Vec<FaultRow>,
}

#[derive(Serialize)]
struct FaultRow {
    example: &'static str,
    behaviour: &'static str,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "exchanges")]
struct ExchangesEvent<'changes> {
    run: u64,
    /// The server's clock.
    now: Milliseconds,
    in_flight: usize,
    max_in_flight: usize,
    /// Whether the page has to forget the exchanges that it has of this run.
    is_new: bool,
    exchanges: Vec<Row<'changes>>,
    forgotten: &'changes [u64],
}

impl Feed {
    async fn run(&mut self) -> Result<Never, Gone> {
        self.send(&FaultsEvent::new()).await?;
        loop {
            self.send_changes().await?;
            // Once there's room for an event, the one before is on its way.
            drop(self.events.reserve().await.map_err(|_| Gone)?);
            self.page.hub.was_sent(self.page.id, self.version.unwrap_or_default());
            tokio::time::sleep(FRAME).await;
            self.wait_for_change().await?;
        }
    }

    async fn wait_for_change(&self) -> Result<(), Gone> {
        loop {
            tokio::select! {
                () = self.page.wake.notified() => return Ok(()),
                () = self.events.closed() => return Err(Gone),
                () = tokio::time::sleep(KEEP_ALIVE) => self.send_bytes(Bytes::from_static(b":\n\n")).await?,
            }
        }
    }

    async fn send_changes(&mut self) -> Result<(), Gone> {
        if let Some(view) = self.page.hub.view(self.version) {
            self.send_bytes(event(&view.json)).await?;
            self.version = Some(view.version);
            self.following.retain(|following| view.live.iter().any(|(run, _)| *run == following.run));
            for (run, recorder) in view.live {
                if !self.following.iter().any(|following| following.run == run) {
                    self.following.push(Following::start(run, &self.page, recorder));
                }
            }
            self.finished.retain(|run| view.finished.iter().any(|(finished, _)| finished == run));
            for (run, record) in view.finished {
                if self.finished.insert(run) {
                    self.send_exchanges(run, &of_finished(&record)).await?;
                }
            }
        }
        for following in &self.following {
            let changes = following.recorder.changes(self.page.id);
            if changes.is_all || !changes.exchanges.is_empty() || !changes.forgotten.is_empty() {
                self.send_exchanges(following.run, &changes).await?;
            }
        }
        Ok(())
    }

    /// Sends the changes of a run in one or more events.
    async fn send_exchanges(&self, run: u64, changes: &Changes) -> Result<(), Gone> {
        let Changes { is_all, exchanges, forgotten, in_flight, max_in_flight, now } = changes;
        let mut event = ExchangesEvent {
            run,
            now: (*now).into(),
            in_flight: *in_flight,
            max_in_flight: *max_in_flight,
            is_new: *is_all,
            exchanges: Vec::new(),
            forgotten,
        };
        let mut parts = exchanges.chunks(ROWS);
        // Without exchanges, there's one event all the same.
        let mut part = parts.next();
        loop {
            event.exchanges = part.unwrap_or_default().iter().map(|exchange| Row::new(exchange)).collect();
            self.send(&event).await?;
            part = parts.next();
            if part.is_none() {
                return Ok(());
            }
            (event.is_new, event.forgotten) = (false, &[]);
        }
    }

    async fn send(&self, data: &impl Serialize) -> Result<(), Gone> {
        let json = serde_json::to_string(data).expect("numbers and strings are JSON");
        self.send_bytes(event(&harmless(&json))).await
    }

    async fn send_bytes(&self, bytes: Bytes) -> Result<(), Gone> {
        self.events.send(bytes).await.map_err(|_| Gone)
    }
}

impl FaultsEvent {
    /// Those that can be chosen.
    fn new() -> FaultsEvent {
        let can_be_chosen =
            |kind: &&Kind| kind.example.parse().is_ok_and(|fault: Fault| !fault.needs_own_port());
        let faults = catalogue().filter(can_be_chosen);
        FaultsEvent {
            faults: faults
                .map(|kind| FaultRow { example: kind.example, behaviour: kind.behaviour })
                .collect(),
        }
    }
}

/// One server-sent event with this line of JSON.
fn event(json: &str) -> Bytes {
    format!("data: {json}\n\n").into()
}

/// Everything about a run that no longer changes.
fn of_finished(record: &Record) -> Changes {
    Changes {
        is_all: true,
        exchanges: record.exchanges.iter().map(Arc::<Exchange>::clone).collect(),
        forgotten: Vec::new(),
        in_flight: record.in_flight(),
        max_in_flight: record.max_in_flight(),
        now: record.taken(),
    }
}
