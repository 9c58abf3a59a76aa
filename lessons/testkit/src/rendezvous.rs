//! Proves that code runs in parallel.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A meeting point for blocking code. Callers get past it only if a certain
/// number of them wait here at the same time. After that, every caller does.
#[derive(Debug)]
pub struct Rendezvous {
    callers: usize,
    here: Mutex<usize>,
    all: Condvar,
}

impl Rendezvous {
    /// Creates a meeting point for this many callers.
    pub const fn of(callers: usize) -> Rendezvous {
        Rendezvous { callers, here: Mutex::new(0), all: Condvar::new() }
    }

    /// Blocks the thread until all callers are here, and returns whether they
    /// arrived within `limit`.
    pub fn wait(&self, limit: Duration) -> bool {
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        *here += 1;
        self.all.notify_all();
        let (mut here, waited) = self
            .all
            .wait_timeout_while(here, limit, |here| *here < self.callers)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            *here -= 1;
        }
        !waited.timed_out()
    }
}
