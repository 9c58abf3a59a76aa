//! A thread that can be left behind, and a watchdog that says where it hangs.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use lesson_kit::println;

/// Tells what happens, to whoever watches.
#[derive(Clone, Debug)]
pub struct Tell(mpsc::Sender<String>);

impl Tell {
    /// Tells it. If nobody watches any more, nobody is told.
    pub fn tell(&self, what: impl Into<String>) {
        let _ = self.0.send(what.into());
    }
}

/// How watched work ended, and what it told.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// It came to its end.
    Done(Vec<String>),
    /// Nothing happened any more.
    Hangs(Vec<String>),
}

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::Done(_) => formatter.write_str("done"),
            Ended::Hangs(told) => {
                let last = told.last().map_or("nothing", String::as_str);
                write!(formatter, "watchdog: it hangs; the last was: {last}")
            }
        }
    }
}

// ANCHOR: watch
/// Runs `work` in a thread of its own and prints what it tells. When it tells
/// nothing for as long as `patience` it is left behind, with all that it has.
/// A thread cannot be stopped; it ends with the program.
pub fn watch(
    patience: Duration,
    work: impl FnOnce(Tell) + Send + 'static,
) -> Ended {
    let (sender, events) = mpsc::channel();
    thread::spawn(move || work(Tell(sender)));
    let mut told = Vec::new();
    loop {
        match events.recv_timeout(patience) {
            Ok(event) => {
                println!("{event}");
                told.push(event);
            }
            // Who tells is gone.
            Err(RecvTimeoutError::Disconnected) => return Ended::Done(told),
            Err(RecvTimeoutError::Timeout) => return Ended::Hangs(told),
        }
    }
}
// ANCHOR_END: watch
