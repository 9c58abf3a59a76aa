//! What the programs have to do, and the right answers.

use std::fs;
use std::path::Path;

use crate::numbers::thousands;
use crate::pages;
use crate::programs::*;

/// Something to do, and the programs that do it.
#[derive(Clone, Debug)]
pub struct Workload {
    /// A word for `--only` and for file names.
    pub name: String,
    /// A line for people.
    pub title: String,
    /// The URLs or files.
    pub lines: Vec<String>,
    /// The right answers.
    pub answers: Vec<String>,
    /// The programs and each one's number: requests in flight, or passes. The others are compared with the first.
    pub programs: Vec<(Program, usize)>,
    /// How many connections are open at the same time; 0 if nothing is fetched.
    pub connections: usize,
    /// The URL and the answer of a single page. Each program runs for it, too, to find out how much memory each of many
    /// pages adds.
    pub single: Option<(String, String)>,
}

/// The sizes of all workloads.
#[derive(Clone, Copy, Debug)]
struct Size {
    /// Milliseconds from one site to the next.
    step: u64,
    in_flight: [usize; 3],
    /// Milliseconds.
    latency: u64,
    pages: usize,
    /// How many of the pages are fetched at the same time.
    limit: usize,
    /// Numbers and bytes of small pages and of large ones.
    titles: [(usize, usize); 2],
    held: usize,
}

const FULL: Size = Size {
    step: 100,
    in_flight: [100, 1_000, 10_000],
    latency: 1_000,
    pages: 10_000,
    limit: 100,
    titles: [(100, 50_000), (10, 1_000_000)],
    held: 10_000,
};
const SHORT: Size = Size {
    step: 5,
    in_flight: [2, 10, 50],
    latency: 50,
    pages: 100,
    limit: 10,
    titles: [(3, 5_000), (2, 20_000)],
    held: 50,
};
/// How long the server's gate waits for the last request, in milliseconds.
const GATE_WAIT: u64 = 120_000;

/// All workloads, on the server at this URL. Pages for parsers are written to `folder`.
///
/// # Errors
///
/// A page that can't be written.
pub fn workloads(server: &str, short: bool, folder: &Path) -> anyhow::Result<Vec<Workload>> {
    let size = if short { SHORT } else { FULL };
    let mut workloads = vec![sites(server, size)];
    workloads.extend(size.in_flight.map(|requests| in_flight(server, requests, size.latency)));
    workloads.push(same_pages(server, size));
    for (number, bytes) in size.titles {
        workloads.push(titles(number, bytes, short, folder)?);
    }
    workloads.push(held(server, size.held));
    Ok(workloads)
}

/// The URL and the answer of `/delay/MS`. Programs print the length of the response.
fn delay(server: &str, milliseconds: u64) -> (String, String) {
    let response = format!("after {milliseconds} ms\n");
    (format!("{server}/delay/{milliseconds}"), response.len().to_string())
}

fn sites(server: &str, size: Size) -> Workload {
    let (lines, answers) = (1..=10).map(|site| delay(server, site * size.step)).unzip();
    let programs = [
        JOIN_SET,
        JOIN_SET_ONE_THREAD,
        JOIN_ALL,
        BUFFER_UNORDERED,
        UREQ,
        AIOHTTP,
        AIOHTTP_UVLOOP,
        REQUESTS_POOL,
        REQUESTS,
        RAW_SOCKETS,
    ];
    Workload {
        name: "sites".to_owned(),
        title: format!("10 sites that respond after {} ms to {} ms", size.step, 10 * size.step),
        lines,
        answers,
        programs: programs.map(|program| (program, 10)).to_vec(),
        connections: 10,
        single: None,
    }
}

fn in_flight(server: &str, requests: usize, latency: u64) -> Workload {
    let (lines, answers) = (0..requests).map(|_| delay(server, latency)).unzip();
    let mut programs = vec![
        JOIN_SET,
        JOIN_SET_ONE_THREAD,
        JOIN_ALL,
        BUFFER_UNORDERED,
        HYPER,
        UREQ,
        AIOHTTP,
        AIOHTTP_UVLOOP,
        RAW_SOCKETS,
    ];
    // With ten thousand threads in Python the time is anything between 20 and 60 seconds, which says nothing.
    if requests <= 1_000 {
        programs.push(REQUESTS_POOL);
    }
    Workload {
        name: format!("in-flight-{requests}"),
        title: format!(
            "{} requests at the same time, each with a response after {latency} ms",
            thousands(requests)
        ),
        lines,
        answers,
        programs: programs.into_iter().map(|program| (program, requests)).collect(),
        connections: requests,
        single: None,
    }
}

fn same_pages(server: &str, size: Size) -> Workload {
    let programs = [
        JOIN_SET,
        JOIN_SET_ONE_THREAD,
        BUFFER_UNORDERED,
        UREQ,
        AIOHTTP,
        AIOHTTP_WORKERS,
        AIOHTTP_WORKERS_UVLOOP,
        REQUESTS_POOL,
        RAW_SOCKETS,
    ];
    Workload {
        name: "pages".to_owned(),
        title: format!("{} pages of 15 KB, {} at a time", thousands(size.pages), size.limit),
        lines: vec![format!("{server}/site/page.example"); size.pages],
        answers: vec!["15000".to_owned(); size.pages],
        programs: programs.map(|program| (program, size.limit)).to_vec(),
        connections: size.limit,
        single: None,
    }
}

fn titles(number: usize, bytes: usize, short: bool, folder: &Path) -> anyhow::Result<Workload> {
    let mut lines = Vec::new();
    for page in 0..number {
        let file = folder.join(format!("{bytes}-{page}.html"));
        fs::write(&file, pages::page(page, bytes))?;
        lines.push(file.display().to_string());
    }
    // Fast programs go through the pages more often, so that there is something to measure.
    let passes = |passes| if short { 1 } else { passes };
    Ok(Workload {
        name: format!("titles-{}-KB", bytes / 1_000),
        title: format!("titles of {number} pages of {} KB, which are in memory", bytes / 1_000),
        lines,
        answers: (0..number).map(pages::title).collect(),
        programs: vec![
            (SCRAPER, passes(10)),
            (LOL_HTML, passes(50)),
            (LOL_HTML_UP_TO_TITLE, passes(500)),
            (SOUP, 1),
            (SOUP_LXML, 1),
            (LXML, passes(10)),
            (LXML_UP_TO_TITLE, passes(100)),
            (SELECTOLAX, passes(10)),
        ],
        connections: 0,
        single: None,
    })
}

/// The server holds all requests until the last one is there, so at that moment each program has all of them in flight.
fn held(server: &str, requests: usize) -> Workload {
    let gate = |size: usize| {
        let response = format!("{size} at once\n");
        (format!("{server}/gate/{size}?wait={GATE_WAIT}"), response.len().to_string())
    };
    let (lines, answers) = (0..requests).map(|_| gate(requests)).unzip();
    let programs = [
        JOIN_SET,
        JOIN_SET_ONE_THREAD,
        BARE_TASK,
        RAW_SOCKETS,
        HYPER_SMALL,
        HYPER,
        UREQ_SMALL,
        UREQ,
        AIOHTTP,
        AIOHTTP_UVLOOP,
    ];
    Workload {
        name: "held".to_owned(),
        title: format!("{} requests, all held until the last one is there", thousands(requests)),
        lines,
        answers,
        programs: programs.map(|program| (program, requests)).to_vec(),
        connections: requests,
        single: Some(gate(1)),
    }
}

impl Workload {
    /// The same with a single page, if that's to be measured.
    pub fn single(&self) -> Option<Workload> {
        let (line, answer) = self.single.clone()?;
        let programs = self.programs.iter().map(|(program, _)| (*program, 1)).collect();
        Some(Workload { lines: vec![line], answers: vec![answer], programs, ..self.clone() })
    }

    /// The right answers of this program.
    pub fn answers_of(&self, program: &Program) -> Vec<String> {
        if program.name == BARE_TASK.name {
            vec!["0".to_owned(); self.answers.len()]
        } else {
            self.answers.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_an_answer_and_whatever_is_fetched_is_also_fetched_with_raw_sockets() {
        let folder = tempfile::tempdir().unwrap();
        for short in [true, false] {
            for workload in workloads("http://127.0.0.1:1", short, folder.path()).unwrap() {
                assert_eq!(workload.lines.len(), workload.answers.len(), "{}", workload.name);
                let fetches = workload.lines[0].starts_with("http");
                assert_eq!(workload.connections > 0, fetches, "{}", workload.name);
                let mut programs = workload.programs.iter();
                let has_raw_sockets = programs.any(|(program, _)| program.name == RAW_SOCKETS.name);
                assert_eq!(has_raw_sockets, fetches, "{}", workload.name);
            }
        }
    }

    #[test]
    fn a_single_page_is_one_line_one_answer_and_one_request_at_a_time() {
        let workload = held("http://127.0.0.1:1", 50).single().unwrap();
        assert_eq!((workload.lines.len(), workload.answers.len()), (1, 1));
        assert!(workload.programs.iter().all(|(_, number)| *number == 1));
        assert_eq!(workload.answers_of(&BARE_TASK), ["0"]);
        assert_eq!(workload.answers_of(&RAW_SOCKETS), ["10"]);
        assert_eq!(workload.lines, ["http://127.0.0.1:1/gate/1?wait=120000"]);
        assert!(in_flight("http://127.0.0.1:1", 50, 10).single().is_none());
    }
}
