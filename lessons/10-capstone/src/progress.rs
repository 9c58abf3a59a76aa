//! What a person sees while a check runs: a bar on a terminal, and otherwise a
//! line now and then. All of it goes to standard error.

use std::io::{Write, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Without a terminal, a line is printed after this many URLs.
const URLS_PER_LINE: u64 = 100;

/// The progress of a check.
#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
    prints_lines: bool,
}

impl Progress {
    /// Progress on standard error.
    pub fn visible() -> Progress {
        let target = ProgressDrawTarget::stderr();
        let prints_lines = target.is_hidden();
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style =
            ProgressStyle::with_template("{bar:40} {pos} of {len} URLs {msg}");
        // Without the style it's still a bar.
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Progress { bar, prints_lines }
    }

    /// Progress that isn't shown.
    pub fn hidden() -> Progress {
        Progress { bar: ProgressBar::hidden(), prints_lines: false }
    }

    /// Counts one more URL to check.
    pub fn found(&self) {
        self.bar.inc_length(1);
    }

    /// Counts a URL that was checked.
    pub fn checked(&self, is_broken: bool) {
        if is_broken {
            self.bar.set_message("(some are broken)");
        }
        self.bar.inc(1);
        let checked = self.bar.position();
        if self.prints_lines && checked.is_multiple_of(URLS_PER_LINE) {
            let known = self.bar.length().unwrap_or_default();
            // If standard error is closed, the check goes on without it.
            let _ = writeln!(
                stderr(),
                "lesson10: {checked} of {known} URLs checked"
            );
        }
    }

    /// Removes the bar.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
