//! What the programs are to do, with which answers.

use std::fs;
use std::path::Path;

use crate::pages;
use crate::table::thousands;

/// A program: its name for people, and how it is started.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its name in tables.
    pub name: &'static str,
    /// How it is started.
    pub start: Start,
}

/// How a program is started.
#[derive(Clone, Copy, Debug)]
pub enum Start {
    /// A binary of this package: `peer-` and this, and an argument, or an empty one.
    Rust(&'static str, &'static str),
    /// A file of the folder `python`, the modules that it imports, and an argument, or an empty one.
    Python(&'static str, &'static [&'static str], &'static str),
}

const fn rust(name: &'static str, binary: &'static str) -> Program {
    Program { name, start: Start::Rust(binary, "") }
}

const fn with_buffers(name: &'static str, binary: &'static str, bytes: &'static str) -> Program {
    Program { name, start: Start::Rust(binary, bytes) }
}

const fn python(name: &'static str, file: &'static str, modules: &'static [&'static str]) -> Program {
    Program { name, start: Start::Python(file, modules, "") }
}

const fn soup(name: &'static str, modules: &'static [&'static str], parser: &'static str) -> Program {
    Program { name, start: Start::Python("titles_soup.py", modules, parser) }
}

/// What stands next to each figure of a client: the server's own ceiling.
pub const CEILING: Program = rust("raw sockets (the ceiling)", "raw-socket");
const JOIN_SET: Program = rust("reqwest, JoinSet", "join-set");
const JOIN_ALL: Program = rust("reqwest, join_all", "join-all");
const BUFFERED: Program = rust("reqwest, buffer_unordered", "buffer-unordered");
const UREQ: Program = rust("ureq, threads", "ureq-threads");
const HYPER: Program = rust("hyper", "hyper");
/// Its buffer for reading has 8 KB unless told otherwise, and so has that for writing.
const HYPER_SMALL: Program = with_buffers("hyper, reading into 1 KB", "hyper", "1024");
/// Its two buffers have 128 KB each unless told otherwise.
const UREQ_SMALL: Program = with_buffers("ureq, threads, buffers of 4 KB", "ureq-threads", "4096");
/// It fetches nothing, so its answers are zeros.
pub const BARE_TASK: Program = rust("a bare task", "bare-task");
const AIOHTTP: Program = python("Python: aiohttp", "fetch_aiohttp.py", &["aiohttp"]);
const REQUESTS_POOL: Program =
    python("Python: requests, thread pool", "fetch_requests_pool.py", &["requests"]);
const REQUESTS: Program = python("Python: requests, in turn", "fetch_requests_in_turn.py", &["requests"]);
const SCRAPER: Program = rust("scraper", "titles-scraper");
const LOL_HTML: Program = rust("lol_html", "titles-lol-html");
const UP_TO_THE_TITLE: Program = rust("lol_html up to the title", "titles-up-to-the-title");
const SOUP: Program = soup("Python: BeautifulSoup, html.parser", &["bs4"], "html.parser");
const SOUP_LXML: Program = soup("Python: BeautifulSoup, lxml", &["bs4", "lxml"], "lxml");
const LXML: Program = python("Python: lxml", "titles_lxml.py", &["lxml"]);
const LXML_PULL: Program = python("Python: lxml up to the title", "titles_lxml_pull.py", &["lxml"]);
const SELECTOLAX: Program = python("Python: selectolax", "titles_selectolax.py", &["selectolax"]);

/// Something to do, and who does it.
#[derive(Clone, Debug)]
pub struct Work {
    /// A word for `--only` and for files.
    pub name: String,
    /// A line for people.
    pub title: String,
    /// The URLs or files.
    pub lines: Vec<String>,
    /// The right answers.
    pub answers: Vec<String>,
    /// The programs, and the number that each is given. The first is what the others are compared with.
    pub programs: Vec<(Program, usize)>,
    /// So many connections at a time; 0 where nothing is fetched.
    pub connections: usize,
    /// A single page, for which each program is run, too, to tell what each of many adds: its URL and the answer.
    pub alone: Option<(String, String)>,
}

/// How large it all is.
#[derive(Clone, Copy, Debug)]
struct Size {
    /// Milliseconds from one site to the next.
    step: u64,
    in_flight: [usize; 3],
    latency: u64,
    pages: usize,
    at_a_time: usize,
    /// Pages of 50 KB, and of 1 MB.
    titles: [(usize, usize); 2],
    ladder: usize,
}

const FULL: Size = Size {
    step: 100,
    in_flight: [100, 1_000, 10_000],
    latency: 1_000,
    pages: 10_000,
    at_a_time: 100,
    titles: [(100, 50_000), (10, 1_000_000)],
    ladder: 10_000,
};
const SHORT: Size = Size {
    step: 5,
    in_flight: [2, 10, 50],
    latency: 50,
    pages: 100,
    at_a_time: 10,
    titles: [(3, 5_000), (2, 20_000)],
    ladder: 50,
};
/// The ladder's latency, in milliseconds.
const SECOND: u64 = 1_000;
/// For how long the server holds requests while the last have not come, in milliseconds.
const PATIENCE: u64 = 120_000;
/// From nothing but a task to a client with all that it has.
const LADDER: [Program; 6] = [JOIN_SET, BARE_TASK, CEILING, HYPER, UREQ, AIOHTTP];
/// The same, and what is left where buffers are smaller.
const HELD: [Program; 8] = [JOIN_SET, BARE_TASK, CEILING, HYPER_SMALL, HYPER, UREQ_SMALL, UREQ, AIOHTTP];

/// All there is to do, on the server at this URL; pages for parsers are written to `folder`.
///
/// # Errors
///
/// A page that cannot be written.
pub fn works(server: &str, short: bool, folder: &Path) -> anyhow::Result<Vec<Work>> {
    let size = if short { SHORT } else { FULL };
    let mut works = vec![sites(server, size)];
    works.extend(size.in_flight.map(|requests| in_flight(server, requests, size.latency)));
    works.push(same_pages(server, size));
    for (number, bytes) in size.titles {
        works.push(titles(number, bytes, size, folder)?);
    }
    works.push(ladder(server, size.ladder));
    works.push(held(server, size.ladder));
    Ok(works)
}

/// The front's answer to `/delay/MS`, whose length the programs tell.
fn delay(server: &str, milliseconds: u64) -> (String, String) {
    let answer = format!("after {milliseconds} ms\n");
    (format!("{server}/delay/{milliseconds}"), answer.len().to_string())
}

fn sites(server: &str, size: Size) -> Work {
    let (lines, answers) = (1..=10).map(|site| delay(server, site * size.step)).unzip();
    let everyone = [JOIN_SET, JOIN_ALL, BUFFERED, UREQ, AIOHTTP, REQUESTS_POOL, REQUESTS, CEILING];
    Work {
        name: "sites".to_owned(),
        title: format!("10 sites that answer after {} ms to {} ms", size.step, 10 * size.step),
        lines,
        answers,
        programs: everyone.map(|program| (program, 10)).to_vec(),
        connections: 10,
        alone: None,
    }
}

fn in_flight(server: &str, requests: usize, latency: u64) -> Work {
    let (lines, answers) = (0..requests).map(|_| delay(server, latency)).unzip();
    let everyone = [JOIN_SET, JOIN_ALL, BUFFERED, UREQ, AIOHTTP, REQUESTS_POOL, CEILING];
    Work {
        name: format!("in-flight-{requests}"),
        title: format!("{} requests at once, each answered after {latency} ms", thousands(requests)),
        lines,
        answers,
        programs: everyone.map(|program| (program, requests)).to_vec(),
        connections: requests,
        alone: None,
    }
}

fn same_pages(server: &str, size: Size) -> Work {
    let everyone = [JOIN_SET, BUFFERED, UREQ, AIOHTTP, REQUESTS_POOL, CEILING];
    Work {
        name: "pages".to_owned(),
        title: format!("{} pages of 15 KB, {} at a time", thousands(size.pages), size.at_a_time),
        lines: vec![format!("{server}/site/page.example"); size.pages],
        answers: vec!["15000".to_owned(); size.pages],
        programs: everyone.map(|program| (program, size.at_a_time)).to_vec(),
        connections: size.at_a_time,
        alone: None,
    }
}

fn titles(number: usize, bytes: usize, size: Size, folder: &Path) -> anyhow::Result<Work> {
    let mut lines = Vec::new();
    for page in 0..number {
        let file = folder.join(format!("{bytes}-{page}.html"));
        fs::write(&file, pages::page(page, bytes))?;
        lines.push(file.display().to_string());
    }
    // Who is fast goes through the pages more often, so that there is something to measure.
    let often = |passes| if size.pages == FULL.pages { passes } else { 1 };
    Ok(Work {
        name: format!("titles-{}-KB", bytes / 1_000),
        title: format!("titles of {number} pages of {} KB, which are in memory", bytes / 1_000),
        lines,
        answers: (0..number).map(pages::title).collect(),
        programs: vec![
            (SCRAPER, often(10)),
            (LOL_HTML, often(50)),
            (UP_TO_THE_TITLE, often(500)),
            (SOUP, 1),
            (SOUP_LXML, 1),
            (LXML, often(10)),
            (LXML_PULL, often(100)),
            (SELECTOLAX, often(10)),
        ],
        connections: 0,
        alone: None,
    })
}

/// How long: a program that takes a while to send so many requests has the first answers before the last are sent.
fn ladder(server: &str, requests: usize) -> Work {
    let (lines, answers) = (0..requests).map(|_| delay(server, SECOND)).unzip();
    Work {
        name: "ladder".to_owned(),
        title: format!("{} requests at once, each answered after 1 s", thousands(requests)),
        lines,
        answers,
        programs: LADDER.map(|program| (program, requests)).to_vec(),
        connections: requests,
        alone: None,
    }
}

/// How much memory: the server holds all of them until the last is there.
fn held(server: &str, requests: usize) -> Work {
    let gate = |size: usize| {
        let answer = format!("{size} at once\n");
        (format!("{server}/gate/{size}?wait={PATIENCE}"), answer.len().to_string())
    };
    let (lines, answers) = (0..requests).map(|_| gate(requests)).unzip();
    Work {
        name: "ladder-held".to_owned(),
        title: format!(
            "what one of {} requests in flight costs, all of them held until the last is there",
            thousands(requests)
        ),
        lines,
        answers,
        programs: HELD.map(|program| (program, requests)).to_vec(),
        connections: requests,
        alone: Some(gate(1)),
    }
}

impl Work {
    /// The same with a single page, where that is to be measured.
    pub fn alone(&self) -> Option<Work> {
        let (line, answer) = self.alone.clone()?;
        let programs = self.programs.iter().map(|(program, _)| (*program, 1)).collect();
        Some(Work { lines: vec![line], answers: vec![answer], programs, ..self.clone() })
    }

    /// What this program is to answer.
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
    fn each_work_has_an_answer_for_each_line_and_what_is_fetched_has_the_ceiling() {
        let folder = tempfile::tempdir().expect("there is room");
        for short in [true, false] {
            for work in works("http://127.0.0.1:1", short, folder.path()).expect("there is room") {
                assert_eq!(work.lines.len(), work.answers.len(), "{}", work.name);
                let fetches = work.lines[0].starts_with("http");
                assert_eq!(work.connections > 0, fetches, "{}", work.name);
                let has_ceiling = work.programs.iter().any(|(program, _)| program.name == CEILING.name);
                assert_eq!(has_ceiling, fetches, "{}", work.name);
            }
        }
    }

    #[test]
    fn a_work_alone_has_one_line_one_answer_and_one_request_at_a_time() {
        let work = held("http://127.0.0.1:1", 50).alone().expect("it is to be measured");
        assert_eq!((work.lines.len(), work.answers.len()), (1, 1));
        assert!(work.programs.iter().all(|(_, number)| *number == 1));
        assert_eq!(work.answers_of(&BARE_TASK), ["0"]);
        assert_eq!(work.answers_of(&CEILING), ["10"]);
        assert_eq!(work.lines, ["http://127.0.0.1:1/gate/1?wait=120000"]);
        assert!(ladder("http://127.0.0.1:1", 50).alone().is_none());
    }
}
