//! A model of the lessons' kit: it prints into the log of events, and its timelines are drawn by the page.

use std::error::Error;

use event_log::Event;

/// A site to fetch.
#[derive(Clone, Debug)]
pub struct Site {
    /// What to print.
    pub name: String,
    /// What to fetch.
    pub url: String,
}

/// A lesson that runs. The page draws its timelines.
#[derive(Debug)]
pub struct Lesson;

impl Lesson {
    /// Does nothing.
    pub async fn timeline(&self, _title: &str) {}

    /// Does nothing.
    pub async fn summary(&self, _title: &str) {}
}

/// An error with all its causes.
pub fn with_causes(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", with_causes(source)),
        None => error.to_string(),
    }
}

#[doc(hidden)]
pub fn print_line(line: String) {
    event_log::push(Event::Print { line });
}

/// Prints a line.
#[macro_export]
macro_rules! println {
    () => { $crate::print_line(String::new()) };
    ($($words:tt)*) => { $crate::print_line(format!($($words)*)) };
}
