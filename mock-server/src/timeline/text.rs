//! The timeline for a terminal.

use std::time::Duration;

use super::{Bar, LABEL, Mark, Panel, Unit, grouped, shortened, ticks};

/// The fewest columns of a bar, however narrow the whole is to be.
const BAR: usize = 16;

const WAITING: char = '░';
const BYTES: char = '█';

/// The panel in lines of at most `width` columns (more where `width` is under about 60), each line ended. Its time
/// axis is `scale` long, or as long as its own span if that is longer.
pub fn text(panel: &Panel, width: usize, scale: Duration) -> String {
    let span = panel.span().max(scale).as_secs_f64().max(0.001);
    let mut lines = vec![panel.head(span)];
    if panel.is_crowded() {
        lines[0].push(':');
        lines.extend(arrivals(panel, span, width));
    } else if panel.record.exchanges().len() > 0 {
        lines.extend(drawing(&panel.bars().collect::<Vec<_>>(), span, width));
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A line for each part of the time: how many requests arrived in it.
fn arrivals(panel: &Panel, span: f64, width: usize) -> Vec<String> {
    let unit = Unit::of(span);
    let arrivals = panel.arrivals(span);
    let most = arrivals.most();
    let time = |part: usize| unit.format(part as f64 * arrivals.step);
    let label = time(arrivals.counts.len() - 1).len();
    let cells = width.saturating_sub(label + grouped(most as u64).len() + 2).max(BAR);
    let mut lines = Vec::new();
    for (part, &count) in arrivals.counts.iter().enumerate() {
        let time = time(part);
        // Few are not none.
        let bar = BYTES.to_string().repeat((count * cells).div_ceil(most));
        let count = if count == 0 { String::new() } else { grouped(count as u64) };
        lines.push(format!("{time:>label$} {bar} {count}"));
    }
    lines
}

fn drawing(bars: &[Bar], span: f64, width: usize) -> Vec<String> {
    let unit = Unit::of(span);
    let longest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or_default();
    let label = longest(&mut bars.iter().map(|bar| bar.label.chars().count())).min(LABEL);
    let took = longest(&mut bars.iter().map(|bar| bar.took(&unit).len()));
    let result = longest(&mut bars.iter().map(|bar| bar.result.len()));
    let cells = width.saturating_sub(label + took + result + 5).max(BAR);

    let mut lines = vec![format!("{:label$} {}", "", axis(span, cells, &unit))];
    for bar in bars {
        let name = shortened(&bar.label);
        let time = bar.took(&unit);
        lines.push(format!("{name:label$} {} {time:>took$}  {}", draw(bar, span, cells), bar.result));
    }
    let legend = legend(bars);
    let indent = (label + 1).min(width.saturating_sub(legend.chars().count()));
    lines.push(format!("{:indent$}{legend}", ""));
    lines
}

fn draw(bar: &Bar, span: f64, cells: usize) -> String {
    let cell = |time: f64| ((time / span * cells as f64) as usize).min(cells - 1);
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
        Mark::NotOver => '>',
    }
}

/// What the signs mean, of the marks those that are drawn.
fn legend(bars: &[Bar]) -> String {
    let mut legend = format!("{WAITING} waiting  {BYTES} bytes");
    for mark in Mark::in_use(bars.iter()) {
        legend += &format!("  {} {}", sign(mark), mark.meaning());
    }
    legend
}

fn axis(span: f64, cells: usize, unit: &Unit) -> String {
    let mut axis = String::new();
    for tick in ticks(span, cells / 7) {
        let at = (tick / span * cells as f64) as usize;
        let text = unit.format(tick);
        if axis.chars().count() <= at && at + text.len() <= cells {
            axis = format!("{axis:at$}{text}");
        }
    }
    format!("{axis:cells$}")
}
