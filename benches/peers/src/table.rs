//! Results as tables: Markdown for people, CSV for everything else.

use anyhow::Context;

use crate::numbers::number;
use crate::programs::{BARE_TASK, RAW_SOCKETS};
use crate::statistics::{Spread, per_request, ratios, spread};
use crate::workloads::Workload;

const MEGABYTE: f64 = 1_000_000.0;

/// The figures of a program in a workload.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The program's name.
    pub program: &'static str,
    /// Its figures round by round, or the reason why there are none.
    pub rounds: Result<Vec<Round>, String>,
}

/// The figures of a program in one round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// The time that the program measured, in seconds; [`program`](crate::program) says from when to when.
    pub seconds: f64,
    /// From the start of the process to its end, in seconds.
    pub whole: f64,
    /// CPU time of all cores, in seconds.
    pub cpu: f64,
    /// Peak memory in bytes.
    pub peak: f64,
    /// Peak memory with a single page, where that's measured.
    pub single_peak: Option<f64>,
    /// The most requests that the server saw in flight at the same time.
    pub in_flight: f64,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The program's name.
    pub program: &'static str,
    /// Its figures, or the reason why there are none.
    pub summary: Result<Summary, String>,
}

/// The figures of a program over all rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The time that the program measured, in seconds.
    pub seconds: Spread,
    /// Pages per second.
    pub rate: f64,
    /// Its time divided by the first program's, round by round; so 1 for the first program itself.
    pub ratio: Option<Spread>,
    /// Its time divided by the raw sockets', round by round.
    pub to_raw_sockets: Option<Spread>,
    /// From the start of the process to its end, in seconds.
    pub whole: f64,
    /// CPU time of all cores, in seconds.
    pub cpu: f64,
    /// Peak memory in bytes.
    pub peak: f64,
    /// What each request adds to the peak, in bytes, where that's measured.
    pub per_request: Option<f64>,
    /// The most requests that the server saw in flight at the same time. A program that's slow to send its requests has
    /// fewer in flight than it wanted, because the first responses arrive before the last request is sent.
    pub in_flight: f64,
}

/// The rows of a workload, from its figures.
pub fn rows(workload: &Workload, figures: &[Figures]) -> Vec<Row> {
    let seconds = |figures: Option<&Figures>| {
        figures
            .and_then(|figures| figures.rounds.as_ref().ok())
            .map(|rounds| of(rounds, |round| round.seconds))
    };
    let first = seconds(figures.first());
    let raw_sockets = seconds(figures.iter().find(|figures| figures.program == RAW_SOCKETS.name));
    let row = |figures: &Figures| {
        let summary = figures.rounds.as_ref().map_err(Clone::clone).and_then(|rounds| {
            let median = |of_round: fn(&Round) -> f64| Some(spread(&of(rounds, of_round))?.median);
            let summary = || {
                let seconds = of(rounds, |round| round.seconds);
                let fetches = figures.program != BARE_TASK.name;
                let peak = median(|round| round.peak)?;
                let single: Option<Vec<f64>> = rounds.iter().map(|round| round.single_peak).collect();
                let single = single.and_then(|peaks| spread(&peaks));
                Some(Summary {
                    seconds: spread(&seconds)?,
                    rate: workload.lines.len() as f64 / spread(&seconds)?.median,
                    ratio: first.as_deref().and_then(|first| ratios(&seconds, first)),
                    to_raw_sockets: raw_sockets
                        .as_deref()
                        .filter(|_| fetches)
                        .and_then(|raw_sockets| ratios(&seconds, raw_sockets)),
                    whole: median(|round| round.whole)?,
                    cpu: median(|round| round.cpu)?,
                    peak,
                    in_flight: median(|round| round.in_flight)?,
                    per_request: single
                        .and_then(|single| per_request(peak, single.median, workload.lines.len())),
                })
            };
            summary().ok_or_else(|| "not run".to_owned())
        });
        Row { program: figures.program, summary }
    };
    figures.iter().map(row).collect()
}

fn of(rounds: &[Round], figure: fn(&Round) -> f64) -> Vec<f64> {
    rounds.iter().map(figure).collect()
}

/// A workload's table.
pub fn markdown(workload: &Workload, rows: &[Row]) -> String {
    let first = rows.first().map_or("", |row| row.program);
    let ratio = format!("× {first}");
    let mut heads = vec!["program", "seconds", ratio.as_str()];
    if workload.connections > 0 {
        heads.push("× raw sockets");
    }
    if has_in_flight(rows) {
        heads.push("most in flight");
    }
    heads.extend(["pages per second", "CPU seconds", "peak memory"]);
    if workload.single.is_some() {
        heads.push("memory per request");
    }
    let mut lines = vec![line(&heads), line(&vec!["---"; heads.len()])];
    for row in rows {
        let cells = match &row.summary {
            Ok(summary) => cells(workload, row.program, summary, has_in_flight(rows)),
            Err(reason) => vec![row.program.to_owned(), reason.replace('|', "/")],
        };
        let cells: Vec<_> =
            cells.iter().map(String::as_str).chain(std::iter::repeat("")).take(heads.len()).collect();
        lines.push(line(&cells));
    }
    lines.join("\n") + "\n"
}

/// Whether the server ever had more than one request in flight. A response without a delay is written as soon as its
/// request is read.
fn has_in_flight(rows: &[Row]) -> bool {
    rows.iter().filter_map(|row| row.summary.as_ref().ok()).any(|summary| summary.in_flight > 1.0)
}

fn line(cells: &[&str]) -> String {
    format!("| {} |", cells.join(" | "))
}

fn cells(workload: &Workload, program: &str, summary: &Summary, has_in_flight: bool) -> Vec<String> {
    let with_range = |spread: Option<Spread>| match spread {
        Some(Spread { median, least, most }) => {
            format!("{} ({} – {})", number(median), number(least), number(most))
        }
        None => "–".to_owned(),
    };
    let mut cells = vec![program.to_owned(), with_range(Some(summary.seconds)), with_range(summary.ratio)];
    if workload.connections > 0 {
        cells.push(with_range(summary.to_raw_sockets));
    }
    if has_in_flight {
        cells.push(if summary.in_flight > 0.0 {
            format!("{:.0}", summary.in_flight)
        } else {
            "–".to_owned()
        });
    }
    cells.extend([
        number(summary.rate),
        number(summary.cpu),
        format!("{} MB", number(summary.peak / MEGABYTE)),
    ]);
    if workload.single.is_some() {
        cells.push(
            summary.per_request.map_or("–".to_owned(), |bytes| format!("{} KB", number(bytes / 1_000.0))),
        );
    }
    cells
}

/// All rows of all workloads, without rounding.
///
/// # Errors
///
/// The table can't be written.
pub fn csv(workloads: &[(Workload, Vec<Row>)]) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "workload",
        "program",
        "seconds",
        "least",
        "most",
        "pages_per_second",
        "ratio",
        "ratio_least",
        "ratio_most",
        "to_raw_sockets",
        "whole_seconds",
        "cpu_seconds",
        "peak_bytes",
        "bytes_per_request",
        "most_in_flight",
        "not_measured",
    ])?;
    for (workload, rows) in workloads {
        for row in rows {
            let mut record = vec![workload.name.clone(), row.program.to_owned()];
            match &row.summary {
                Ok(summary) => {
                    let ratio = |pick: fn(Spread) -> f64| summary.ratio.map(pick);
                    let figures = [
                        Some(summary.seconds.median),
                        Some(summary.seconds.least),
                        Some(summary.seconds.most),
                        Some(summary.rate),
                        ratio(|ratio| ratio.median),
                        ratio(|ratio| ratio.least),
                        ratio(|ratio| ratio.most),
                        summary.to_raw_sockets.map(|ratio| ratio.median),
                        Some(summary.whole),
                        Some(summary.cpu),
                        Some(summary.peak),
                        summary.per_request,
                        Some(summary.in_flight),
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
    let bytes = writer.into_inner().context("the table is incomplete")?;
    Ok(String::from_utf8(bytes)?)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::*;
    use crate::workloads::workloads;

    pub(crate) fn example() -> (Workload, Vec<Row>) {
        let folder = tempfile::tempdir().unwrap();
        let all = workloads("http://127.0.0.1:1", true, Path::new(folder.path())).unwrap();
        let workload = all.into_iter().find(|workload| workload.single.is_some()).unwrap();
        let rounds = |seconds: [f64; 3], peak: f64| {
            let round = |seconds| Round {
                seconds,
                whole: seconds,
                cpu: 0.5,
                peak,
                single_peak: Some(2.0 * MEGABYTE),
                in_flight: 50.0,
            };
            Ok(seconds.map(round).to_vec())
        };
        let figures = [
            Figures { program: "reqwest, JoinSet", rounds: rounds([2.0, 20.0, 2.0], 6.9 * MEGABYTE) },
            Figures { program: BARE_TASK.name, rounds: rounds([1.0, 1.0, 1.0], 3.0 * MEGABYTE) },
            Figures { program: RAW_SOCKETS.name, rounds: rounds([1.0, 10.0, 1.0], 3.0 * MEGABYTE) },
            Figures { program: "Python: aiohttp", rounds: Err("aiohttp is missing".to_owned()) },
        ];
        let rows = rows(&workload, &figures);
        (workload, rows)
    }

    #[test]
    fn a_row_has_ratios_by_round_and_what_each_request_adds() {
        let (_, rows) = example();
        let join_set = rows[0].summary.as_ref().unwrap();
        assert_eq!(join_set.ratio.map(|ratio| ratio.median), Some(1.0));
        assert_eq!(join_set.to_raw_sockets, Some(Spread { median: 2.0, least: 2.0, most: 2.0 }));
        // 4.9 MB more for 49 requests more.
        assert!((join_set.per_request.unwrap() - 100_000.0).abs() < 1.0);
        assert_eq!(join_set.rate, 25.0);
        let raw_sockets = rows[2].summary.as_ref().unwrap();
        assert_eq!(raw_sockets.ratio.map(|ratio| ratio.median), Some(0.5));
        let task = rows[1].summary.as_ref().unwrap();
        assert_eq!(task.to_raw_sockets, None, "a bare task fetches nothing");
    }

    #[test]
    fn all_lines_of_a_table_have_the_same_number_of_cells_and_a_missing_program_has_its_reason() {
        let (workload, rows) = example();
        let table = markdown(&workload, &rows);
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
        let csv = csv(&[example()]).unwrap();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let records: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(records.len(), 4);
        assert_eq!((&records[0][0], &records[0][2]), ("held", "2"));
        assert_eq!(&records[3][15], "aiohttp is missing");
    }
}
