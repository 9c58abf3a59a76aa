//! Figures as tables: Markdown for people, CSV for whatever else.

use anyhow::Context;

use crate::statistics::{Spread, each, ratios, spread};
use crate::works::{BARE_TASK, CEILING, Work};

const MEGABYTE: f64 = 1_000_000.0;

/// What a program did in a work: a figure for each round, or why there is none.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The program's name.
    pub program: &'static str,
    /// What it took, round by round; or why it is not told.
    pub rounds: Result<Vec<Round>, String>,
}

/// What a program took in a round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// The work alone, as the program measured it.
    pub seconds: f64,
    /// With the program's start and end.
    pub whole: f64,
    /// Of all cores.
    pub cpu: f64,
    /// The most at a time, in bytes.
    pub peak: f64,
    /// The same with a single page, where that was measured.
    pub alone: Option<f64>,
    /// The most requests that the server saw in flight at a time.
    pub in_flight: f64,
}

/// A line of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The program's name.
    pub program: &'static str,
    /// Its figures, or why there are none.
    pub told: Result<Told, String>,
}

/// What is told of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// The work alone, in seconds.
    pub seconds: Spread,
    /// How many pages in a second.
    pub rate: f64,
    /// The times beside those of the first program, round by round; so 1 for itself.
    pub ratio: Option<Spread>,
    /// The times beside those of the raw sockets, round by round.
    pub ceiling: Option<Spread>,
    /// Start and end of the program included, in seconds.
    pub whole: f64,
    /// Of all cores, in seconds.
    pub cpu: f64,
    /// The most memory at a time, in bytes.
    pub peak: f64,
    /// What each request adds to it, in bytes, where that was measured.
    pub each: Option<f64>,
    /// The most requests that the server saw in flight at a time: fewer than were asked for where the program took so long
    /// to send them that the first were over before.
    pub in_flight: f64,
}

/// The rows of a work, from its figures.
pub fn rows(work: &Work, figures: &[Figures]) -> Vec<Row> {
    let seconds = |figures: Option<&Figures>| {
        figures
            .and_then(|figures| figures.rounds.as_ref().ok())
            .map(|rounds| of(rounds, |round| round.seconds))
    };
    let first = seconds(figures.first());
    let ceiling = seconds(figures.iter().find(|figures| figures.program == CEILING.name));
    let row = |figures: &Figures| {
        let told = figures.rounds.as_ref().map_err(Clone::clone).and_then(|rounds| {
            let median = |of_round: fn(&Round) -> f64| Some(spread(&of(rounds, of_round))?.median);
            let told = || {
                let seconds = of(rounds, |round| round.seconds);
                let fetches = figures.program != BARE_TASK.name;
                let peak = median(|round| round.peak)?;
                let alone: Option<Vec<f64>> = rounds.iter().map(|round| round.alone).collect();
                let alone = alone.and_then(|alone| spread(&alone));
                Some(Told {
                    seconds: spread(&seconds)?,
                    rate: work.lines.len() as f64 / spread(&seconds)?.median,
                    ratio: first.as_deref().and_then(|first| ratios(&seconds, first)),
                    ceiling: ceiling
                        .as_deref()
                        .filter(|_| fetches)
                        .and_then(|ceiling| ratios(&seconds, ceiling)),
                    whole: median(|round| round.whole)?,
                    cpu: median(|round| round.cpu)?,
                    peak,
                    in_flight: median(|round| round.in_flight)?,
                    each: alone.and_then(|alone| each(peak, alone.median, work.lines.len())),
                })
            };
            told().ok_or_else(|| "it was not run".to_owned())
        });
        Row { program: figures.program, told }
    };
    figures.iter().map(row).collect()
}

fn of(rounds: &[Round], figure: fn(&Round) -> f64) -> Vec<f64> {
    rounds.iter().map(figure).collect()
}

/// A table of a work.
pub fn markdown(work: &Work, rows: &[Row]) -> String {
    let first = rows.first().map_or("", |row| row.program);
    let beside = format!("× {first}");
    let mut heads = vec!["program", "seconds", beside.as_str()];
    if work.connections > 0 {
        heads.push("× the ceiling");
    }
    if was_waited(rows) {
        heads.push("most in flight");
    }
    heads.extend(["pages a second", "CPU seconds", "peak memory"]);
    if work.alone.is_some() {
        heads.push("memory for each request");
    }
    let mut lines = vec![line(&heads), line(&vec!["---"; heads.len()])];
    for row in rows {
        let cells = match &row.told {
            Ok(told) => cells(work, row.program, told, was_waited(rows)),
            Err(reason) => vec![row.program.to_owned(), reason.replace('|', "/")],
        };
        let cells: Vec<_> =
            cells.iter().map(String::as_str).chain(std::iter::repeat("")).take(heads.len()).collect();
        lines.push(line(&cells));
    }
    lines.join("\n") + "\n"
}

/// Whether the server was seen with requests in flight. An answer without any delay is written by whoever read its request.
fn was_waited(rows: &[Row]) -> bool {
    rows.iter().filter_map(|row| row.told.as_ref().ok()).any(|told| told.in_flight > 1.0)
}

fn line(cells: &[&str]) -> String {
    format!("| {} |", cells.join(" | "))
}

fn cells(work: &Work, program: &str, told: &Told, was_waited: bool) -> Vec<String> {
    let with_range = |spread: Option<Spread>| match spread {
        Some(Spread { median, least, most }) => {
            format!("{} ({} – {})", number(median), number(least), number(most))
        }
        None => "–".to_owned(),
    };
    let mut cells = vec![program.to_owned(), with_range(Some(told.seconds)), with_range(told.ratio)];
    if work.connections > 0 {
        cells.push(with_range(told.ceiling));
    }
    if was_waited {
        cells.push(if told.in_flight > 0.0 { format!("{:.0}", told.in_flight) } else { "–".to_owned() });
    }
    cells.extend([number(told.rate), number(told.cpu), format!("{} MB", number(told.peak / MEGABYTE))]);
    if work.alone.is_some() {
        cells.push(told.each.map_or("–".to_owned(), |each| format!("{} KB", number(each / 1_000.0))));
    }
    cells
}

/// A count with a comma for each thousand.
pub fn thousands(count: usize) -> String {
    let (high, low) = (count / 1_000, count % 1_000);
    if high == 0 { low.to_string() } else { format!("{},{low:03}", thousands(high)) }
}

/// A figure with three digits that count.
pub fn number(figure: f64) -> String {
    let magnitude = figure.abs();
    if magnitude >= 1_000.0 {
        return thousands(magnitude.round() as usize);
    }
    let decimals = match magnitude {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        0.01.. => 4,
        0.001.. => 5,
        0.0 => 0,
        _ => 7,
    };
    format!("{figure:.decimals$}")
}

/// All rows of all works, as figures without rounding.
///
/// # Errors
///
/// No memory left for it.
pub fn csv(works: &[(Work, Vec<Row>)]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "work",
        "program",
        "seconds",
        "least",
        "most",
        "pages_a_second",
        "ratio",
        "ratio_least",
        "ratio_most",
        "to_ceiling",
        "whole_seconds",
        "cpu_seconds",
        "peak_bytes",
        "bytes_each_request",
        "most_in_flight",
        "not_measured",
    ])?;
    for (work, rows) in works {
        for row in rows {
            let mut record = vec![work.name.clone(), row.program.to_owned()];
            match &row.told {
                Ok(told) => {
                    let ratio = |pick: fn(Spread) -> f64| told.ratio.map(pick);
                    let figures = [
                        Some(told.seconds.median),
                        Some(told.seconds.least),
                        Some(told.seconds.most),
                        Some(told.rate),
                        ratio(|ratio| ratio.median),
                        ratio(|ratio| ratio.least),
                        ratio(|ratio| ratio.most),
                        told.ceiling.map(|ceiling| ceiling.median),
                        Some(told.whole),
                        Some(told.cpu),
                        Some(told.peak),
                        told.each,
                        Some(told.in_flight),
                    ];
                    record.extend(
                        figures.map(|figure| figure.map_or(String::new(), |figure| figure.to_string())),
                    );
                    record.push(String::new());
                }
                Err(reason) => {
                    record.extend(vec![String::new(); 13]);
                    record.push(reason.clone());
                }
            }
            writer.write_record(record)?;
        }
    }
    let bytes = writer.into_inner().context("the table is not whole")?;
    Ok(String::from_utf8(bytes)?)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;
    use crate::works::works;

    pub(crate) fn ladder() -> (Work, Vec<Row>) {
        let folder = tempfile::tempdir().expect("there is room");
        let all = works("http://127.0.0.1:1", true, Path::new(folder.path())).expect("there is room");
        let work = all.into_iter().find(|work| work.alone.is_some()).expect("there is a ladder");
        let rounds = |seconds: [f64; 3], peak: f64| {
            let round = |seconds| Round {
                seconds,
                whole: seconds,
                cpu: 0.5,
                peak,
                alone: Some(2.0 * MEGABYTE),
                in_flight: 50.0,
            };
            Ok(seconds.map(round).to_vec())
        };
        let figures = [
            Figures { program: "reqwest, JoinSet", rounds: rounds([2.0, 20.0, 2.0], 6.9 * MEGABYTE) },
            Figures { program: BARE_TASK.name, rounds: rounds([1.0, 1.0, 1.0], 3.0 * MEGABYTE) },
            Figures { program: CEILING.name, rounds: rounds([1.0, 10.0, 1.0], 3.0 * MEGABYTE) },
            Figures { program: "Python: aiohttp", rounds: Err("aiohttp is missing".to_owned()) },
        ];
        let rows = rows(&work, &figures);
        (work, rows)
    }

    #[test]
    fn a_row_tells_ratios_by_round_and_what_each_request_adds() {
        let (_, rows) = ladder();
        let told = rows[0].told.as_ref().expect("it was run");
        assert_eq!(told.ratio.map(|ratio| ratio.median), Some(1.0));
        assert_eq!(told.ceiling, Some(Spread { median: 2.0, least: 2.0, most: 2.0 }));
        // 4.9 MB more for 49 requests more.
        assert!((told.each.expect("it was measured") - 100_000.0).abs() < 1.0);
        assert_eq!(told.rate, 25.0);
        let ceiling = rows[2].told.as_ref().expect("it was run");
        assert_eq!(ceiling.ratio.map(|ratio| ratio.median), Some(0.5));
        let task = rows[1].told.as_ref().expect("it was run");
        assert_eq!(task.ceiling, None, "what fetches nothing has no ceiling in the server");
    }

    #[test]
    fn a_table_has_as_many_cells_in_each_line_and_names_who_is_missing() {
        let (work, rows) = ladder();
        let table = markdown(&work, &rows);
        let bars: Vec<_> = table
            .lines()
            .filter(|line| line.starts_with('|'))
            .map(|line| line.matches('|').count())
            .collect();
        assert_eq!(bars, [10; 6], "{table}");
        assert!(table.contains("| Python: aiohttp | aiohttp is missing |"), "{table}");
        assert!(table.contains("× reqwest, JoinSet"), "{table}");
    }

    #[test]
    fn csv_has_a_record_for_each_row() {
        let csv = csv(&[ladder()]).expect("there is memory");
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let records: Vec<_> = reader.records().collect::<Result<_, _>>().expect("each has all columns");
        assert_eq!(records.len(), 4);
        assert_eq!((&records[0][0], &records[0][2]), ("ladder-held", "2"));
        assert_eq!(&records[3][15], "aiohttp is missing");
    }

    #[test]
    fn numbers_have_three_digits_that_count() {
        let figures = [12_345.6, 123.4, 12.34, 1.234, 0.1234, 0.01234, 0.0].map(number);
        assert_eq!(figures, ["12,346", "123", "12.3", "1.23", "0.123", "0.0123", "0"]);
    }
}
