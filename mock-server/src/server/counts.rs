//! How many requests met each fault that counts them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use super::work::Work;

/// How many requests met each fault that counts them, and how often a fault's work was done.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    requests: Mutex<HashMap<Counter, Count>>,
    pub work: Arc<Work>,
}

#[derive(Debug, Default)]
struct Count {
    requests: u64,
    last_used: Option<Instant>,
}

/// Requests that are counted together: those that met the same fault at the same address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Counter {
    /// The site, and the path if the fault belongs to one path of it.
    pub address: String,
    /// The fault with its parameters, among them the key that sets apart clients of one address.
    pub fault: String,
}

impl Counts {
    /// The number of counters kept: at some 300 bytes each, this is 3 MB. If clients make up more, the one that wasn't used for the
    /// longest time is forgotten.
    const MOST: usize = 10_000;

    /// How many there were before this one, which counts from now on.
    pub fn count(&self, counter: Counter) -> u64 {
        let mut counts = self.counts();
        if counts.len() >= Counts::MOST && !counts.contains_key(&counter) {
            let oldest =
                counts.iter().min_by_key(|(_, count)| count.last_used).map(|(counter, _)| counter.clone());
            oldest.map(|oldest| counts.remove(&oldest));
        }
        let count = counts.entry(counter).or_default();
        count.last_used = Some(Instant::now());
        count.requests += 1;
        count.requests - 1
    }

    pub fn reset(&self) {
        self.counts().clear();
        self.work.reset();
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<Counter, Count>> {
        self.requests.lock().expect("no code that holds this lock panics")
    }
}
