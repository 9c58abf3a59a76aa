//! Counts threads for the table at the end of the lesson. Nothing here is about
//! async.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often the threads are counted. A thread that lives for less may be
/// missed; each fetch of the lesson takes longer.
const INTERVAL: Duration = Duration::from_millis(1);

/// Counts the threads of this process from its start until
/// [`ThreadCount::most`].
pub struct ThreadCount {
    before: Option<usize>,
    counter: JoinHandle<Option<usize>>,
    stop: mpsc::Sender<()>,
}

impl ThreadCount {
    /// Starts counting.
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

    /// The largest number of threads since the start. It includes the calling
    /// thread, and leaves out the counter's own and those that existed before
    /// (the mock web's). `None` if the operating system doesn't say.
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
