//! Counts threads for the table at the end of the lesson. Nothing here is about
//! async.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often the threads are counted. What lives shorter may be missed; each
/// fetch of the lesson lives longer.
const INTERVAL: Duration = Duration::from_millis(1);

/// Counts the threads of this process from its start until
/// [`ThreadCount::most`].
pub struct ThreadCount {
    before: Option<usize>,
    counter: JoinHandle<Option<usize>>,
    stop: mpsc::Sender<()>,
}

impl ThreadCount {
    /// Begins to count.
    pub fn start() -> ThreadCount {
        let before = count();
        let (stop, stopped) = mpsc::channel();
        let counter = thread::spawn(move || {
            let mut most = count();
            while stopped.recv_timeout(INTERVAL)
                == Err(RecvTimeoutError::Timeout)
            {
                most = most.max(count());
            }
            most
        });
        ThreadCount { before, counter, stop }
    }

    /// The most threads there were since the start, without those that were
    /// there before (the mock web's) and the counter's own; the calling thread
    /// counts. `None` where the system does not tell.
    pub fn most(self) -> Option<usize> {
        drop(self.stop);
        let most = self.counter.join().ok()??;
        // One more for the calling thread, one less for the counter's.
        most.checked_sub(self.before?)
    }
}

fn count() -> Option<usize> {
    num_threads::num_threads().map(usize::from)
}
