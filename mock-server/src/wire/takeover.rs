//! Playing a script, and taking a socket over from hyper to do with it what hyper wouldn't.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use hyper::body::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, split};
use tokio::task::coop::consume_budget;
use tokio::time::Instant;

use super::connection::{Connection, EndOfInput, Phase};
use super::script::{Ending, Step, Steps};
use super::socket::{LOOK_FOR_RESET, Wire};
use crate::record::Outcome;

/// How long a connection that was closed early is still read.
const LINGER: Duration = Duration::from_secs(10);

/// What a connection's handler leaves for the task that owns the socket.
#[derive(Default)]
pub(crate) struct Handover(Mutex<Option<Takeover>>);

/// What's left to do when hyper has let go of the socket.
pub(crate) enum Takeover {
    End(Ending),
    Play { steps: Steps, number: u64 },
}

impl Handover {
    pub fn set(&self, takeover: Takeover) {
        *self.0.lock().expect("no code that holds this lock panics") = Some(takeover);
    }

    pub fn take(&self) -> Option<Takeover> {
        self.0.lock().expect("no code that holds this lock panics").take()
    }
}

/// The bytes of the steps, each when its time has come. If hyper writes them, an end waits until the response with this
/// number has all its bytes on the wire.
pub(crate) fn play(
    steps: Steps,
    connection: Arc<Connection>,
    number: u64,
    hyper_writes: bool,
) -> impl Stream<Item = Result<Bytes, Ending>> + Send {
    type State = (Steps, Arc<Connection>, u64);
    let start = Instant::now();
    stream::unfold((steps, connection, 0), move |(mut steps, connection, mut sent): State| async move {
        loop {
            match steps.next()? {
                Step::Send(bytes) => {
                    // Steps without pauses let others run, too.
                    consume_budget().await;
                    sent += bytes.len() as u64;
                    return Some((Ok(bytes), (steps, connection, sent)));
                }
                Step::Pause(time) => pause(&connection, number, time).await,
                Step::Until(time) => pause(&connection, number, time.saturating_sub(start.elapsed())).await,
                Step::Complete => {
                    connection.sent(number, sent).await;
                    connection.complete(number);
                }
                Step::Forever => {
                    connection.set_phase(number, Phase::Silent);
                    std::future::pending().await
                }
                Step::End(ending) => {
                    if hyper_writes {
                        connection.sent(number, sent).await;
                    }
                    return Some((Err(ending), (steps, connection, sent)));
                }
            }
        }
    })
}

async fn pause(connection: &Connection, number: u64, time: Duration) {
    // Even a sleep of no time waits for the clock's next millisecond.
    if !time.is_zero() {
        connection.set_phase(number, Phase::Paused);
        tokio::time::sleep(time).await;
        connection.set_phase(number, Phase::Flowing);
    }
}

impl Takeover {
    /// Does what's left to do with a socket that hyper has let go of.
    pub async fn finish(self, mut wire: Wire, connection: Arc<Connection>) {
        let ending = match self {
            Takeover::End(ending) => ending,
            Takeover::Play { steps, number } => {
                wire.discard_input();
                let (mut reader, mut writer) = split(wire);
                let playing = async {
                    let mut bytes = pin!(play(steps, Arc::clone(&connection), number, false));
                    while let Some(step) = bytes.next().await {
                        match step {
                            Ok(bytes) => writer.write_all(&bytes).await.ok()?,
                            Err(ending) => return Some(ending),
                        }
                    }
                    Some(Ending::Close)
                };
                let ending = tokio::select! {
                    biased;
                    ending = playing => ending,
                    () = client_leaves(&mut reader, &connection) => None,
                };
                wire = reader.unsplit(writer);
                let Some(ending) = ending else { return };
                ending
            }
        };
        match ending {
            Ending::Close => {
                let is_cut = connection.owes_answers();
                connection.end_all(Outcome::Cut);
                // It fails only if the client has left already: then there's nothing left to close.
                let _ = if is_cut { wire.cut().await } else { wire.shutdown().await };
            }
            Ending::Linger => {
                connection.end_all(Outcome::Cut);
                if wire.shutdown().await.is_ok() {
                    let mut nowhere = vec![0; 65_536];
                    let rest = async { while matches!(wire.read(&mut nowhere).await, Ok(1..)) {} };
                    // After that, the client gets its reset.
                    let _ = tokio::time::timeout(LINGER, rest).await;
                }
            }
            Ending::Reset => {
                connection.end_all(Outcome::Reset);
                // As above. Dropping the socket sends the reset.
                let _ = wire.reset_on_close();
            }
        }
    }
}

/// Reads to the end, and looks from time to time for a reset: this is how a socket learns that the client has left.
async fn client_leaves(reader: &mut ReadHalf<Wire>, connection: &Connection) {
    let mut nowhere = [0; 4096];
    loop {
        match reader.read(&mut nowhere).await {
            // Here no byte is sent early: a script that hyper doesn't write begins right away.
            Ok(0) if connection.end_of_input() == EndOfInput::Stays => tokio::select! {
                () = connection.changed() => {}
                () = tokio::time::sleep(LOOK_FOR_RESET) => {}
            },
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}
