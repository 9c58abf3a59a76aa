//! The words of the page on speed, held to the figures that the page includes.
//!
//! A claim has the page's words, the figures behind them, and the range in which the words are true. The ranges are as
//! wide as the words: after a new measurement the page needs new words only if it says something else than its tables.

use std::collections::HashMap;
use std::ops::Range;

use book::pages::read;
use book::root;

const JOIN_SET: &str = "reqwest, JoinSet";
const ONE_THREAD: &str = "reqwest, JoinSet, one thread";
const JOIN_ALL: &str = "reqwest, join_all";
const BUFFERED: &str = "reqwest, buffer_unordered";
const RAW_SOCKETS: &str = "raw sockets";
const HYPER: &str = "hyper";
const HYPER_SMALL: &str = "hyper, reading into 1 KB";
const UREQ: &str = "ureq, threads";
const UREQ_SMALL: &str = "ureq, threads, buffers of 4 KB";
const GATHER: &str = "Python: aiohttp, gather";
const GATHER_UVLOOP: &str = "Python: aiohttp, gather, uvloop";
const WORKERS: &str = "Python: aiohttp, workers";
const WORKERS_UVLOOP: &str = "Python: aiohttp, workers, uvloop";
const POOL: &str = "Python: requests, thread pool";
const IN_TURN: &str = "Python: requests, in turn";
const LXML: &str = "Python: lxml";
const SOUP_LXML: &str = "Python: BeautifulSoup, lxml";
const SELECTOLAX: &str = "Python: selectolax";
const SMALL: &str = "titles-50-KB";
const LARGE: &str = "titles-1000-KB";

/// The page, in one line, and the claims that don't hold.
struct Claims {
    page: String,
    wrong: Vec<String>,
}

impl Claims {
    fn new() -> Claims {
        let page = read(&root().join("book/src/benchmarks.md")).expect("the page exists");
        Claims { page: page.split_whitespace().collect::<Vec<_>>().join(" "), wrong: Vec::new() }
    }

    /// The page says these words, and all figures are in the range.
    fn says(&mut self, words: &str, range: Range<f64>, figures: &[f64]) {
        if !self.page.contains(words) {
            self.wrong.push(format!("the page doesn't say: {words}"));
        }
        if !figures.iter().all(|figure| range.contains(figure)) {
            self.wrong.push(format!("{figures:.3?} are not all in {range:?}: {words}"));
        }
    }

    fn check(self) {
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}

/// The cells of peers.csv by workload, program and column.
struct Figures(HashMap<[String; 3], String>);

impl Figures {
    fn read() -> Figures {
        let text = read(&root().join("book/src/bench/peers.csv")).expect("peers.csv exists");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().expect("it has a header").clone();
        let mut figures = HashMap::new();
        for record in reader.records() {
            let record = record.expect("each record has all columns");
            for (column, figure) in columns.iter().zip(&record) {
                figures.insert([&record[0], &record[1], column].map(str::to_owned), figure.to_owned());
            }
        }
        Figures(figures)
    }

    fn get(&self, workload: &str, program: &str, column: &str) -> f64 {
        let figure = self.0.get(&[workload, program, column].map(str::to_owned));
        let figure = figure.unwrap_or_else(|| panic!("{workload}, {program}: there is no {column}"));
        figure.parse().unwrap_or_else(|_| panic!("{workload}, {program}: {column} is `{figure}`"))
    }

    fn seconds(&self, workload: &str, program: &str) -> f64 {
        self.get(workload, program, "seconds")
    }

    /// A program's figure divided by another's.
    fn ratio(&self, column: &str, workload: &str, program: &str, other: &str) -> f64 {
        self.get(workload, program, column) / self.get(workload, other, column)
    }

    /// A program's time divided by another's.
    fn times(&self, workload: &str, program: &str, other: &str) -> f64 {
        self.ratio("seconds", workload, program, other)
    }

    /// A program's memory per request divided by another's.
    fn memory(&self, program: &str, other: &str) -> f64 {
        self.ratio("bytes_per_request", "held", program, other)
    }
}

#[test]
fn what_the_page_says_of_a_handful_of_sites() {
    let (mut page, figures) = (Claims::new(), Figures::read());
    let concurrent =
        [JOIN_SET, ONE_THREAD, JOIN_ALL, BUFFERED, UREQ, GATHER, GATHER_UVLOOP, POOL, RAW_SOCKETS];
    let seconds = concurrent.map(|program| figures.seconds("sites", program));
    page.says("Every program takes as long as the slowest site", 1.0..1.1, &seconds);
    let in_turn = figures.seconds("sites", IN_TURN);
    page.says("Without concurrency it takes as long as all sites together", 5.5..6.0, &[in_turn]);
    let start = figures.get("sites", GATHER, "whole_seconds") - figures.seconds("sites", GATHER);
    page.says("a few tenths of a second more to start", 0.15..0.6, &[start]);
    let more = ["peak_bytes", "cpu_seconds"].map(|column| figures.ratio(column, "sites", GATHER, JOIN_SET));
    page.says("several times the memory and the CPU time", 3.0..100.0, &more);
    page.check();
}

#[test]
fn what_the_page_says_of_many_requests_in_flight() {
    let (mut page, figures) = (Claims::new(), Figures::read());
    let (hundred, thousand, most) = ("in-flight-100", "in-flight-1000", "in-flight-10000");
    let all = [JOIN_SET, ONE_THREAD, JOIN_ALL, BUFFERED, UREQ, GATHER, GATHER_UVLOOP, POOL];
    let seconds = all.map(|program| figures.seconds(hundred, program));
    page.says("With 100 requests all clients are still near one second", 1.0..1.3, &seconds);
    page.says("`reqwest` stays close to one second", 1.0..1.35, &[figures.seconds(thousand, JOIN_SET)]);
    let gather = figures.times(thousand, GATHER, JOIN_SET);
    page.says("`aiohttp` takes somewhat longer", 1.05..1.6, &[gather]);
    let pool = figures.times(thousand, POOL, JOIN_SET);
    page.says("`requests` in threads takes about twice as long", 1.6..2.6, &[pool]);

    let raw_sockets = figures.seconds(most, RAW_SOCKETS);
    page.says("Even the raw sockets take about one and a half seconds", 1.2..1.8, &[raw_sockets]);
    page.says("`reqwest` takes between two and three seconds", 1.8..3.2, &[figures.seconds(most, JOIN_SET)]);
    let gather = figures.times(most, GATHER, JOIN_SET);
    page.says("`aiohttp` takes about three times as long as that", 2.4..3.9, &[gather]);
    page.says("For 10,000 requests `aiohttp` takes about three times as long", 2.4..3.9, &[gather]);
    let one_thread = figures.times(most, ONE_THREAD, JOIN_SET);
    page.says("On one thread `reqwest` is slower than on two", 1.02..2.0, &[one_thread]);
    let ahead = figures.times(most, GATHER, ONE_THREAD);
    page.says("but it's still well ahead of `aiohttp`", 1.5..4.0, &[ahead]);
    let uvloop = figures.times(most, GATHER_UVLOOP, GATHER);
    page.says("`uvloop`, which is built on libuv, changes little here", 0.75..1.2, &[uvloop]);
    let threads = figures.times(most, UREQ, JOIN_SET);
    page.says("several seconds, more than twice as long as `reqwest`", 1.9..5.0, &[threads]);
    let in_flight = figures.get(most, UREQ, "most_in_flight");
    page.says("never has all its requests in flight", 1.0..9_900.0, &[in_flight]);
    let one_task = [JOIN_ALL, BUFFERED].map(|program| figures.times(most, program, JOIN_SET));
    page.says("The `JoinSet` is ahead of `join_all` and of `buffer_unordered`", 1.05..2.0, &one_task);
    page.check();
}

#[test]
fn what_the_page_says_of_the_memory_of_a_request() {
    let (mut page, figures) = (Claims::new(), Figures::read());
    let steps = ["a bare task", RAW_SOCKETS, HYPER_SMALL, HYPER, JOIN_SET, UREQ];
    let steps = steps.map(|program| figures.get("held", program, "bytes_per_request"));
    assert!(steps.is_sorted(), "each step adds something: {steps:?}");
    page.says("**A bare task** needs half a kilobyte", 400.0..700.0, &steps[..1]);
    page.says("it needs a fifth less", 0.7..0.88, &[figures.memory(HYPER_SMALL, HYPER)]);
    page.says("about half as much memory again", 1.3..1.7, &[figures.memory(JOIN_SET, HYPER)]);
    page.says("about twelve times as much", 10.0..14.0, &[figures.memory(UREQ, JOIN_SET)]);
    page.says("the same threads need an eighth", 6.5..9.5, &[figures.memory(UREQ, UREQ_SMALL)]);
    let small = figures.times("held", UREQ_SMALL, JOIN_SET);
    page.says("still several times that of `reqwest`", 2.5..10.0, &[small]);
    let gather = figures.memory(GATHER, JOIN_SET);
    page.says("**`aiohttp`** needs *less* than `reqwest` for a request", 0.3..0.9, &[gather]);
    let peak = figures.ratio("peak_bytes", "held", GATHER, JOIN_SET);
    page.says("in flight `aiohttp` needs less of it than `reqwest`", 0.3..0.95, &[peak]);
    let start = figures.get("sites", GATHER, "peak_bytes") / 1e6;
    page.says("more than 30 MB for the interpreter and the library", 30.0..50.0, &[start]);
    let thousand = figures.ratio("peak_bytes", "in-flight-1000", GATHER, JOIN_SET);
    page.says(
        "with a thousand in flight, `aiohttp` still needs more memory in total",
        1.05..3.0,
        &[thousand],
    );
    let programs = [HYPER, JOIN_SET, UREQ, GATHER, RAW_SOCKETS];
    let in_flight = programs.map(|program| figures.get("held", program, "most_in_flight"));
    page.says("every program has exactly 10,000 in flight", 10_000.0..10_001.0, &in_flight);
    page.check();
}

#[test]
fn what_the_page_says_of_many_pages() {
    let (mut page, figures) = (Claims::new(), Figures::read());
    let times = |program, other| figures.times("pages", program, other);
    let aiohttp = [GATHER, WORKERS, WORKERS_UVLOOP];
    let reqwest = [JOIN_SET, ONE_THREAD, BUFFERED];
    let all: Vec<_> = aiohttp.iter().flat_map(|a| reqwest.map(|r| times(a, r))).collect();
    page.says("`aiohttp` takes two to six times as long as `reqwest`, depending on", 1.95..7.0, &all);
    let join_set = times(GATHER, JOIN_SET);
    page.says("takes four to five times as long as `reqwest` in a `JoinSet`", 3.6..5.5, &[join_set]);
    page.says("about six times as long as `buffer_unordered`", 5.0..7.0, &[times(GATHER, BUFFERED)]);
    let memory = figures.ratio("peak_bytes", "pages", WORKERS, GATHER);
    page.says("With workers `aiohttp` needs less than half the memory", 0.2..0.5, &[memory]);
    page.says("`uvloop` makes it a little faster", 0.7..0.99, &[times(WORKERS_UVLOOP, WORKERS)]);
    let rust = [JOIN_SET, ONE_THREAD, BUFFERED, UREQ].map(|program| times(WORKERS_UVLOOP, program));
    page.says("at least twice as long as any of the clients in Rust", 1.95..7.0, &rust);
    page.says("takes well over ten times as long", 13.0..40.0, &[times(POOL, JOIN_SET)]);
    let one_thread = times(ONE_THREAD, JOIN_SET);
    page.says("On one thread `reqwest` takes about as long as on two", 0.7..1.3, &[one_thread]);
    let cores = [GATHER, WORKERS, POOL].map(|program| {
        figures.get("pages", program, "cpu_seconds") / figures.get("pages", program, "whole_seconds")
    });
    page.says("keep one core busy all the time", 0.8..1.3, &cores);
    page.says("`ureq` is about as fast as `reqwest`", 0.65..1.35, &[times(UREQ, JOIN_SET)]);
    let memory = figures.ratio("peak_bytes", "pages", UREQ, JOIN_SET);
    page.says("although they need twice the memory", 1.7..2.8, &[memory]);
    let rate = figures.get("pages", GATHER, "pages_per_second");
    page.says("thousands of pages per second on one core", 2_000.0..10_000.0, &[rate]);
    let soup = rate / figures.get(SMALL, "Python: BeautifulSoup, html.parser", "pages_per_second");
    page.says("more than a hundred times as long as a fetch keeps `aiohttp` busy", 100.0..400.0, &[soup]);
    page.check();
}

#[test]
fn what_the_page_says_of_titles() {
    let (mut page, figures) = (Claims::new(), Figures::read());
    let small = |program| figures.times(SMALL, program, "scraper");
    let large = |program| figures.times(LARGE, program, "scraper");
    page.says("For small pages `lxml` is faster", 0.45..0.95, &[small(LXML)]);
    page.says("for large pages the two are about equal", 0.7..1.4, &[large(LXML)]);
    let selectolax = [small(SELECTOLAX), large(SELECTOLAX)];
    page.says("takes about half the time or less", 0.25..0.65, &selectolax);
    let soup = [SMALL, LARGE].map(|workload| figures.times(workload, SOUP_LXML, LXML));
    page.says("it takes some thirty times as long as `lxml` alone", 20.0..45.0, &soup);
    let streamed = [small("lol_html"), large("lol_html")];
    page.says("in about a fifth of `scraper`'s time", 0.12..0.28, &streamed);
    let stopped = figures.times(LARGE, "scraper", "lol_html up to the title");
    page.says("`lol_html` several hundred times as fast as `scraper`", 200.0..900.0, &[stopped]);
    let pull = figures.times(LARGE, LXML, "Python: lxml up to the title");
    page.says("`lxml`'s pull parser dozens of times as fast", 20.0..100.0, &[pull]);
    page.check();
}

/// The median of a function in a table of criterion's figures, in nanoseconds.
fn median(group: &str, name: &str) -> f64 {
    let table = read(&root().join(format!("book/src/bench/{group}.md"))).expect("the table exists");
    let row = table.lines().find_map(|line| line.strip_prefix(&format!("| {name} | ")));
    let row = row.unwrap_or_else(|| panic!("{group}: there is no {name}"));
    let mut words = row.split(' ');
    let figure: f64 = words.next().and_then(|figure| figure.replace(',', "").parse().ok()).expect("a figure");
    let unit = match words.next() {
        Some("ns") => 1.0,
        Some("µs") => 1e3,
        Some("ms") => 1e6,
        Some("s") => 1e9,
        other => panic!("{group}, {name}: {other:?} is no unit"),
    };
    figure * unit
}

#[test]
fn what_the_page_says_of_the_lessons_groups() {
    let (mut page, figures) = (Claims::new(), Figures::read());
    let times = |group: &str, one: &str, other: &str| median(group, one) / median(group, other);
    let tenth = ["threads", "join_all", "JoinSet"].map(|way| times("strategies", way, "one after another"));
    page.says("takes a tenth of the time of one after another", 0.09..0.13, &tenth);
    let turns = times("strategies", "buffer_unordered(8)", "JoinSet");
    page.says("With a limit of eight, ten sites take two turns", 1.7..2.3, &[turns]);
    let thousand =
        ["join_all", "JoinSet"].map(|way| times("scaling", &format!("{way}/1000"), &format!("{way}/1")));
    page.says("A thousand requests take about a quarter longer than one", 1.1..1.45, &thousand);
    let (task, from_a_task) = (median("overhead", "JoinSet"), median("overhead", "JoinSet, from a task"));
    let tasks = ["spawn", "JoinSet"].map(|way| times("overhead", way, "join_all"));
    page.says("A task costs three to five times as much as a future in `join_all`", 2.0..6.0, &tasks);
    page.says("which didn't make them cheaper here", 0.95..2.5, &[from_a_task / task]);
    // The bench has a thousand tasks, so these are microseconds for each.
    let each = [task / 1e6, from_a_task / 1e6];
    page.says("Either way a task costs less than a microsecond", 0.0..1.0, &each);
    let request = 1e6 / figures.get("pages", JOIN_SET, "pages_per_second");
    page.says("each request in *Many pages, no waiting* costs dozens of them", 20.0..90.0, &[request]);
    let clients = times("clients", "one for each request", "one for all");
    page.says("A client for each request takes more than twice as long", 1.9..4.0, &[clients]);
    let title = "lol_html up to the title";
    let stopped = times("parsing", &format!("{title}/1 MB"), &format!("{title}/50 KB"));
    page.says("takes no longer for a large page than for a small one", 0.3..1.25, &[stopped]);
    let handover = times("blocking", "spawn_blocking/1 KB", "inline/1 KB");
    page.says("the handover to another thread gains nothing", 0.85..1.5, &[handover]);
    let cores = times("blocking", "inline/1 MB", "spawn_blocking/1 MB");
    page.says("For large pages it's faster, because the threads use both cores", 1.15..2.3, &[cores]);
    page.says(
        "With Tokio's lock it takes several times as long",
        3.0..15.0,
        &[times("locks", "Tokio", "std")],
    );
    page.says("The other two are close", 0.5..1.1, &[times("locks", "none", "std")]);
    page.check();
}
