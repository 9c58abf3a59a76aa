//! What a person sees while a check runs: a bar on a terminal, and otherwise a
//! line now and then. All of it goes to standard error.

use std::io::{Write, stderr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

/// Without a terminal, a line is printed this often. A short check prints none.
const PAUSE: Duration = Duration::from_secs(30);

/// The progress of a check.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    broken: AtomicU64,
    /// When the check began, if lines are printed.
    start: Option<Instant>,
    /// How many lines it was time for.
    lines: AtomicU64,
}

impl Progress {
    /// Progress on standard error.
    pub fn visible() -> Progress {
        let target = ProgressDrawTarget::stderr();
        let start = target.is_hidden().then(Instant::now);
        let bar = ProgressBar::with_draw_target(Some(0), target);
        // The message is cut where a narrow terminal ends. A line that's broken
        // in two wouldn't be removed completely.
        let style = ProgressStyle::with_template("{bar:20} {wide_msg}");
        // Without the style it's still a bar.
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Progress { start, ..Progress::on(bar) }
    }

    /// Progress that isn't shown.
    pub fn hidden() -> Progress {
        let target = ProgressDrawTarget::hidden();
        Progress::on(ProgressBar::with_draw_target(Some(0), target))
    }

    fn on(bar: ProgressBar) -> Progress {
        let (broken, lines) = (AtomicU64::new(0), AtomicU64::new(0));
        Progress { bar, broken, start: None, lines }
    }

    /// Counts one more URL to check.
    pub fn found(&self) {
        self.bar.inc_length(1);
        self.bar.set_message(self.message());
    }

    /// Counts a URL that was checked.
    pub fn checked(&self, is_broken: bool) {
        self.count(is_broken);
        if let Some(line) = self.line() {
            // If standard error is closed, the check goes on without it.
            let _ = writeln!(stderr(), "lesson10: {line}");
        }
    }

    fn count(&self, is_broken: bool) {
        self.broken.fetch_add(u64::from(is_broken), Relaxed);
        self.bar.inc(1);
        self.bar.set_message(self.message());
    }

    fn message(&self) -> String {
        let checked = HumanCount(self.bar.position());
        let known = HumanCount(self.bar.length().unwrap_or_default());
        let broken = HumanCount(self.broken.load(Relaxed));
        format!("{checked} of {known} URLs checked, {broken} broken")
    }

    /// The line to print now, if it's time for one.
    fn line(&self) -> Option<String> {
        let pauses = self.start?.elapsed().as_secs() / PAUSE.as_secs();
        let is_time = self.lines.swap(pauses, Relaxed) != pauses;
        is_time.then(|| self.message())
    }

    /// Removes the bar.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn without_a_terminal_a_long_check_prints_a_line_now_and_then() {
        let hidden = Progress::hidden();
        let progress = Progress { start: Some(Instant::now()), ..hidden };
        let mut lines = Vec::new();
        for number in 0..1_200 {
            progress.found();
            progress.count(number == 0);
            lines.extend(progress.line());
            advance(Duration::from_millis(60)).await;
        }
        let expected = [
            "501 of 501 URLs checked, 1 broken",
            "1,001 of 1,001 URLs checked, 1 broken",
        ];
        assert_eq!(lines, expected);
    }
}
