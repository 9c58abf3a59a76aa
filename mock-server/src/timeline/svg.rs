//! The timeline as a picture, readable in light and in dark.

use super::{Arrivals, Bar, Mark, Panel, Unit, escape, grouped, shortened, ticks};

// All lengths are in the picture's own units, which are pixels at its natural size.
const WIDTH: f64 = 780.0;
const LABEL: f64 = 200.0;
const BAR: f64 = 330.0;
const ROW: f64 = 26.0;
const TITLE: f64 = 34.0;
const AXIS: f64 = 24.0;
const GAP: f64 = 22.0;
/// The tallest bar of a panel that counts arrivals.
const TALL: f64 = 90.0;
const MARGIN: f64 = 16.0;
/// So wide at least is what would be too thin to see.
const THIN: f64 = 3.0;

/// A page that shows it in a theme of its own sets the four colours on `.timeline`.
const STYLE: &str = "\
.timeline { --text: #1f2328; --ground: #ffffff; --waiting: #cfe0f5; --bytes: #1f5fa8; }
@media (prefers-color-scheme: dark) {
  .timeline { --text: #e6edf3; --ground: #14181d; --waiting: #24405f; --bytes: #8fc1ff; }
}
.timeline { background: var(--ground); font: 13px system-ui, sans-serif; }
.timeline text { fill: var(--text); }
.timeline .title { font-weight: 600; font-size: 14px; }
.timeline .axis { stroke: var(--text); stroke-opacity: 0.25; }
.timeline .waiting { fill: var(--waiting); stroke: var(--bytes); }
.timeline .bytes, .timeline .arrivals { fill: var(--bytes); }
";

/// The panels, one below the other on one scale, as an SVG document.
pub fn svg(panels: &[Panel]) -> String {
    let span = panels.iter().map(Panel::span).max().unwrap_or_default().as_secs_f64().max(0.001);
    let crowded = panels.iter().filter(|panel| panel.is_crowded());
    let most = crowded.map(|panel| panel.arrivals(span).most()).max().unwrap_or_default();
    let mut body = String::new();
    let mut top = MARGIN;
    for panel in panels {
        top = draw_panel(&mut body, panel, span, most, top);
    }
    draw_legend(&mut body, panels, top);
    let height = top + MARGIN;
    let titles: Vec<_> = panels.iter().map(|panel| panel.title.as_str()).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"timeline\" role=\"img\" \
         viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">\n\
         <title>What the server saw: {}</title>\n<desc>{}</desc>\n<style>\n{STYLE}</style>\n{body}</svg>\n",
        escape(&titles.join("; ")),
        escape(&description(panels, span)),
    )
}

/// What the colours and the signs mean, of the signs those that are drawn.
fn draw_legend(body: &mut String, panels: &[Panel], middle: f64) {
    let drawn = panels.iter().filter(|panel| !panel.is_crowded());
    let bars: Vec<Bar> = drawn.flat_map(Panel::bars).collect();
    if bars.is_empty() {
        return;
    }
    let mut x = MARGIN + LABEL;
    for (class, meaning) in [("waiting", "waiting"), ("bytes", "bytes")] {
        *body += &format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"14\" height=\"10\"/>\n",
            middle - 9.0
        );
        text(body, "legend", x + 20.0, middle, meaning);
        x += 90.0;
    }
    for mark in Mark::in_use(bars.iter()) {
        text(body, "legend", x, middle, &format!("{} {}", sign(mark), mark.meaning()));
        x += 150.0;
    }
}

/// Draws a panel and returns where the next begins. `most` is what the tallest column of all panels counts.
fn draw_panel(body: &mut String, panel: &Panel, span: f64, most: usize, top: f64) -> f64 {
    let unit = Unit::of(span);
    let x = |time: f64| MARGIN + LABEL + time / span * BAR;
    text(body, "title", MARGIN, top + 14.0, &panel.head(span));
    let rows = panel.record.exchanges().len();
    if rows == 0 {
        return top + TITLE + GAP;
    }
    let first_row = top + TITLE + AXIS;
    let height = if panel.is_crowded() { TALL } else { rows as f64 * ROW };
    let bottom = first_row + height;
    for tick in ticks(span, 5) {
        let at = x(tick);
        *body += &format!(
            "<line class=\"axis\" x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{:.1}\" y2=\"{bottom:.1}\"/>\n",
            first_row - 6.0
        );
        text(body, "tick", at, first_row - 10.0, &unit.format(tick));
    }
    if panel.is_crowded() {
        draw_arrivals(body, &panel.arrivals(span), most, bottom, &x);
    } else {
        for (index, bar) in panel.bars().enumerate() {
            draw_bar(body, &bar, first_row + index as f64 * ROW, &x, &unit);
        }
    }
    bottom + GAP
}

/// A column for each part of the time, as tall as many requests arrived in it.
fn draw_arrivals(body: &mut String, arrivals: &Arrivals, most: usize, bottom: f64, x: &impl Fn(f64) -> f64) {
    let wide = x(arrivals.step) - x(0.0);
    for (part, &count) in arrivals.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let tall = count as f64 / most as f64 * (TALL - 16.0);
        let left = x(part as f64 * arrivals.step);
        *body += &format!(
            "<rect class=\"arrivals\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{tall:.1}\"/>\n",
            bottom - tall,
            wide - 1.0
        );
        text(body, "count", left, bottom - tall - 3.0, &grouped(count as u64));
    }
}

fn draw_bar(body: &mut String, bar: &Bar, top: f64, x: &impl Fn(f64) -> f64, unit: &Unit) {
    let mut rectangle = |class: &str, from: f64, to: f64| {
        let width = (to - from).max(THIN);
        *body += &format!(
            "<rect class=\"{class}\" x=\"{from:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\"/>\n",
            top + 5.0,
            ROW - 10.0
        );
    };
    let end = x(bar.end);
    rectangle("waiting", x(bar.start), end);
    for &(first, last) in &bar.bytes {
        rectangle("bytes", x(first), x(last));
    }
    if let Some(mark) = bar.mark {
        text(body, "mark", end + 5.0, top + 18.0, sign(mark));
    }
    text(body, "label", MARGIN, top + 18.0, &shortened(&bar.label));
    let result = format!("{}, {}", bar.took(unit), bar.result);
    text(body, "result", MARGIN + LABEL + BAR + 20.0, top + 18.0, &result);
}

fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::CutByServer => "✕",
        Mark::ClientLeft => "←",
        Mark::NotOver => "…",
    }
}

fn text(body: &mut String, class: &str, x: f64, y: f64, words: &str) {
    *body += &format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n", escape(words));
}

/// The pictures in words, for who cannot see them.
fn description(panels: &[Panel], span: f64) -> String {
    let unit = Unit::of(span);
    let mut words = String::new();
    for panel in panels {
        words += &format!("{}. ", panel.head(span));
        if panel.is_crowded() {
            let arrivals = panel.arrivals(span);
            let time = |part: usize| unit.format(part as f64 * arrivals.step);
            let counts = arrivals.counts.iter().enumerate();
            let told: Vec<_> = counts.map(|(part, count)| format!("{count} from {}", time(part))).collect();
            words += &format!("{}. ", told.join(", ").replacen(" from", " arrived from", 1));
            continue;
        }
        for bar in panel.bars() {
            let (from, to) = (unit.format(bar.start), unit.format(bar.end));
            words += &format!("{} from {from} to {to}, {}. ", bar.label, bar.result);
        }
    }
    words.trim_end().to_owned()
}
