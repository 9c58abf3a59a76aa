//! What all connections of a web share.

use std::sync::Arc;

use tokio::sync::{AcquireError, Mutex, OwnedSemaphorePermit, Semaphore, watch};

use super::counts::Counts;
use super::endpoints::tokens::Tokens;
use super::upstream::Upstream;
use crate::recorder::Recorder;

/// What all connections share.
pub(crate) struct Shared {
    pub recorder: Recorder,
    pub upstream: Arc<Upstream>,
    pub counts: Arc<Counts>,
    /// The tokens that `/auth/token` has issued.
    pub tokens: Tokens,
    /// True once no more connections are taken.
    pub closing: watch::Receiver<bool>,
    /// A permit for each connection that's possible at one time.
    pub connections: Arc<Semaphore>,
    /// How many ports have a connection waiting for a permit.
    pub crowded: watch::Sender<usize>,
    /// A permit for each timeline that's being drawn or read: a long one takes 15 MB until its client has read it.
    pub timelines: Arc<Semaphore>,
    /// Held while one is drawn, because drawing keeps a processor busy.
    pub drawing: Mutex<()>,
    /// The seed of everything random.
    pub seed: u64,
    /// Whether the bodies of requests are handed to wiremock. Otherwise they are read and dropped.
    pub keeps_request_bodies: bool,
}

impl Shared {
    /// Waits until one more connection is possible. In the meantime, idle ones make room.
    pub async fn room(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        let permit = Arc::clone(&self.connections).try_acquire_owned();
        if let Ok(permit) = permit {
            return Ok(permit);
        }
        let _waiting = Waiting::at(&self.crowded);
        Arc::clone(&self.connections).acquire_owned().await
    }

    /// Whether a connection is waiting for room.
    pub fn is_crowded(&self) -> bool {
        *self.crowded.borrow() > 0
    }
}

/// A port that waits for room.
struct Waiting<'shared>(&'shared watch::Sender<usize>);

impl Waiting<'_> {
    fn at(crowded: &watch::Sender<usize>) -> Waiting<'_> {
        crowded.send_modify(|waiting| *waiting += 1);
        Waiting(crowded)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}
