//! Figures as a picture, readable in light and in dark, in the colours of the timelines.

use mock_server::timeline::escape;

use crate::table::{Row, Told, number};
use crate::works::Work;

// All lengths are in the picture's own units, which are pixels at its natural size.
const WIDTH: f64 = 780.0;
const MARGIN: f64 = 16.0;
const LABEL: f64 = 242.0;
const BAR: f64 = 170.0;
const FIGURE: f64 = 80.0;
const ROW: f64 = 26.0;
const TOP: f64 = 66.0;
/// So wide at least is what would be too thin to see.
const THIN: f64 = 2.0;

/// A page that shows it in a theme of its own sets the four colours on `.peers`.
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

/// A bar for the time and one for the memory of each program, as an SVG document. `foot` tells where the figures are from.
pub fn svg(work: &Work, rows: &[Row], foot: &str) -> String {
    let most = |figure: fn(&Told) -> f64| {
        let figures = rows.iter().filter_map(|row| row.told.as_ref().ok()).map(figure);
        figures.fold(0.0, f64::max).max(f64::MIN_POSITIVE)
    };
    let (longest, largest) = (most(|told| told.seconds.most), most(|told| told.peak));
    let second = MARGIN + LABEL + BAR + FIGURE;
    let mut body = String::new();
    text(&mut body, "title", MARGIN, MARGIN + 14.0, &work.title);
    text(&mut body, "head", MARGIN + LABEL, TOP - 12.0, "seconds, and the range");
    text(&mut body, "head", second, TOP - 12.0, "peak memory");
    let mut words = String::new();
    for (index, row) in rows.iter().enumerate() {
        let y = TOP + index as f64 * ROW;
        text(&mut body, "label", MARGIN, y + 17.0, row.program);
        let told = match &row.told {
            Ok(told) => told,
            Err(reason) => {
                text(&mut body, "reason", MARGIN + LABEL, y + 17.0, reason);
                words += &format!("{}: {reason}. ", row.program);
                continue;
            }
        };
        let class = if row.program.starts_with("Python") { "python" } else { "rust" };
        let time = told.seconds.median / longest * BAR;
        rectangle(&mut body, class, MARGIN + LABEL, y, time);
        let (least, most) = (told.seconds.least / longest * BAR, told.seconds.most / longest * BAR);
        body += &format!(
            "<line class=\"range\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{:.1}\" y2=\"{:.1}\"/>\n",
            MARGIN + LABEL + least,
            MARGIN + LABEL + most,
            y + ROW / 2.0,
            y + ROW / 2.0
        );
        let seconds = format!("{} s", number(told.seconds.median));
        let end = time.max(most) + THIN + 5.0;
        text(&mut body, "figure", MARGIN + LABEL + end, y + 17.0, &seconds);
        let memory = told.peak / largest * BAR;
        rectangle(&mut body, class, second, y, memory);
        let megabytes = format!("{} MB", number(told.peak / 1_000_000.0));
        text(&mut body, "figure", second + memory.max(THIN) + 5.0, y + 17.0, &megabytes);
        words += &format!("{}: {seconds}, {megabytes}. ", row.program);
    }
    let height = TOP + rows.len() as f64 * ROW + MARGIN + 20.0;
    text(&mut body, "foot", MARGIN, height - MARGIN, foot);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"peers\" role=\"img\" \
         viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\">\n\
         <title>{}</title>\n<desc>{}</desc>\n<style>\n{STYLE}</style>\n{body}</svg>\n",
        escape(&work.title),
        escape(&format!("{words}{foot}")),
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
    use crate::table::tests::ladder;

    #[test]
    fn the_longest_bar_is_that_of_who_took_longest_and_all_is_told_in_words() {
        let (work, rows) = ladder();
        let svg = svg(&work, &rows, "on <a machine>");
        // Two seconds of at most 20, and 6.9 MB, the most.
        assert!(svg.contains("width=\"17.0\""), "{svg}");
        assert!(svg.contains("width=\"170.0\""), "{svg}");
        assert!(svg.contains("reqwest, JoinSet: 2.00 s, 6.90 MB. "), "{svg}");
        assert!(svg.contains("Python: aiohttp: aiohttp is missing. on &lt;a machine&gt;</desc>"), "{svg}");
        assert!(svg.contains("prefers-color-scheme: dark"));
    }
}
