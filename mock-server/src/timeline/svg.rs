//! The timeline as a picture, readable in light and in dark.

use std::collections::BTreeSet;

use super::axis::Axis;
use super::bar::{Bar, Mark};
use super::escape::escape;
use super::panel::{Arrivals, Content, Drawing, Panel};
use super::words::{grouped, shortened};

// All lengths are in the picture's own units, which are pixels at its natural size.
const WIDTH: f64 = 780.0;
const MARGIN: f64 = 16.0;
const LABEL_WIDTH: f64 = 200.0;
const AXIS_WIDTH: f64 = 330.0;
const TITLE_HEIGHT: f64 = 34.0;
const TICK_HEIGHT: f64 = 24.0;
const ROW_HEIGHT: f64 = 26.0;
/// The height of a panel that counts arrivals, without its title and ticks.
const ARRIVALS_HEIGHT: f64 = 90.0;
/// Between two panels.
const GAP: f64 = 22.0;
/// A bar that would be thinner couldn't be seen.
const THINNEST: f64 = 3.0;
const TICKS: usize = 5;

/// A page with its own theme sets the four colours on `.timeline`.
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

/// The panels as an SVG document, one below the other on the same scale.
pub fn svg(panels: &[Panel]) -> String {
    let axis = Axis::new(panels.iter().map(Panel::span).max().unwrap_or_default());
    let drawings: Vec<_> = panels.iter().map(|panel| panel.drawing(&axis)).collect();
    let mut picture = Picture { body: String::new(), axis: &axis, max_arrivals: max_arrivals(&drawings) };
    let mut top = MARGIN;
    for drawing in &drawings {
        top = picture.draw_panel(drawing, top);
    }
    picture.draw_legend(&drawings, top);
    let height = top + MARGIN;
    let titles: Vec<_> = panels.iter().map(Panel::title).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"timeline\" role=\"img\" \
         viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">\n\
         <title>What the server saw: {}</title>\n<desc>{}</desc>\n<style>\n{STYLE}</style>\n{}</svg>\n",
        escape(&titles.join("; ")),
        escape(&description(&drawings, &axis)),
        picture.body,
    )
}

/// The most arrivals in one part of any panel.
fn max_arrivals(drawings: &[Drawing]) -> usize {
    let maxima = drawings.iter().map(|drawing| match &drawing.content {
        Content::Arrivals(arrivals) => arrivals.max(),
        Content::Nothing | Content::Bars(_) => 0,
    });
    maxima.max().unwrap_or_default()
}

/// The bars of all panels that have some.
fn bars(drawings: &[Drawing]) -> impl Iterator<Item = &Bar> {
    drawings.iter().flat_map(|drawing| match &drawing.content {
        Content::Bars(bars) => bars.as_slice(),
        Content::Nothing | Content::Arrivals(_) => &[],
    })
}

/// The picture as it's being drawn.
struct Picture<'axis> {
    body: String,
    axis: &'axis Axis,
    /// What the tallest column counts. All panels share this scale, so that they can be compared.
    max_arrivals: usize,
}

impl Picture<'_> {
    /// Draws a panel and returns where the next one begins.
    fn draw_panel(&mut self, drawing: &Drawing, top: f64) -> f64 {
        self.text("title", MARGIN, top + 14.0, &drawing.headline);
        let first_row = top + TITLE_HEIGHT + TICK_HEIGHT;
        let bottom = match &drawing.content {
            Content::Nothing => top + TITLE_HEIGHT,
            Content::Bars(bars) => {
                let bottom = first_row + bars.len() as f64 * ROW_HEIGHT;
                self.draw_ticks(first_row, bottom);
                for (index, bar) in bars.iter().enumerate() {
                    self.draw_bar(bar, first_row + index as f64 * ROW_HEIGHT);
                }
                bottom
            }
            Content::Arrivals(arrivals) => {
                let bottom = first_row + ARRIVALS_HEIGHT;
                self.draw_ticks(first_row, bottom);
                self.draw_arrivals(arrivals, bottom);
                bottom
            }
        };
        bottom + GAP
    }

    fn draw_ticks(&mut self, first_row: f64, bottom: f64) {
        let axis = self.axis;
        for tick in axis.ticks(TICKS) {
            let x = x(axis.fraction(tick));
            self.body += &format!(
                "<line class=\"axis\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{bottom:.1}\"/>\n",
                first_row - 6.0
            );
            self.text("tick", x, first_row - 10.0, &axis.label(tick));
        }
    }

    fn draw_bar(&mut self, bar: &Bar, top: f64) {
        let axis = self.axis;
        let mut draw_part = |class: &str, from, to| {
            let (left, right) = (x(axis.fraction(from)), x(axis.fraction(to)));
            self.rectangle(class, left, top + 5.0, (right - left).max(THINNEST), ROW_HEIGHT - 10.0);
        };
        draw_part("waiting", bar.start, bar.end);
        for &(first, last) in &bar.bytes {
            draw_part("bytes", first, last);
        }
        let baseline = top + 18.0;
        if let Some(mark) = bar.mark {
            self.text("mark", x(axis.fraction(bar.end)) + 5.0, baseline, sign(mark));
        }
        self.text("label", MARGIN, baseline, &shortened(&bar.label));
        let result = format!("{}, {}", bar.took(axis.unit), bar.result);
        self.text("result", x(1.0) + 20.0, baseline, &result);
    }

    /// Draws a column for each part of the time in which requests arrived.
    fn draw_arrivals(&mut self, arrivals: &Arrivals, bottom: f64) {
        let axis = self.axis;
        let width = x(axis.fraction(arrivals.step)) - x(0.0);
        for (time, count) in arrivals.parts().filter(|(_, count)| *count > 0) {
            let height = count as f64 / self.max_arrivals as f64 * (ARRIVALS_HEIGHT - 16.0);
            let (left, top) = (x(axis.fraction(time)), bottom - height);
            self.rectangle("arrivals", left, top, width - 1.0, height);
            self.text("count", left, top - 3.0, &grouped(count as u64));
        }
    }

    /// Draws what the colours and the marks of the bars mean, if there are bars.
    fn draw_legend(&mut self, drawings: &[Drawing], baseline: f64) {
        if bars(drawings).next().is_none() {
            return;
        }
        let mut x = x(0.0);
        for (class, meaning) in [("waiting", "waiting"), ("bytes", "bytes")] {
            self.body += &format!(
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"14\" height=\"10\"/>\n",
                baseline - 9.0
            );
            self.text("legend", x + 20.0, baseline, meaning);
            x += 90.0;
        }
        for mark in bars(drawings).filter_map(|bar| bar.mark).collect::<BTreeSet<_>>() {
            self.text("legend", x, baseline, &format!("{} {}", sign(mark), mark.meaning()));
            x += 150.0;
        }
    }

    fn rectangle(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        self.body += &format!(
            "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>\n"
        );
    }

    fn text(&mut self, class: &str, x: f64, y: f64, words: &str) {
        self.body += &format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n", escape(words));
    }
}

/// Where a fraction of the time axis is in the picture.
fn x(fraction: f64) -> f64 {
    MARGIN + LABEL_WIDTH + fraction * AXIS_WIDTH
}

fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::CutByServer => "✕",
        Mark::ClientLeft => "←",
        Mark::InFlight => "…",
    }
}

/// The pictures in words, for anyone who can't see them.
fn description(drawings: &[Drawing], axis: &Axis) -> String {
    let mut sentences = Vec::new();
    for Drawing { headline, content } in drawings {
        sentences.push(format!("{headline}."));
        match content {
            Content::Nothing => {}
            Content::Bars(bars) => {
                for bar in bars {
                    let (from, to) = (axis.unit.format(bar.start), axis.unit.format(bar.end));
                    sentences.push(format!("{} from {from} to {to}, {}.", bar.label, bar.result));
                }
            }
            Content::Arrivals(arrivals) => {
                let parts =
                    arrivals.parts().map(|(time, count)| format!("{count} from {}", axis.label(time)));
                let parts = parts.collect::<Vec<_>>().join(", ");
                sentences.push(format!("{}.", parts.replacen(" from", " arrived from", 1)));
            }
        }
    }
    sentences.join(" ")
}
