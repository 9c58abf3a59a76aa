//! The gate: proof that a client has a number of requests in flight at the same time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// Holds requests until `size` of them are in flight at the same time, and then stays open. If `wait` passes after the first and
/// that never happens, it has failed for good.
pub(crate) struct Gate {
    size: usize,
    wait: Duration,
    held: AtomicUsize,
    /// `None` if it's too far away for the clock.
    deadline: OnceLock<Option<Instant>>,
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

    /// Waits at the gate. Later requests get the same verdict.
    pub async fn pass(&self) -> Verdict {
        let held = Held::at(self);
        let deadline = *self.deadline.get_or_init(|| Instant::now().checked_add(self.wait));
        if held.now >= self.size {
            self.decide(Verdict::Open);
        }
        let mut verdict = self.verdict.subscribe();
        tokio::select! {
            biased;
            verdict = verdict.wait_for(Option::is_some) => {
                verdict.ok().and_then(|verdict| *verdict).unwrap_or(Verdict::Failed)
            }
            () = reached(deadline) => self.decide(Verdict::Failed),
        }
    }

    pub fn size(&self) -> usize {
        self.size
    }

    pub fn wait(&self) -> Duration {
        self.wait
    }

    /// The first verdict is final.
    fn decide(&self, verdict: Verdict) -> Verdict {
        let mut first = verdict;
        self.verdict.send_modify(|decided| first = *decided.get_or_insert(verdict));
        first
    }
}

async fn reached(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// A request at the gate. It no longer counts there once its client has left.
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

/// The gates that clients made up by asking for them.
#[derive(Default)]
pub(crate) struct Gates(Mutex<VecDeque<Arc<Gate>>>);

impl Gates {
    /// The number of gates kept. Beyond it, the oldest at which no request waits is forgotten.
    const MOST: usize = 1_000;

    /// The gate of this size and wait. `None` if there are too many, each with a request waiting.
    pub fn get(&self, size: usize, wait: Duration) -> Option<Arc<Gate>> {
        let mut gates = self.gates();
        if let Some(gate) = gates.iter().find(|gate| gate.size == size && gate.wait == wait) {
            return Some(Arc::clone(gate));
        }
        if gates.len() >= Gates::MOST {
            let unused = gates.iter().position(|gate| gate.held.load(Ordering::Relaxed) == 0)?;
            gates.remove(unused);
        }
        let gate = Arc::new(Gate::new(size, wait));
        gates.push_back(Arc::clone(&gate));
        Some(gate)
    }

    pub fn forget_all(&self) {
        self.gates().clear();
    }

    fn gates(&self) -> MutexGuard<'_, VecDeque<Arc<Gate>>> {
        self.0.lock().expect("no code that holds this lock panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_gates_is_bounded_and_one_in_use_is_kept() {
        let gates = Gates::default();
        let get = |milliseconds| gates.get(2, Duration::from_millis(milliseconds)).expect("there's room");
        let used = get(1);
        let waits = Held::at(&used);
        let unused = get(2);
        for milliseconds in 3..2_000 {
            get(milliseconds);
        }
        assert_eq!(gates.gates().len(), Gates::MOST);
        assert!(Arc::ptr_eq(&used, &get(1)));
        assert!(!Arc::ptr_eq(&unused, &get(2)));
        drop(waits);
    }
}
