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
        assert!((1.0..1.025).contains(&seconds), "{program}: {seconds}");
    }
    let whole = |program| figures.of("sites", program, "whole_seconds");
    assert!((1.3..1.4).contains(&whole(AIOHTTP)), "a third of a second to start: {}", whole(AIOHTTP));
    assert!(whole(JOIN_SET) < 1.02, "{}", whole(JOIN_SET));
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
    let longer = figures.times(work, UREQ, JOIN_SET);
    assert!((2.0..3.0).contains(&longer), "more than twice as long: {longer}");
    let in_flight = figures.of(work, UREQ, "most_in_flight");
    assert!((5_500.0..6_600.0).contains(&in_flight), "some six thousand: {in_flight}");
    let thousand = "in-flight-1000";
    let (quarter, twice) =
        (figures.times(thousand, AIOHTTP, JOIN_SET), figures.times(thousand, POOL, JOIN_SET));
    assert!((1.2..1.3).contains(&quarter) && (1.9..2.2).contains(&twice), "{quarter}, {twice}");
    for more in [100, 1_000] {
        let memory = |program| figures.of(&format!("in-flight-{more}"), program, "peak_bytes");
        assert!(memory(AIOHTTP) > memory(JOIN_SET), "of {more} it has more in all");
    }
    let ceiling = figures.of(work, CEILING, "seconds");
    assert!((1.35..1.45).contains(&ceiling), "it is at 1.4 s: {ceiling}");
    let reqwest = figures.of(work, JOIN_SET, "seconds");
    assert!((1.85..1.95).contains(&reqwest), "1.9 s: {reqwest}");
    for few in ["in-flight-100", "in-flight-1000"] {
        let apart = figures.times(few, JOIN_SET, "reqwest, join_all");
        assert!((0.95..1.05).contains(&apart), "{few}: {apart}");
    }
    let join_all = |column| figures.of(work, "reqwest, join_all", column);
    assert!((1.2..1.3).contains(&join_all("ratio")), "a quarter: {}", join_all("ratio"));
    let (one, other) = (figures.of(work, JOIN_SET, "cpu_seconds"), join_all("cpu_seconds"));
    assert!((1.75..1.85).contains(&one) && (2.35..2.45).contains(&other), "{one}, {other}");
    assert!(one / reqwest < other / join_all("seconds"), "it does not use more of the cores");
    let pool = |column| figures.of(work, POOL, column);
    assert!((20.0..21.0).contains(&pool("least")) && (58.0..59.5).contains(&pool("most")));
    let in_flight = figures.of(work, POOL, "most_in_flight");
    assert!((900.0..1_200.0).contains(&in_flight), "about a thousand: {in_flight}");
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
    let fifth = 1.0 - figures.each("hyper, reading into 1 KB") / figures.each("hyper");
    assert!((0.15..0.25).contains(&fifth), "a fifth less: {fifth}");
    let eighth = figures.each(UREQ) / figures.each("ureq, threads, buffers of 4 KB");
    assert!((7.0..9.0).contains(&eighth), "{eighth}");
    let twelve = figures.each(UREQ) / figures.each(JOIN_SET);
    assert!((11.5..12.9).contains(&twelve), "twelve times: {twelve}");
    let half = figures.each("ureq, threads, buffers of 4 KB") / figures.each(JOIN_SET);
    assert!((1.4..1.7).contains(&half), "half as much again: {half}");
    let held = |program| figures.of("ladder-held", program, "seconds");
    let small = held("ureq, threads, buffers of 4 KB");
    assert!((6.5..7.5).contains(&small) && (0.9..1.1).contains(&held(JOIN_SET)), "{small}");
    let eight = figures.of("ladder-held", UREQ, "ratio");
    assert!((7.5..8.5).contains(&eight), "eight times as long: {eight}");
    let step = |program, other| figures.times("ladder", program, other);
    let (quarter, hyper) = (step(JOIN_SET, CEILING), step("hyper", CEILING));
    assert!((1.2..1.3).contains(&quarter) && hyper - 1.0 > 0.6 * (quarter - 1.0), "{quarter}, {hyper}");
    for (work, told) in [("in-flight-10000", 3.5), ("ladder", 3.3)] {
        let ratio = figures.of(work, AIOHTTP, "ratio");
        assert!((ratio - told).abs() < 0.05, "{work}: {ratio}");
    }
    for program in ["hyper", JOIN_SET, UREQ, AIOHTTP, CEILING] {
        assert_eq!(figures.of("ladder-held", program, "most_in_flight"), 10_000.0, "{program}");
    }
}

#[test]
fn where_nobody_waits_a_compiled_client_shows() {
    let figures = Figures::read();
    let ratio = |program| figures.of("pages", program, "ratio");
    assert!((4.65..4.75).contains(&ratio(AIOHTTP)), "{}", ratio(AIOHTTP));
    assert!((26.5..27.5).contains(&ratio(POOL)), "{}", ratio(POOL));
    let rate = figures.of("pages", AIOHTTP, "pages_a_second");
    assert!((5_500.0..6_000.0).contains(&rate), "almost 6,000: {rate}");
    let microseconds = 1e6 / figures.of("pages", JOIN_SET, "pages_a_second");
    assert!((34.0..36.0).contains(&microseconds), "35 µs: {microseconds}");
    let soup = 1.0 / figures.of("titles-50-KB", "Python: BeautifulSoup, html.parser", "pages_a_second");
    assert!((180.0..280.0).contains(&(soup * rate)), "some two hundred times: {}", soup * rate);
    for python in [AIOHTTP, POOL] {
        let busy = figures.of("pages", python, "cpu_seconds") / figures.of("pages", python, "whole_seconds");
        assert!((0.8..1.3).contains(&busy), "one core is busy: {python}, {busy}");
    }
    assert!(figures.of("pages", BUFFERED, "ratio_most") < 1.0, "ahead in each round");
    let (least, most) = (figures.of("pages", UREQ, "ratio_least"), figures.of("pages", UREQ, "ratio_most"));
    assert!(least < 1.0 && most > 1.0, "now ahead and now behind: {least}, {most}");
    let memory = |program| figures.of("pages", program, "peak_bytes");
    let twice = memory(UREQ) / memory(JOIN_SET);
    assert!((2.0..2.5).contains(&twice), "twice the memory: {twice}");
}

#[test]
fn compiled_parsers_are_near_each_other_and_who_makes_no_tree_or_stops_is_ahead() {
    let figures = Figures::read();
    for work in ["titles-50-KB", "titles-1000-KB"] {
        // `seconds` is of a single pass through the pages.
        let times = |program, other| figures.times(work, program, other);
        let no_tree = times("lol_html", "scraper");
        assert!((0.15..0.2).contains(&no_tree), "a fifth or a sixth, {work}: {no_tree}");
    }
    let (small, large) = ("titles-50-KB", "titles-1000-KB");
    let within = |what: f64, least, most| assert!((least..most).contains(&what), "{what}");
    let of = |work, program, column| figures.of(work, program, column);
    within(of(small, "Python: lxml", "ratio"), 0.5, 0.6);
    assert!(of(small, "Python: lxml", "ratio_most") < 1.0);
    assert!(of(large, "Python: lxml", "ratio_least") < 1.0, "too near to say");
    assert!(of(large, "Python: lxml", "ratio_most") > 1.0, "too near to say");
    within(of(small, "Python: selectolax", "ratio"), 0.45, 0.55);
    within(of(large, "Python: selectolax", "ratio"), 0.35, 0.45);
    assert!(figures.times(small, "Python: BeautifulSoup, lxml", "Python: lxml") > 30.0);
    within(figures.times(large, "scraper", "lol_html up to the title"), 380.0, 420.0);
    within(figures.times(large, "Python: lxml", "Python: lxml up to the title"), 43.0, 47.0);
}

/// The median of a function in a table of criterion's figures, in nanoseconds.
fn median(group: &str, name: &str) -> f64 {
    let table = read(&root().join(format!("book/src/bench/{group}.md"))).expect("there are figures");
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
fn what_is_said_of_the_lessons_groups_is_in_their_tables() {
    let times = |group: &str, one: &str, other: &str| median(group, one) / median(group, other);
    let within = |what: f64, least, most| assert!((least..most).contains(&what), "{what}");
    for at_once in ["threads", "join_all", "JoinSet"] {
        within(times("strategies", "one after another", at_once), 9.0, 10.0);
    }
    within(times("strategies", "buffer_unordered(8)", "JoinSet"), 1.8, 2.2);
    for way in ["join_all", "JoinSet"] {
        within(times("scaling", &format!("{way}/1000"), &format!("{way}/1")), 1.2, 1.3);
    }
    within(times("overhead", "JoinSet", "join_all"), 2.5, 3.7);
    within(times("overhead", "spawn", "join_all"), 2.5, 3.7);
    // Of a thousand of them, in nanoseconds. The 35 µs of a request are tested above.
    let task = median("overhead", "JoinSet") / 1_000.0;
    within(task, 300.0, 370.0);
    within(35_000.0 / task, 90.0, 115.0);
    within(times("parsing", "lol_html up to the title/1 MB", "lol_html up to the title/50 KB"), 0.9, 1.1);
    within(times("blocking", "spawn_blocking/1 KB", "inline/1 KB"), 0.9, 1.1);
    within(times("blocking", "inline/1 MB", "spawn_blocking/1 MB"), 1.6, 2.2);
    within(times("clients", "one for each request", "one for all"), 2.35, 2.45);
    within(times("locks", "Tokio", "std"), 7.5, 8.5);
    assert!(times("locks", "none", "std") > 0.5, "most of it is the tasks themselves");
}
