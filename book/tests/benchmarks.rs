//! What the page on speed says in words, held to the figures that it shows.

use std::collections::HashMap;

use book::pages::read;
use book::root;

const JOIN_SET: &str = "reqwest, JoinSet";
const BUFFERED: &str = "reqwest, buffer_unordered";
const UREQ: &str = "ureq, threads";
const AIOHTTP: &str = "Python: aiohttp";
const POOL: &str = "Python: requests, thread pool";
const CEILING: &str = "raw sockets (the ceiling)";

/// All figures: of a work, of a program, in a column.
struct Figures(HashMap<[String; 3], String>);

impl Figures {
    fn read() -> Figures {
        let text = read(&root().join("book/src/bench/peers.csv")).expect("there are figures");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().expect("it has a head").clone();
        let mut figures = HashMap::new();
        for record in reader.records() {
            let record = record.expect("each has all columns");
            for (column, figure) in columns.iter().zip(&record) {
                let of = [&record[0], &record[1], column].map(str::to_owned);
                figures.insert(of, figure.to_owned());
            }
        }
        Figures(figures)
    }

    fn of(&self, work: &str, program: &str, column: &str) -> f64 {
        let figure = self.0.get(&[work, program, column].map(str::to_owned));
        let figure = figure.unwrap_or_else(|| panic!("{work}, {program}: there is no {column}"));
        figure.parse().unwrap_or_else(|_| panic!("{work}, {program}: {column} is `{figure}`"))
    }

    /// How often as long one program takes as another.
    fn times(&self, work: &str, program: &str, other: &str) -> f64 {
        self.of(work, program, "seconds") / self.of(work, other, "seconds")
    }

    /// How much each of many requests adds, in kilobytes.
    fn each(&self, program: &str) -> f64 {
        self.of("ladder-held", program, "bytes_each_request") / 1_000.0
    }
}

#[test]
fn for_a_handful_of_sites_both_languages_take_as_long_as_the_slowest() {
    let figures = Figures::read();
    let all = [JOIN_SET, "reqwest, join_all", BUFFERED, UREQ, AIOHTTP, POOL];
    for program in all {
        let seconds = figures.of("sites", program, "seconds");
        assert!((1.0..1.05).contains(&seconds), "{program}: {seconds}");
    }
    let in_turn = figures.of("sites", "Python: requests, in turn", "seconds");
    assert!((5.5..5.9).contains(&in_turn), "as long as all of them together: {in_turn}");
    for column in ["peak_bytes", "cpu_seconds"] {
        assert!(figures.of("sites", AIOHTTP, column) > 5.0 * figures.of("sites", JOIN_SET, column));
    }
}

#[test]
fn a_hundred_are_near_one_second_and_of_ten_thousand_threads_all_finish() {
    let figures = Figures::read();
    for program in [JOIN_SET, BUFFERED, UREQ, AIOHTTP, POOL] {
        let seconds = figures.of("in-flight-100", program, "seconds");
        assert!((1.0..1.3).contains(&seconds), "{program}: {seconds}");
    }
    let work = "in-flight-10000";
    assert!(figures.times(work, UREQ, BUFFERED) > 1.2, "they take longer");
    let memory = |program| figures.of(work, program, "peak_bytes");
    assert!(memory(UREQ) > 3.0 * memory(BUFFERED), "and much more memory");
    assert!(figures.times(work, AIOHTTP, BUFFERED) > 2.0);
    assert!(figures.times(work, CEILING, BUFFERED) < 1.0);
}

#[test]
fn the_ladder_goes_up_from_a_task_to_a_thread_and_aiohttp_takes_less_than_reqwest() {
    let figures = Figures::read();
    let steps = ["a bare task", CEILING, "hyper, reading into 1 KB", "hyper", JOIN_SET, UREQ];
    let each = steps.map(|program| figures.each(program));
    assert!(each.is_sorted(), "{each:?}");
    assert!((0.4..0.7).contains(&each[0]), "half a kilobyte: {}", each[0]);
    assert!(figures.each(AIOHTTP) < figures.each(JOIN_SET));
    let half_as_much_again = figures.each(JOIN_SET) / figures.each("hyper");
    assert!((1.3..1.7).contains(&half_as_much_again), "{half_as_much_again}");
    let eighth = figures.each(UREQ) / figures.each("ureq, threads, buffers of 4 KB");
    assert!((7.0..9.0).contains(&eighth), "{eighth}");
    for program in ["hyper", JOIN_SET, UREQ, AIOHTTP, CEILING] {
        assert_eq!(figures.of("ladder-held", program, "most_in_flight"), 10_000.0, "{program}");
    }
}

#[test]
fn where_nobody_waits_a_compiled_client_shows() {
    let figures = Figures::read();
    let aiohttp = figures.times("pages", AIOHTTP, BUFFERED);
    assert!(aiohttp > 4.0, "{aiohttp}");
    assert!(figures.times("pages", POOL, AIOHTTP) > 1.5);
    let threads = figures.times("pages", UREQ, BUFFERED);
    assert!((0.5..1.5).contains(&threads), "threads are as good as anything: {threads}");
    assert!(figures.times("pages", JOIN_SET, BUFFERED) > 1.2);
}

#[test]
fn scraper_and_lxml_are_on_a_par_and_who_makes_no_tree_is_ahead_of_both() {
    let figures = Figures::read();
    for work in ["titles-50-KB", "titles-1000-KB"] {
        // `seconds` is of a single pass through the pages.
        let times = |program, other| figures.times(work, program, other);
        let par = times("scraper", "Python: lxml");
        assert!((0.5..2.0).contains(&par), "{work}: {par}");
        for soup in ["Python: BeautifulSoup, html.parser", "Python: BeautifulSoup, lxml"] {
            assert!(times(soup, "scraper") > 20.0, "{work}, {soup}: {}", times(soup, "scraper"));
        }
        assert!(times("scraper", "lol_html up to the title") > 5.0, "{work}");
    }
}
