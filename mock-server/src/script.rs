//! What travels in answer to a request, and when: a fault made into steps.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use hyper::body::Bytes;
use tokio::io::{AsyncWriteExt, copy, sink, split};
use tokio::sync::watch;

use crate::record::Outcome;
use crate::wire::{Connection, Wire};

/// One thing the server does with an answer.
#[derive(Debug)]
pub(crate) enum Step {
    /// Puts these bytes onto the wire.
    Send(Bytes),
    /// Lets this much time pass.
    Pause(Duration),
    /// Does nothing until the client goes.
    Forever,
    /// Ends the connection, once all that was sent before is on the wire.
    End(Ending),
}

/// How the server ends a connection before its time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    /// An orderly close (FIN).
    Close,
    /// A reset (RST).
    Reset,
}

/// The steps of one answer, made one at a time: a body without end has no list of them.
pub(crate) type Steps = Box<dyn Iterator<Item = Step> + Send>;

/// An answer as it will travel.
pub(crate) enum Script {
    /// The site's own head, which hyper writes; then the body in these steps, of this many bytes or without end.
    Body { length: Option<usize>, steps: Steps },
    /// The steps write everything: a head and a body that is whole at this many bytes.
    Written { length: u64, steps: Steps },
    /// The steps write everything, and it is no HTTP answer.
    Raw(Steps),
}

impl Script {
    pub fn body(length: usize, steps: impl IntoIterator<Item = Step, IntoIter: Send + 'static>) -> Script {
        Script::Body { length: Some(length), steps: Box::new(steps.into_iter()) }
    }

    pub fn endless(steps: impl IntoIterator<Item = Step, IntoIter: Send + 'static>) -> Script {
        Script::Body { length: None, steps: Box::new(steps.into_iter()) }
    }

    pub fn written(length: u64, steps: impl IntoIterator<Item = Step, IntoIter: Send + 'static>) -> Script {
        Script::Written { length, steps: Box::new(steps.into_iter()) }
    }

    pub fn raw(steps: impl IntoIterator<Item = Step, IntoIter: Send + 'static>) -> Script {
        Script::Raw(Box::new(steps.into_iter()))
    }
}

/// What a connection's handler leaves for the task that owns the socket.
#[derive(Default)]
pub(crate) struct Plan {
    finish: Mutex<Option<Finish>>,
    idle_limit: watch::Sender<Option<Duration>>,
}

/// What is left to do when hyper has let go of the socket.
pub(crate) enum Finish {
    End(Ending),
    Play(Steps),
}

impl Plan {
    pub fn set(&self, finish: Finish) {
        *self.finish.lock().expect("no code that holds this lock panics") = Some(finish);
    }

    pub fn take(&self) -> Option<Finish> {
        self.finish.lock().expect("no code that holds this lock panics").take()
    }

    pub fn close_when_idle_for(&self, time: Duration) {
        self.idle_limit.send_replace(Some(time));
    }

    /// Waits until the connection has been idle for as long as it may be: for ever, where there is no limit.
    pub async fn idle_for_too_long(&self, connection: &Connection) {
        let mut limit = self.idle_limit.subscribe();
        // The sender lives in `self`, so the channel cannot be closed while this waits.
        while let Ok(limit) = limit.wait_for(Option::is_some).await.map(|limit| limit.unwrap_or_default()) {
            connection.idle().await;
            let asked = connection.count_asked();
            tokio::time::sleep(limit).await;
            if connection.count_asked() == asked {
                return;
            }
        }
    }
}

/// The bytes of the steps, each when its time has come. Where they go to the wire by way of hyper, an end waits until
/// `exchange` has all its bytes there.
pub(crate) fn play(
    steps: Steps,
    by_hyper: Option<(Arc<Connection>, u64)>,
) -> impl Stream<Item = Result<Bytes, Ending>> + Send {
    stream::unfold((steps, by_hyper, 0), async |(mut steps, by_hyper, mut sent)| {
        loop {
            match steps.next()? {
                Step::Send(bytes) => {
                    sent += bytes.len() as u64;
                    return Some((Ok(bytes), (steps, by_hyper, sent)));
                }
                // Even a sleep of no time waits for the clock's next millisecond.
                Step::Pause(Duration::ZERO) => {}
                Step::Pause(time) => tokio::time::sleep(time).await,
                Step::Forever => std::future::pending().await,
                Step::End(ending) => {
                    if let Some((connection, exchange)) = &by_hyper {
                        connection.sent(*exchange, sent).await;
                    }
                    return Some((Err(ending), (steps, by_hyper, sent)));
                }
            }
        }
    })
}

/// Does what the plan has left to do with a socket that hyper has let go of.
pub(crate) async fn finish(finish: Finish, mut wire: Wire, connection: Arc<Connection>) {
    let ending = match finish {
        Finish::End(ending) => ending,
        Finish::Play(steps) => {
            let (mut reader, mut writer) = split(wire);
            let playing = async {
                let mut bytes = pin!(play(steps, None));
                while let Some(step) = bytes.next().await {
                    match step {
                        Ok(bytes) => writer.write_all(&bytes).await.ok()?,
                        Err(ending) => return Some(ending),
                    }
                }
                Some(Ending::Close)
            };
            // Reading to the end is how a socket learns that the client has gone.
            let mut nowhere = sink();
            let ending = tokio::select! {
                biased;
                ending = playing => ending,
                _ = copy(&mut reader, &mut nowhere) => None,
            };
            wire = reader.unsplit(writer);
            let Some(ending) = ending else { return };
            ending
        }
    };
    match ending {
        Ending::Close => {
            connection.end_all(Outcome::Cut);
            // It fails only when the client has gone already: then there is nothing left to close.
            let _ = wire.shutdown().await;
        }
        Ending::Reset => {
            connection.end_all(Outcome::Reset);
            // As above. Dropping the socket sends the reset.
            let _ = wire.reset_on_close();
        }
    }
}
