//! How many requests met each fault that counts them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

/// How many requests met each fault that counts them.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<HashMap<Counter, u64>>);

/// Requests that are counted together: those that met the same fault at the same address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Counter {
    /// The site, and the path if the fault belongs to one path of it.
    pub address: String,
    /// The fault with its parameters, among them the key that sets apart clients of one address.
    pub fault: String,
}

impl Counts {
    /// The number of counters kept. If a client makes up more, all are forgotten: at some 300 bytes each, this is 3 MB.
    const MOST: usize = 10_000;

    /// How many there were before this one, which counts from now on.
    pub fn count(&self, counter: Counter) -> u64 {
        let mut counts = self.counts();
        if counts.len() >= Counts::MOST && !counts.contains_key(&counter) {
            counts.clear();
        }
        let count = counts.entry(counter).or_insert(0);
        *count += 1;
        *count - 1
    }

    pub fn reset(&self) {
        self.counts().clear();
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Counter, u64>> {
        self.0.lock().expect("no code that holds this lock panics")
    }
}
