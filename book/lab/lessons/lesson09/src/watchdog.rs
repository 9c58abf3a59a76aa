//! A model of the lesson's watchdog, which prints the same lines. The lesson's own watchdog is a thread, and a page has
//! only one. But this one also runs while that thread is blocked, because the page controls the clock.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use lesson_kit::println;

/// What watched work prints.
#[derive(Clone, Debug, Default)]
pub struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    /// Prints a line.
    pub fn print(&self, line: impl Into<String>) {
        let line = line.into();
        println!("{line}");
        self.0.borrow_mut().push(line);
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

/// Prints that the work hangs as soon as its thread has been blocked for as long as `patience`.
#[expect(clippy::disallowed_methods, reason = "the watchdog has a thread of its own")]
pub fn notice_a_block(log: &Log, patience: Duration) {
    let log = log.clone();
    event_log::when_blocked(move || {
        thread::sleep(patience);
        println!("{}", Watched::Hung(log.0.take()));
    });
}

/// Runs `work` on this thread.
pub fn watch(_patience: Duration, work: impl FnOnce(Log) + Send + 'static) -> Watched {
    let log = Log::default();
    work(log.clone());
    Watched::Finished(log.0.take())
}
