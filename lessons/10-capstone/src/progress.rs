//! What a person sees while it runs: a bar on a terminal, and a line now and
//! then elsewhere. All of it goes to standard error.

use std::io::{Write, stderr};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where there is no terminal, a line for so many URLs.
const LINE: u64 = 100;

/// How far it has come.
#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
    lines: bool,
}

impl Progress {
    /// On standard error.
    pub fn shown() -> Progress {
        let target = ProgressDrawTarget::stderr();
        let lines = target.is_hidden();
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style =
            ProgressStyle::with_template("{bar:40} {pos} of {len} URLs {msg}");
        // It is a bar even if its style cannot be had.
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Progress { bar, lines }
    }

    /// Nowhere.
    pub fn hidden() -> Progress {
        Progress { bar: ProgressBar::hidden(), lines: false }
    }

    /// There is one more URL to check.
    pub fn found(&self) {
        self.bar.inc_length(1);
    }

    /// One is checked.
    pub fn checked(&self, is_broken: bool) {
        if is_broken {
            self.bar.set_message("(some are broken)");
        }
        self.bar.inc(1);
        let checked = self.bar.position();
        if self.lines && checked.is_multiple_of(LINE) {
            let known = self.bar.length().unwrap_or_default();
            // Where nobody reads it, it still checks.
            let _ = writeln!(
                stderr(),
                "lesson10: {checked} of {known} URLs checked"
            );
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
