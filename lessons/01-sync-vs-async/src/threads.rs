//! Counts threads for the table at the end of the lesson. Nothing here is about
//! async.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often the threads are counted. A thread that lives for less may be
/// missed; each fetch of the lesson takes longer.
const INTERVAL: Duration = Duration::from_millis(1);
/// How long the operating system may take to forget a thread that has ended.
const PATIENCE: Duration = Duration::from_secs(1);

/// Counts the threads of this process from its start until
/// [`ThreadCount::most`].
pub struct ThreadCount {
    before: Option<usize>,
    counter: JoinHandle<Option<usize>>,
    stop: mpsc::Sender<()>,
}

impl ThreadCount {
    /// Starts counting, once no threads are left but those of `before`, which
    /// [`count`] returned. A thread that has ended may be counted for a moment
    /// longer.
    pub fn start(before: Option<usize>) -> ThreadCount {
        let patience = Instant::now() + PATIENCE;
        while count() > before && Instant::now() < patience {
            #[expect(clippy::disallowed_methods, reason = "no async here")]
            thread::sleep(INTERVAL);
        }
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

/// The threads of this process. `None` if the operating system doesn't say.
#[cfg(not(windows))]
pub fn count() -> Option<usize> {
    num_threads::num_threads().map(usize::from)
}

/// The threads of this process. `None` if the operating system doesn't say.
#[cfg(windows)]
pub fn count() -> Option<usize> {
    use winsafe::{HPROCESSLIST, co::TH32CS};

    // Windows tells the number only in a list of all processes.
    let this = std::process::id();
    let list =
        HPROCESSLIST::CreateToolhelp32Snapshot(TH32CS::SNAPPROCESS, None);
    // An entry is valid only until the next one is read.
    list.ok()?.iter_processes().flatten().find_map(|process| {
        (process.th32ProcessID == this).then_some(process.cntThreads as usize)
    })
}
