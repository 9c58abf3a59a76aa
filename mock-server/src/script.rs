//! What travels in answer to a request, and when: a fault made into steps.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use hyper::body::Bytes;
use tokio::io::{AsyncWriteExt, copy, sink, split};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The site's own head; then the body in these steps.
    Body(Steps),
    /// These steps in place of an HTTP answer.
    Raw(Steps),
}

impl Script {
    pub fn body(steps: impl IntoIterator<Item = Step, IntoIter: Send + 'static>) -> Script {
        Script::Body(Box::new(steps.into_iter()))
    }

    pub fn raw(steps: impl IntoIterator<Item = Step, IntoIter: Send + 'static>) -> Script {
        Script::Raw(Box::new(steps.into_iter()))
    }
}

/// Why an answer stops short. hyper gets it as the error that ends the connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stopped {
    #[error("the script ends the connection: {0:?}")]
    Ended(Ending),
    #[error("the script takes over the connection")]
    TakenOver,
}

/// How a connection is to end, left by its handler for the task that owns the socket.
#[derive(Default)]
pub(crate) struct Plan(Mutex<Option<Finish>>);

/// What is left to do when hyper has let go of the socket.
pub(crate) enum Finish {
    End(Ending),
    Play { steps: Steps, exchange: u64 },
}

impl Plan {
    pub fn set(&self, finish: Finish) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(finish);
    }

    pub fn take(&self) -> Option<Finish> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The bytes of the steps, each when its time has come.
pub(crate) fn play(
    steps: Steps,
    connection: Arc<Connection>,
    exchange: u64,
) -> impl Stream<Item = Result<Bytes, Stopped>> + Send {
    stream::unfold((steps, connection, 0), move |(mut steps, connection, mut sent)| async move {
        loop {
            match steps.next()? {
                Step::Send(bytes) => {
                    sent += bytes.len() as u64;
                    return Some((Ok(bytes), (steps, connection, sent)));
                }
                Step::Pause(time) => tokio::time::sleep(time).await,
                Step::Forever => std::future::pending().await,
                Step::End(ending) => {
                    connection.sent(exchange, sent).await;
                    return Some((Err(Stopped::Ended(ending)), (steps, connection, sent)));
                }
            }
        }
    })
}

/// Does what the plan has left to do with a socket that hyper has let go of.
pub(crate) async fn finish(finish: Finish, mut wire: Wire, connection: Arc<Connection>) {
    let ending = match finish {
        Finish::End(ending) => ending,
        Finish::Play { steps, exchange } => {
            connection.promise_raw(exchange);
            let (mut reader, mut writer) = split(wire);
            let playing = async {
                let mut bytes = pin!(play(steps, connection.clone(), exchange));
                while let Some(step) = bytes.next().await {
                    match step {
                        Ok(bytes) => writer.write_all(&bytes).await.ok()?,
                        Err(Stopped::Ended(ending)) => return Some(ending),
                        Err(Stopped::TakenOver) => return None,
                    }
                }
                Some(Ending::Close)
            };
            // Reading to the end is how a socket learns that the client has gone.
            let mut nowhere = sink();
            let ending = tokio::select! {
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
