//! The gate: proof that a client has so many requests in flight at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// Holds requests until `size` of them are in flight at once; then it stands open. When `wait` has passed
/// since the first and there were never so many, it has failed for good.
pub(crate) struct Gate {
    size: usize,
    wait: Duration,
    held: AtomicUsize,
    deadline: OnceLock<Instant>,
    verdict: watch::Sender<Option<Verdict>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Open,
    Failed,
}

impl Gate {
    pub fn new(size: usize, wait: Duration) -> Gate {
        Gate {
            size,
            wait,
            held: AtomicUsize::new(0),
            deadline: OnceLock::new(),
            verdict: watch::Sender::new(None),
        }
    }

    /// Waits at the gate. What it finds for one it finds for all that come later.
    pub async fn pass(&self) -> Verdict {
        let held = Held::at(self);
        let deadline = *self.deadline.get_or_init(|| Instant::now() + self.wait);
        if held.now >= self.size {
            self.decide(Verdict::Open);
        }
        let mut verdict = self.verdict.subscribe();
        tokio::select! {
            biased;
            verdict = verdict.wait_for(Option::is_some) => {
                verdict.ok().and_then(|verdict| *verdict).unwrap_or(Verdict::Failed)
            }
            () = tokio::time::sleep_until(deadline) => self.decide(Verdict::Failed),
        }
    }

    pub fn size(&self) -> usize {
        self.size
    }

    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// The first verdict stands.
    fn decide(&self, verdict: Verdict) -> Verdict {
        let mut stands = verdict;
        self.verdict.send_modify(|decided| stands = *decided.get_or_insert(verdict));
        stands
    }
}

/// A request at the gate; it is no longer there when its client leaves.
struct Held<'gate> {
    gate: &'gate Gate,
    now: usize,
}

impl Held<'_> {
    fn at(gate: &Gate) -> Held<'_> {
        Held { gate, now: gate.held.fetch_add(1, Ordering::Relaxed) + 1 }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.gate.held.fetch_sub(1, Ordering::Relaxed);
    }
}
