//! The timeline for a terminal.
//!
//! Columns are counted in characters. A terminal gives some characters two columns (漢) or none (combining accents), so
//! a row whose label has them is off by one column for each.

use std::collections::BTreeSet;
use std::time::Duration;

use super::axis::Axis;
use super::bar::{Bar, Mark};
use super::panel::{Arrivals, Content, Panel};
use super::words::{LABEL, grouped, shortened};

/// The usual width of a timeline, in columns.
pub const WIDTH: usize = 80;

/// The narrowest bar, in columns.
const BAR: usize = 16;

/// The distance between ticks, in columns. It's a label's width and a space.
const TICK: usize = 7;

const WAITING: char = '░';
const BYTES: char = '█';

/// The panel as lines of at most `width` columns, each ending in a line feed. Two things can make a line longer: a long
/// title, and a width below about 80, because bars have at least 16 columns and the legend isn't cut.
///
/// The time axis is as long as `scale`, or as long as the panel's own span if that's longer.
pub fn text(panel: &Panel, width: usize, scale: Duration) -> String {
    let axis = Axis::new(panel.span().max(scale));
    let drawing = panel.drawing(&axis);
    let mut lines = vec![drawing.headline];
    match &drawing.content {
        Content::Nothing => {}
        Content::Bars(bars) => lines.extend(draw_bars(bars, &axis, width)),
        Content::Arrivals(arrivals) => {
            lines[0].push(':');
            lines.extend(draw_arrivals(arrivals, &axis, width));
        }
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A line for each part of the time axis: how many requests arrived in it.
fn draw_arrivals(arrivals: &Arrivals, axis: &Axis, width: usize) -> Vec<String> {
    let max = arrivals.max();
    let labels = || arrivals.parts().map(|(time, _)| axis.label(time));
    let label_width = labels().map(|label| label.len()).max().unwrap_or_default();
    let cells = width.saturating_sub(label_width + grouped(max as u64).len() + 2).max(BAR);
    let mut lines = Vec::new();
    for (label, (_, count)) in labels().zip(arrivals.parts()) {
        // Rounded up, so that even one request is visible.
        let bar = BYTES.to_string().repeat((count * cells).div_ceil(max));
        let count = if count == 0 { String::new() } else { grouped(count as u64) };
        lines.push(format!("{label:>label_width$} {bar} {count}"));
    }
    lines
}

fn draw_bars(bars: &[Bar], axis: &Axis, width: usize) -> Vec<String> {
    let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
    let label_width = longest(&mut bars.iter().map(|bar| bar.label.chars().count())).min(LABEL);
    let took_width = longest(&mut bars.iter().map(|bar| bar.took(axis.unit).len()));
    let result_width = longest(&mut bars.iter().map(|bar| bar.result.len()));
    let cells = width.saturating_sub(label_width + took_width + result_width + 5).max(BAR);

    let mut lines = vec![format!("{:label_width$} {}", "", tick_labels(axis, cells))];
    for bar in bars {
        let label = shortened(&bar.label);
        let took = bar.took(axis.unit);
        let drawn = draw_bar(bar, axis, cells);
        lines.push(format!("{label:label_width$} {drawn} {took:>took_width$}  {}", bar.result));
    }
    let legend = legend(bars);
    let indent = (label_width + 1).min(width.saturating_sub(legend.chars().count()));
    lines.push(format!("{:indent$}{legend}", ""));
    lines
}

fn draw_bar(bar: &Bar, axis: &Axis, cells: usize) -> String {
    let cell = |time| ((axis.fraction(time) * cells as f64) as usize).min(cells - 1);
    let end = cell(bar.end);
    let mut row = vec![' '; cells];
    row[cell(bar.start)..=end].fill(WAITING);
    for &(first, last) in &bar.bytes {
        row[cell(first)..=cell(last)].fill(BYTES);
    }
    if let Some(mark) = bar.mark {
        row[end] = sign(mark);
    }
    row.into_iter().collect()
}

fn sign(mark: Mark) -> char {
    match mark {
        Mark::CutByServer => 'x',
        Mark::ClientLeft => '<',
        Mark::InFlight => '>',
    }
}

/// What the signs in these bars mean.
fn legend(bars: &[Bar]) -> String {
    let mut legend = format!("{WAITING} waiting  {BYTES} bytes");
    for mark in bars.iter().filter_map(|bar| bar.mark).collect::<BTreeSet<_>>() {
        legend += &format!("  {} {}", sign(mark), mark.meaning());
    }
    legend
}

/// The labels of the ticks that fit, each where its tick would be.
fn tick_labels(axis: &Axis, cells: usize) -> String {
    let mut line = String::new();
    for tick in axis.ticks(cells / TICK) {
        let at = (axis.fraction(tick) * cells as f64) as usize;
        let label = axis.label(tick);
        let has_room = line.is_empty() || line.len() < at;
        if has_room && at + label.len() <= cells {
            line = format!("{line:at$}{label}");
        }
    }
    format!("{line:cells$}")
}
