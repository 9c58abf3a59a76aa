//! The watchdog, which ends a process that hangs.

use std::io::Write;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Ends the process with status 1 and a message about the requests in flight, unless it's dropped within its limit. It has a thread of
/// its own, so it works even if the runtime is blocked.
#[derive(Debug)]
pub struct Watchdog {
    _called_off: mpsc::Sender<()>,
}

impl Watchdog {
    /// Starts to watch. If the limit passes, `what` returns a line for each request in flight, for the message.
    ///
    /// # Panics
    ///
    /// If the system can't start another thread.
    #[must_use = "it watches until it is dropped"]
    pub fn start(limit: Duration, what: impl FnOnce() -> Vec<String> + Send + 'static) -> Watchdog {
        let (called_off, wait) = mpsc::channel();
        thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || {
                if wait.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                    bite(limit, &what());
                }
            })
            .expect("the system has a thread for the watchdog");
        Watchdog { _called_off: called_off }
    }
}

fn bite(limit: Duration, what: &[String]) {
    let mut message = format!("watchdog: not done after {} s", limit.as_secs_f64());
    if what.is_empty() {
        message += "; nothing was in flight\n";
    } else {
        message += "; still in flight:\n";
        for line in what {
            message += &format!("  {line}\n");
        }
    }
    // Not `eprint!`, which a test's harness would keep to itself. With no standard error there is nobody to tell.
    let _ = std::io::stderr().write_all(message.as_bytes());
    std::process::exit(1);
}
