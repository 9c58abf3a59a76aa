//! The timeline: the record drawn, as text for a terminal and as a picture (SVG).

mod escape;
mod json;
mod svg;
mod text;

use std::time::Duration;

use crate::record::{Exchange, Outcome, Record};

pub use escape::escape;
pub use json::json;
pub use svg::svg;
pub use text::text;

/// Columns of a timeline as text, unless the terminal is to have another number.
pub const WIDTH: usize = 80;

/// The longest label drawn whole, in characters.
const LABEL: usize = 26;

/// Exchanges drawn with a bar for each; of more, a drawing tells how many arrived when.
const ROWS: usize = 60;

/// One drawing: a title and what the server saw while it held.
#[derive(Clone, Debug)]
pub struct Panel {
    title: String,
    record: Record,
}

impl Panel {
    /// A drawing of this record.
    pub fn new(title: &str, record: Record) -> Panel {
        Panel { title: title.to_owned(), record }
    }

    /// From the first request to the last that happened. Panels drawn on the scale of the longest can be compared.
    pub fn span(&self) -> Duration {
        let ends = self.record.exchanges().map(|exchange| exchange.ended.unwrap_or(self.record.taken()));
        ends.max().unwrap_or_default().saturating_sub(self.start())
    }

    fn start(&self) -> Duration {
        self.record.exchanges().map(|exchange| exchange.request_head).min().unwrap_or_default()
    }

    /// The title and the figures that the drawing shows.
    pub fn summary(&self) -> String {
        let record = &self.record;
        if record.exchanges().len() == 0 {
            return format!("{}: the server saw no request", self.title);
        }
        format!(
            "{}: {} on {}, at most {} in flight",
            self.title,
            counted(record.exchanges().len(), "request"),
            counted(record.connections(), "connection"),
            record.max_in_flight()
        )
    }

    /// What stands above the drawing, where `span` is the length of the axis in seconds.
    fn head(&self, span: f64) -> String {
        if !self.is_crowded() {
            return self.summary();
        }
        let requests = counted(self.record.exchanges().len(), "request");
        let step = Unit::of(span).format(step(span, PARTS));
        format!("{}: {requests}, so many in each {step}", self.title)
    }

    /// Whether there are more exchanges than bars can show.
    fn is_crowded(&self) -> bool {
        self.record.exchanges().len() > ROWS
    }

    /// How many requests arrived in each part of the time, where `span` is the length of the axis in seconds.
    fn arrivals(&self, span: f64) -> Arrivals {
        let step = step(span, PARTS);
        let start = self.start();
        let part = |exchange: &Exchange| {
            ((exchange.request_head.saturating_sub(start)).as_secs_f64() / step) as usize
        };
        let last = self.record.exchanges().map(part).max().unwrap_or_default();
        let mut counts = vec![0; last + 1];
        for exchange in self.record.exchanges() {
            counts[part(exchange)] += 1;
        }
        Arrivals { step, counts }
    }

    fn bars(&self) -> impl Iterator<Item = Bar> {
        let start = self.start();
        self.record.exchanges().map(move |exchange| Bar::new(exchange, start, self.record.taken()))
    }
}

/// Parts of the time for which arrivals are counted.
const PARTS: usize = 16;

/// How many requests arrived when.
struct Arrivals {
    /// How long each part is, in seconds.
    step: f64,
    counts: Vec<usize>,
}

impl Arrivals {
    fn most(&self) -> usize {
        self.counts.iter().copied().max().unwrap_or_default()
    }
}

/// An exchange in a line: what was asked, what came of it, and how long it took.
pub fn line(exchange: &Exchange) -> String {
    let bar = Bar::new(exchange, exchange.request_head, Duration::ZERO);
    let milliseconds = Unit { milliseconds: true };
    format!("{} {}: {} in {}", exchange.method, bar.label, bar.result, bar.took(&milliseconds))
}

/// One exchange, its times in seconds from the panel's start.
struct Bar {
    label: String,
    start: f64,
    /// When bytes went out: one block, or several with pauses between them.
    bytes: Vec<(f64, f64)>,
    /// When it was over, or, in flight, when the record was read.
    end: f64,
    mark: Option<Mark>,
    result: String,
}

impl Bar {
    fn new(exchange: &Exchange, start: Duration, taken: Duration) -> Bar {
        let seconds = |time: Duration| time.saturating_sub(start).as_secs_f64();
        let bytes = grouped(exchange.bytes);
        Bar {
            label: exchange.label(),
            start: seconds(exchange.request_head),
            bytes: blocks(exchange).map(|(first, last)| (seconds(first), seconds(last))).collect(),
            // A copy made of the record as it stands does not know when it was made.
            end: seconds(exchange.ended.unwrap_or(taken).max(exchange.request_head)),
            mark: Mark::of(exchange.outcome),
            result: match exchange.outcome {
                Outcome::InFlight => format!("in flight, {bytes} B"),
                Outcome::Complete => format!("{bytes} bytes"),
                Outcome::Cut => format!("cut at {bytes} B"),
                Outcome::Reset => format!("reset at {bytes} B"),
                Outcome::ClientGone => format!("left at {bytes} B"),
            },
        }
    }

    /// How long the exchange took, or has taken so far.
    fn took(&self, unit: &Unit) -> String {
        unit.format(self.end - self.start)
    }
}

/// When bytes of an answer went out, without its pauses.
fn blocks(exchange: &Exchange) -> impl Iterator<Item = (Duration, Duration)> {
    let starts = exchange.first_byte.into_iter().chain(exchange.pauses.iter().map(|(_, to)| *to));
    let ends = exchange.pauses.iter().map(|(from, _)| *from).chain(exchange.last_byte);
    starts.zip(ends)
}

/// How a bar ends, where it does not end well.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    CutByServer,
    ClientLeft,
    NotOver,
}

impl Mark {
    const ALL: [Mark; 3] = [Mark::CutByServer, Mark::ClientLeft, Mark::NotOver];

    fn of(outcome: Outcome) -> Option<Mark> {
        match outcome {
            Outcome::Complete => None,
            Outcome::Cut | Outcome::Reset => Some(Mark::CutByServer),
            Outcome::ClientGone => Some(Mark::ClientLeft),
            Outcome::InFlight => Some(Mark::NotOver),
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Mark::CutByServer => "cut by the server",
            Mark::ClientLeft => "client left",
            Mark::NotOver => "not over",
        }
    }

    /// The marks that these bars end with.
    fn in_use<'bars>(bars: impl Iterator<Item = &'bars Bar> + Clone) -> impl Iterator<Item = Mark> {
        Mark::ALL.into_iter().filter(move |mark| bars.clone().any(|bar| bar.mark == Some(*mark)))
    }
}

/// What times are written in: seconds, or milliseconds where all is over within one second.
struct Unit {
    milliseconds: bool,
}

impl Unit {
    fn of(span: f64) -> Unit {
        Unit { milliseconds: span < 1.0 }
    }

    fn format(&self, seconds: f64) -> String {
        if self.milliseconds { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
    }
}

/// The smallest round step that goes into `span` at most `most` times.
fn step(span: f64, most: usize) -> f64 {
    let mut steps = (-3..9).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)));
    steps.find(|step| span / step <= most as f64).unwrap_or(span.max(1.0))
}

/// Where the axis has its marks, of which there are at most `most`.
fn ticks(span: f64, most: usize) -> Vec<f64> {
    let step = step(span, most);
    let count = (span / step).floor() as usize;
    (0..=count).map(|index| index as f64 * step).collect()
}

/// A label that fits its column.
fn shortened(label: &str) -> String {
    if label.chars().count() <= LABEL {
        return label.to_owned();
    }
    label.chars().take(LABEL - 1).chain(['…']).collect()
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", grouped(count as u64))
}

/// A number with a comma after each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(label: &str, times: [u64; 3], bytes: u64, outcome: Outcome) -> Exchange {
        let [request_head, first_byte, ended] = times.map(Duration::from_millis);
        let first_byte = (bytes > 0).then_some(first_byte);
        Exchange {
            id: request_head.as_millis() as u64,
            connection: request_head.as_millis() as u64,
            site: label.to_owned(),
            method: "GET".to_owned(),
            path: "/".to_owned(),
            accepted: request_head,
            request_head,
            first_byte,
            last_byte: first_byte,
            pauses: Vec::new(),
            ended: (outcome != Outcome::InFlight).then_some(ended),
            bytes,
            outcome,
        }
    }

    fn panel() -> Panel {
        let exchanges = [
            exchange("a.example", [5_000, 5_500, 5_500], 15_000, Outcome::Complete),
            exchange("b.example", [5_100, 5_600, 6_000], 1_000, Outcome::ClientGone),
            exchange("c<&.example", [5_200, 0, 5_400], 0, Outcome::Reset),
            exchange("d.example", [5_300, 0, 0], 0, Outcome::InFlight),
        ];
        Panel::new("all at once", Record::of(exchanges, 4, Duration::from_millis(6_100)))
    }

    #[test]
    fn text_has_a_row_for_each_exchange_and_says_how_each_ended() {
        let expected = "\
all at once: 4 requests on 4 connections, at most 4 in flight
            0.00 s  0.20 s   0.40 s  0.60 s   0.80 s
a.example   ░░░░░░░░░░░░░░░░░░░░░█                          0.50 s  15,000 bytes
b.example       ░░░░░░░░░░░░░░░░░░░░░█░░░░░░░░░░░░░░░░<     0.90 s  left at 1,000 B
c<&.example         ░░░░░░░░░x                              0.20 s  reset at 0 B
d.example               ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░> 0.80 s  in flight, 0 B
            ░ waiting  █ bytes  x cut by the server  < client left  > not over
";
        assert_eq!(text(&panel(), 84, Duration::ZERO), expected);
    }

    #[test]
    fn an_answer_that_pauses_is_drawn_in_blocks() {
        let mut pausing = exchange("a.example", [0, 200, 1_000], 3, Outcome::Complete);
        pausing.last_byte = Some(Duration::from_millis(1_000));
        let times = |from, to| (Duration::from_millis(from), Duration::from_millis(to));
        pausing.pauses = vec![times(300, 500), times(600, 800)];
        let panel = Panel::new("a dribble", Record::of([pausing], 1, Duration::from_millis(1_000)));
        let drawn = text(&panel, WIDTH, Duration::ZERO);
        let row = drawn.lines().nth(2).expect("there is a row");
        let blocks: Vec<_> = row.split('░').filter(|block| block.contains('█')).collect();
        assert_eq!(blocks.len(), 3, "{drawn}");
        assert_eq!(svg(&[panel]).matches("<rect class=\"bytes\"").count(), 3 + 1, "and one in the legend");
    }

    #[test]
    fn text_keeps_to_its_width_and_draws_on_the_scale_it_is_given() {
        let narrow = text(&panel(), WIDTH, Duration::ZERO);
        assert!(narrow.lines().all(|line| line.chars().count() <= WIDTH), "{narrow}");
        let filled = |text: &str| text.chars().filter(|character| "░█".contains(*character)).count();
        let half = text(&panel(), WIDTH, panel().span() * 2);
        assert!(filled(&half) < filled(&narrow) * 2 / 3, "{narrow}\n{half}");
    }

    #[test]
    fn a_panel_without_exchanges_says_so() {
        let panel = Panel::new("all at once", Record::default());
        assert_eq!(text(&panel, WIDTH, Duration::ZERO), "all at once: the server saw no request\n");
        assert!(svg(&[panel]).contains("all at once: the server saw no request"));
    }

    /// So many exchanges: `first` of them 5 s after the start of the web, and the others in turn, 30 ms apart, from a
    /// second later on.
    fn crowd(count: u64, first: u64) -> Panel {
        let start = |index: u64| if index < first { 5_000 } else { 6_000 + (index - first) * 30 };
        let exchanges = (0..count).map(|index| {
            exchange("a.example", [start(index), start(index) + 1, start(index) + 1], 1, Outcome::Complete)
        });
        Panel::new("many", Record::of(exchanges, count as usize, Duration::ZERO))
    }

    #[test]
    fn of_more_exchanges_than_bars_can_show_it_is_told_how_many_arrived_when() {
        let drawn = text(&crowd(130, 100), 40, Duration::ZERO);
        let lines: Vec<_> = drawn.lines().collect();
        assert_eq!(lines[0], "many: 130 requests, so many in each 0.20 s:");
        assert_eq!(lines[1], "0.00 s █████████████████████████████ 100");
        assert_eq!(lines[2], "0.20 s");
        // Of 29 cells 7 in 100 are two and a little: what is begun is drawn, so that few are not none.
        assert_eq!(lines[6], "1.00 s ███ 7");
        assert_eq!(lines.len(), 1 + 10);
        // On a longer scale the parts are longer.
        let longer = text(&crowd(130, 100), 40, Duration::from_secs(8));
        assert!(longer.starts_with("many: 130 requests, so many in each 0.50 s:\n"), "{longer}");
        assert!(text(&crowd(60, 40), 80, Duration::ZERO).contains(" at most 60 in flight\n"));
        assert!(text(&crowd(61, 40), 80, Duration::ZERO).contains("61 requests, so many in each "));
    }

    #[test]
    fn the_picture_has_columns_of_one_scale_for_all_panels_that_tell_how_many_arrived() {
        let svg = svg(&[crowd(130, 100), crowd(100, 50)]);
        assert!(svg.contains("so many in each 0.20 s. 100 arrived from 0.00 s, 0 from 0.20 s, "), "{svg}");
        let columns: Vec<Vec<f64>> = svg
            .lines()
            .filter(|line| line.starts_with("<rect class=\"arrivals\""))
            .map(|line| line.split('"').skip(3).step_by(2).filter_map(|number| number.parse().ok()).collect())
            .collect();
        let tallest = columns[0][3];
        let second = columns.iter().skip(1).find(|column| column[0] == columns[0][0]).expect("two panels");
        assert_eq!(second[3] * 2.0, tallest, "50 are half of 100");
        assert!(columns[1][0] > columns[0][0] + columns[0][2] * 4.0, "a second lies between them");
        // Within a panel all stand on the same ground.
        let ground = |column: &Vec<f64>| (column[1] + column[3]).round();
        assert_eq!(ground(&columns[0]), ground(&columns[1]));
        assert!(!svg.contains("class=\"legend\""), "there is no bar that needs one");
    }

    #[test]
    fn the_picture_is_xml_that_tells_in_words_what_it_shows() {
        let svg = svg(&[panel(), panel()]);
        assert!(svg.contains("<title>What the server saw: all at once; all at once</title>"), "{svg}");
        assert!(svg.contains("b.example from 0.10 s to 1.00 s, left at 1,000 B. "), "{svg}");
        assert!(svg.contains("c&lt;&amp;.example"), "{svg}");
        assert_eq!(svg.matches("class=\"label\"").count(), 8);
        assert_eq!(svg.matches("<").count(), svg.matches(">").count());
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        let grouped: Vec<_> = [0, 999, 1_000, 50_321, 1_234_567].into_iter().map(grouped).collect();
        assert_eq!(grouped, ["0", "999", "1,000", "50,321", "1,234,567"]);
    }
}
