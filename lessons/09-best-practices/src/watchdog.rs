//! For programs that hang: a thread that can be left behind, and a log that says
//! what it did last.

use std::fmt;
use std::panic;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use lesson_kit::println;

/// What watched work prints. Each line also shows that it still makes progress.
#[derive(Clone, Debug)]
pub struct Log(mpsc::Sender<String>);

impl Log {
    /// Prints a line.
    pub fn print(&self, line: impl Into<String>) {
        // It fails when the watchdog has given up. Then the line comes too late.
        let _ = self.0.send(line.into());
    }
}

/// How watched work ended, and the lines it printed.
#[derive(Debug, PartialEq, Eq)]
pub enum Watched {
    /// It finished.
    Finished(Vec<String>),
    /// It stopped making progress.
    Hung(Vec<String>),
}

impl fmt::Display for Watched {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Watched::Finished(_) => formatter.write_str("finished"),
            Watched::Hung(lines) => {
                let last = lines.last().map_or("nothing", String::as_str);
                write!(formatter, "watchdog: it hangs; last line: {last}")
            }
        }
    }
}

// ANCHOR: watch
/// Runs `work` on a thread of its own and prints what it logs. If it logs nothing
/// for as long as `patience`, the thread is left behind with everything it holds:
/// a thread can't be stopped, it ends with the program. A panic is passed on.
pub fn watch(
    patience: Duration,
    work: impl FnOnce(Log) + Send + 'static,
) -> Watched {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || work(Log(sender)));
    let mut lines = Vec::new();
    loop {
        match receiver.recv_timeout(patience) {
            Ok(line) => {
                println!("{line}");
                lines.push(line);
            }
            // The work has dropped its log: it's done, or it panicked.
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => return Watched::Hung(lines),
        }
    }
    if let Err(panic) = worker.join() {
        panic::resume_unwind(panic);
    }
    Watched::Finished(lines)
}
// ANCHOR_END: watch
