//! Results as a picture, in light and dark, in the colours of the timelines.

use mock_server::timeline::escape;

use crate::numbers::number;
use crate::table::{Row, Summary};
use crate::workloads::Workload;

// All lengths are in the picture's own units, which are pixels at its natural size.
const WIDTH: f64 = 780.0;
const MARGIN: f64 = 16.0;
const LABEL: f64 = 242.0;
const BAR: f64 = 170.0;
const FIGURE: f64 = 80.0;
const ROW: f64 = 26.0;
const TOP: f64 = 66.0;
/// The minimum width of a bar, so that a short one stays visible.
const THIN: f64 = 2.0;

/// A page with a theme of its own sets the four colours on `.peers`.
const STYLE: &str = "\
.peers { --text: #1f2328; --ground: #ffffff; --waiting: #cfe0f5; --bytes: #1f5fa8; }
@media (prefers-color-scheme: dark) {
  .peers { --text: #e6edf3; --ground: #14181d; --waiting: #24405f; --bytes: #8fc1ff; }
}
.peers { background: var(--ground); font: 13px system-ui, sans-serif; }
.peers text { fill: var(--text); }
.peers .title { font-weight: 600; font-size: 14px; }
.peers .rust { fill: var(--bytes); }
.peers .python { fill: var(--waiting); stroke: var(--bytes); }
.peers .range { stroke: var(--text); stroke-width: 1.5; }
";

/// An SVG document with two bars for each program, for time and memory. `foot` says where the figures come from.
pub fn svg(workload: &Workload, rows: &[Row], foot: &str) -> String {
    let most = |figure: fn(&Summary) -> f64| {
        let figures = rows.iter().filter_map(|row| row.summary.as_ref().ok()).map(figure);
        figures.fold(0.0, f64::max).max(f64::MIN_POSITIVE)
    };
    let (longest, largest) = (most(|summary| summary.seconds.most), most(|summary| summary.peak));
    let second = MARGIN + LABEL + BAR + FIGURE;
    let mut body = String::new();
    text(&mut body, "title", MARGIN, MARGIN + 14.0, &workload.title);
    text(&mut body, "head", MARGIN + LABEL, TOP - 12.0, "seconds, and the range");
    text(&mut body, "head", second, TOP - 12.0, "peak memory");
    let mut description = String::new();
    for (index, row) in rows.iter().enumerate() {
        let y = TOP + index as f64 * ROW;
        text(&mut body, "label", MARGIN, y + 17.0, row.program);
        let summary = match &row.summary {
            Ok(summary) => summary,
            Err(reason) => {
                text(&mut body, "reason", MARGIN + LABEL, y + 17.0, reason);
                description += &format!("{}: {reason}. ", row.program);
                continue;
            }
        };
        let class = if row.program.starts_with("Python") { "python" } else { "rust" };
        let time = summary.seconds.median / longest * BAR;
        rectangle(&mut body, class, MARGIN + LABEL, y, time);
        let (least, most) = (summary.seconds.least / longest * BAR, summary.seconds.most / longest * BAR);
        body += &format!(
            "<line class=\"range\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\n",
            MARGIN + LABEL + least,
            MARGIN + LABEL + most,
            y + ROW / 2.0,
            y + ROW / 2.0
        );
        let seconds = format!("{} s", number(summary.seconds.median));
        let end = time.max(most) + THIN + 5.0;
        text(&mut body, "figure", MARGIN + LABEL + end, y + 17.0, &seconds);
        let memory = summary.peak / largest * BAR;
        rectangle(&mut body, class, second, y, memory);
        let megabytes = format!("{} MB", number(summary.peak / 1_000_000.0));
        text(&mut body, "figure", second + memory.max(THIN) + 5.0, y + 17.0, &megabytes);
        description += &format!("{}: {seconds}, {megabytes}. ", row.program);
    }
    let height = TOP + rows.len() as f64 * ROW + MARGIN + 20.0;
    text(&mut body, "foot", MARGIN, height - MARGIN, foot);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"peers\" role=\"img\" \
         viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">\n\
         <title>{}</title>\n<desc>{}</desc>\n<style>\n{STYLE}</style>\n{body}</svg>\n",
        escape(&workload.title),
        escape(&format!("{description}{foot}")),
    )
}

fn rectangle(body: &mut String, class: &str, x: f64, y: f64, wide: f64) {
    *body += &format!(
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>\n",
        y + 5.0,
        wide.max(THIN),
        ROW - 10.0
    );
}

fn text(body: &mut String, class: &str, x: f64, y: f64, words: &str) {
    *body += &format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n", escape(words));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::example;

    #[test]
    fn the_slowest_program_has_the_longest_bar_and_the_description_has_all_figures() {
        let (workload, rows) = example();
        let svg = svg(&workload, &rows, "on <a machine>");
        // Two seconds of at most 20, and 6.9 MB, the most.
        assert!(svg.contains("width=\"17.0\""), "{svg}");
        assert!(svg.contains("width=\"170.0\""), "{svg}");
        assert!(svg.contains("reqwest, JoinSet: 2.00 s, 6.90 MB. "), "{svg}");
        assert!(svg.contains("Python: aiohttp: aiohttp is missing. on &lt;a machine&gt;</desc>"), "{svg}");
        assert!(svg.contains("prefers-color-scheme: dark"));
    }
}
