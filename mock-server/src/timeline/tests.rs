//! What's drawn for a record, and that no text from a client can spoil it.

use std::time::Duration;
use std::{env, fs};

use hyper::StatusCode;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{Panel, WIDTH, json, line, svg, text};
use crate::record::{Exchange, Outcome, Record};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// `times` are when the request arrived, when the only bytes were sent, and when the exchange ended, in milliseconds.
fn exchange(site: &str, times: [u64; 3], bytes: u64, outcome: Outcome) -> Exchange {
    let [request_head, first_byte, ended] = times.map(ms);
    let first_byte = (bytes > 0).then_some(first_byte);
    Exchange {
        id: times[0],
        connection: times[0],
        site: site.to_owned(),
        method: "GET".to_owned(),
        path: "/".to_owned(),
        accepted: request_head,
        request_head,
        first_byte,
        last_byte: first_byte,
        pauses: Vec::new(),
        ended: (outcome != Outcome::InFlight).then_some(ended),
        status: (bytes > 0).then_some(StatusCode::OK),
        bytes,
        received: 0,
        outcome,
    }
}

fn record() -> Record {
    let exchanges = [
        exchange("a.example", [5_000, 5_500, 5_500], 15_000, Outcome::Complete),
        exchange("b.example", [5_100, 5_600, 6_000], 1_000, Outcome::ClientGone),
        exchange("c<&.example", [5_200, 0, 5_400], 0, Outcome::Reset),
        exchange("d.example", [5_300, 0, 0], 0, Outcome::InFlight),
    ];
    Record::of(exchanges, 4, ms(6_100))
}

fn panel() -> Panel {
    Panel::new("all at once", record())
}

fn panel_of_one(exchange: Exchange) -> Panel {
    Panel::new("one", Record::of([exchange], 1, Duration::ZERO))
}

/// A record of `count` exchanges. The first `burst` arrive together, 5 s after the start of the web. A second later the
/// others follow, 30 ms apart.
fn record_of_crowd(count: u64, burst: u64) -> Record {
    let start = |index: u64| if index < burst { 5_000 } else { 6_000 + (index - burst) * 30 };
    let exchanges = (0..count).map(|index| {
        exchange("a.example", [start(index), start(index) + 1, start(index) + 1], 1, Outcome::Complete)
    });
    Record::of(exchanges, count as usize, Duration::ZERO)
}

fn crowd(count: u64, burst: u64) -> Panel {
    Panel::new("many", record_of_crowd(count, burst))
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
            ░ waiting  █ bytes  x cut by the server  < client left  > in flight
";
    assert_eq!(text(&panel(), 84, Duration::ZERO), expected);
}

#[test]
fn a_response_that_pauses_is_drawn_in_blocks() {
    let mut pausing = exchange("a.example", [0, 200, 1_000], 3, Outcome::Complete);
    pausing.last_byte = Some(ms(1_000));
    pausing.pauses = vec![(ms(300), ms(500)), (ms(600), ms(800))];
    let panel = panel_of_one(pausing);
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

#[test]
fn more_exchanges_than_bars_can_show_are_counted_by_when_they_arrived() {
    let drawn = text(&crowd(130, 100), 40, Duration::ZERO);
    let lines: Vec<_> = drawn.lines().collect();
    assert_eq!(lines[0], "many: 130 requests, arrivals per 0.20 s:");
    assert_eq!(lines[1], "0.00 s █████████████████████████████ 100");
    assert_eq!(lines[2], "0.20 s");
    // 7 of 100 are two cells and a little of the 29. That's rounded up, so that a single request is visible.
    assert_eq!(lines[6], "1.00 s ███ 7");
    assert_eq!(lines.len(), 1 + 10);
    // On a longer scale the parts are longer.
    let longer = text(&crowd(130, 100), 40, Duration::from_secs(8));
    assert!(longer.starts_with("many: 130 requests, arrivals per 0.50 s:\n"), "{longer}");
    assert!(text(&crowd(60, 40), 80, Duration::ZERO).contains(" at most 60 in flight\n"));
    assert!(text(&crowd(61, 40), 80, Duration::ZERO).contains("61 requests, arrivals per "));
}

#[test]
fn panels_that_count_arrivals_share_one_scale_in_the_picture() {
    let svg = svg(&[crowd(130, 100), crowd(100, 50)]);
    assert!(svg.contains("arrivals per 0.20 s. 100 arrived from 0.00 s, 0 from 0.20 s, "), "{svg}");
    let columns: Vec<Vec<f64>> = svg
        .lines()
        .filter(|line| line.starts_with("<rect class=\"arrivals\""))
        .map(|line| line.split('"').skip(3).step_by(2).filter_map(|number| number.parse().ok()).collect())
        .collect();
    let tallest = columns[0][3];
    let second = columns.iter().skip(1).find(|column| column[0] == columns[0][0]).expect("two panels");
    assert_eq!(second[3] * 2.0, tallest, "50 are half of 100");
    assert!(columns[1][0] > columns[0][0] + columns[0][2] * 4.0, "there's a second between them");
    // Within a panel all columns have the same bottom.
    let bottom = |column: &Vec<f64>| (column[1] + column[3]).round();
    assert_eq!(bottom(&columns[0]), bottom(&columns[1]));
    assert!(!svg.contains("class=\"legend\""), "no bar needs one");
}

#[test]
fn the_picture_says_in_words_what_it_shows() {
    let svg = svg(&[panel(), panel()]);
    assert!(svg.contains("<title>What the server saw: all at once; all at once</title>"), "{svg}");
    assert!(svg.contains("b.example from 0.10 s to 1.00 s, left at 1,000 B. "), "{svg}");
    assert!(svg.contains("c&lt;&amp;.example"), "{svg}");
    assert!(svg.contains(">… in flight</text>"), "{svg}");
    assert_eq!(svg.matches("class=\"label\"").count(), 8);
}

/// One exchange of each outcome that has no response, and one that has one.
fn uploads() -> Record {
    let outcomes = [Outcome::ClientGone, Outcome::Reset, Outcome::Cut, Outcome::InFlight, Outcome::Complete];
    let mut exchanges = outcomes.map(|outcome| {
        let end = if outcome == Outcome::InFlight { 0 } else { 200 };
        let mut exchange = exchange("a.example", [0, 0, end], 0, outcome);
        exchange.received = 65_536;
        exchange
    });
    exchanges[4].bytes = 10;
    Record::of(exchanges, 5, ms(300))
}

#[test]
fn an_exchange_without_a_response_says_how_much_of_its_body_had_come() {
    let drawn = text(&Panel::new("uploads", uploads()), WIDTH, Duration::ZERO);
    let results = ["left, 65,536 B", "reset, 65,536 B", "cut, 65,536 B", "in flight, 65,536 B"];
    let results = results.map(|result| format!("{result} received"));
    let lines = drawn.lines().skip(2);
    for (line, result) in lines.zip(results.iter().map(String::as_str).chain(["  10 bytes"])) {
        assert!(line.ends_with(result), "{drawn}");
    }
}

/// The book's pages draw timelines in JavaScript. `book/lab/tests/timeline.test.mjs` reads this file, too, and compares
/// its own pictures of these records with these.
#[test]
fn the_pictures_that_javascript_is_compared_with_are_up_to_date() {
    let mut pausing = exchange("a.example", [1_000, 1_200, 2_500], 45_000, Outcome::Complete);
    pausing.last_byte = Some(ms(2_000));
    pausing.pauses = vec![(ms(1_300), ms(1_500)), (ms(1_600), ms(1_800))];
    let mut long = exchange("a.example", [0, 0, 300], 0, Outcome::Cut);
    long.path = "/a-path/that/is/too/long/for/its/column".to_owned();
    let days = [0, 1, 3].map(|day| {
        exchange("a.example", [day * 86_400_000, 0, 86_400_000 * day + 250], 0, Outcome::Complete)
    });
    let pictures = [
        vec![("all at once", record())],
        vec![("pauses", Record::of([pausing], 1, ms(3_000))), ("none", Record::default())],
        vec![("short", Record::of([long], 1, ms(400)))],
        vec![("days", Record::of(days, 1, ms(86_400_000 * 3 + 250)))],
        vec![("uploads", uploads())],
        vec![("many", record_of_crowd(70, 40)), ("fewer", record_of_crowd(61, 20))],
    ];
    let drawn = pictures.map(|panels| {
        let data: Vec<_> = panels
            .iter()
            .map(|(title, record)| {
                let taken = record.taken().as_millis() as u64;
                let record: Value = serde_json::from_str(&json(record)).unwrap();
                json!({ "title": title, "taken": taken, "record": record })
            })
            .collect();
        let panels: Vec<_> = panels.into_iter().map(|(title, record)| Panel::new(title, record)).collect();
        format!("{}\n", json!({ "panels": data, "svg": svg(&panels) }))
    });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/timeline/pictures.jsonl");
    if env::var_os("UPDATE_PICTURES").is_some() {
        fs::write(path, drawn.concat()).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    assert!(
        drawn.concat() == expected,
        "set UPDATE_PICTURES=1 to draw them again, then run the JavaScript test"
    );
}

#[test]
fn an_exchange_that_takes_no_time_still_has_a_bar() {
    let panel = panel_of_one(exchange("a.example", [5_000, 5_000, 5_000], 1, Outcome::Complete));
    let drawn = text(&panel, WIDTH, Duration::ZERO);
    let lines: Vec<_> = drawn.lines().collect();
    assert!(lines[1].trim() == "0 ms", "{drawn}");
    assert!(lines[2].starts_with("a.example █ "), "{drawn}");
    assert!(lines[2].ends_with(" 0 ms  1 byte"), "{drawn}");
    assert!(svg(&[panel]).contains("width=\"3.0\""));
}

#[test]
fn a_record_of_days_has_whole_seconds_on_its_axis_and_exact_times_in_its_rows() {
    let day = 24 * 60 * 60 * 1_000;
    let exchanges =
        [0, 1, 3].map(|days| exchange("a.example", [days * day, 0, days * day + 250], 0, Outcome::Complete));
    let panel = Panel::new("days", Record::of(exchanges, 1, Duration::ZERO));
    let drawn = text(&panel, WIDTH, Duration::ZERO);
    assert!(drawn.contains(" 0 s   "), "{drawn}");
    assert!(drawn.contains(" 200,000 s"), "{drawn}");
    assert_eq!(drawn.matches(" 0.25 s  0 bytes\n").count(), 3, "{drawn}");
    assert!(svg(&[panel]).contains(">200,000 s</text>"));
}

#[test]
fn labels_of_ticks_have_a_space_between_them() {
    let panel = panel_of_one(exchange("a.example", [0, 1, 60_000], 1, Outcome::Complete));
    for width in 60..200 {
        let drawn = text(&panel, width, Duration::ZERO);
        let axis = drawn.lines().nth(1).expect("there is an axis");
        let numbers = axis.split_whitespace().filter(|word| *word != "s");
        assert!(numbers.clone().count() >= 2, "{drawn}");
        assert!(numbers.clone().all(|number| number.parse::<f64>().is_ok()), "{drawn}");
    }
}

/// A predicate of `wait_until` sees the live record, which doesn't know what time it is.
#[test]
fn a_live_record_is_drawn_up_to_the_last_event_known() {
    let mut sending = exchange("b.example", [5_300, 5_400, 0], 1, Outcome::InFlight);
    sending.last_byte = Some(ms(6_000));
    let day = 24 * 60 * 60 * 1_000;
    let waiting = exchange("c.example", [day, 0, 0], 0, Outcome::InFlight);
    let panel = Panel::new("live", Record::of([sending.clone()], 1, Duration::ZERO));
    assert_eq!(panel.span(), ms(700));
    let many = (0..100).map(|_| sending.clone()).chain([waiting]);
    let panel = Panel::new("live", Record::of(many, 101, Duration::ZERO));
    assert_eq!(text(&panel, WIDTH, Duration::ZERO).lines().count(), 1 + 9);
}

#[test]
fn a_line_of_the_log_has_the_time_only_of_an_exchange_that_ended() {
    let ended = exchange("a.example", [5_000, 5_300, 5_500], 15_000, Outcome::Complete);
    assert_eq!(line(&ended), "GET a.example: status 200, 15,000 bytes in 500 ms");
    let in_flight = exchange("a.example", [5_000, 0, 0], 0, Outcome::InFlight);
    assert_eq!(line(&in_flight), "GET a.example: in flight, 0 B");
    let mut upload = exchange("a.example", [5_000, 0, 5_200], 0, Outcome::ClientGone);
    (upload.method, upload.received) = ("PUT".to_owned(), 65_536);
    assert_eq!(line(&upload), "PUT a.example: received 65,536 bytes, left at 0 B in 200 ms");
}

#[test]
fn json_keeps_microseconds_after_days() {
    let mut late = exchange("a.example", [0, 0, 0], 0, Outcome::InFlight);
    late.accepted = Duration::from_nanos(1_499);
    late.request_head = Duration::from_secs(30 * 24 * 60 * 60) + Duration::from_micros(1);
    let json: Value = serde_json::from_str(&json(&Record::of([late], 1, Duration::ZERO))).unwrap();
    let exchange = &json["exchanges"][0];
    assert_eq!(exchange["accepted"].to_string(), "0.001");
    assert_eq!(exchange["request_head"].to_string(), "2592000000.001");
    assert!(exchange["first_byte"].is_null() && exchange["ended"].is_null());
}

/// Text with everything that could harm a terminal, XML or JSON. It may be as long as a path in a record.
fn any_text() -> impl Strategy<Value = String> {
    let odd = "\0\u{1b}\u{7f}\u{9b}\n\r\t\u{85}\u{2028}\u{202e}\u{2066}\u{fffe}\u{1ffff}\u{301}\u{200d}漢🚀<>&\"'\\]- ";
    let odd = select(odd.chars().collect::<Vec<_>>());
    let character = prop_oneof![odd, any::<char>(), prop::char::range(' ', '~')];
    let text = prop::collection::vec(character, 0..20);
    (text, select(vec![1, 1, 1, 50])).prop_map(|(text, times)| String::from_iter(text).repeat(times))
}

/// An exchange with any text, and with its times in their order.
fn any_exchange() -> impl Strategy<Value = Exchange> {
    let outcomes =
        vec![Outcome::InFlight, Outcome::Complete, Outcome::Cut, Outcome::Reset, Outcome::ClientGone];
    let times = prop::collection::vec(0..900_000_000_u64, 8);
    let texts = (any_text(), any_text(), any_text());
    (texts, times, 0..1_000_000_000_u64, select(outcomes), 0..=2_usize).prop_map(
        |((site, method, path), mut times, bytes, outcome, pauses)| {
            times.sort_unstable();
            let time = |index: usize| Duration::from_micros(times[index]);
            Exchange {
                id: 1,
                connection: bytes,
                site,
                method,
                path,
                accepted: time(0),
                request_head: time(1),
                first_byte: (bytes > 0).then(|| time(2)),
                last_byte: (bytes > 0).then(|| time(6)),
                pauses: [(time(2), time(3)), (time(4), time(5))].into_iter().take(pauses).collect(),
                ended: (outcome != Outcome::InFlight).then(|| time(7)),
                status: StatusCode::from_u16((bytes % 1_000) as u16).ok(),
                bytes,
                received: bytes,
                outcome,
            }
        },
    )
}

fn any_record() -> impl Strategy<Value = Record> {
    let count = prop_oneof![0..8_usize, Just(61)];
    let exchanges = (prop::collection::vec(any_exchange(), 1..8), count);
    let exchanges = exchanges.prop_map(|(exchanges, count)| {
        let repeated: Vec<_> = exchanges.iter().cycle().take(count).cloned().collect();
        repeated
    });
    (exchanges, any::<bool>()).prop_map(|(exchanges, is_snapshot)| {
        let taken = if is_snapshot { Duration::from_secs(900) } else { Duration::ZERO };
        Record::of(exchanges, 1, taken)
    })
}

/// Whether a terminal would do anything with this character but print it.
fn is_hazard(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether XML 1.0 allows this character.
fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Why a document isn't well-formed XML, as far as the pictures use XML: elements, attributes in double quotes, text,
/// and four of the predefined entities.
fn find_xml_error(document: &str) -> Option<String> {
    if let Some(character) = document.chars().find(|character| !is_xml(*character)) {
        return Some(format!("{character:?} isn't a character of XML"));
    }
    let is_text = |text: &str| {
        let entities = ["amp;", "lt;", "gt;", "quot;"];
        text.split('&').skip(1).all(|rest| entities.iter().any(|entity| rest.starts_with(entity)))
    };
    let mut open = Vec::new();
    let mut parts = document.split('<');
    if parts.next() != Some("") {
        return Some("there is text before the root".to_owned());
    }
    for part in parts {
        let Some((tag, text)) = part.split_once('>') else { return Some(format!("<{part} isn't closed")) };
        if !is_text(text) || text.contains('>') {
            return Some(format!("{text:?} has a bare & or >"));
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Some(format!("</{name}> closes something else"));
            }
        } else {
            let is_empty = tag.ends_with('/');
            let (name, attributes) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag, ""));
            // `a="1" b="2"`, split at the quotes: names and values in turn, and nothing after the last value.
            let halves: Vec<_> = attributes.split('"').collect();
            let are_names = halves.iter().step_by(2).all(|half| half.is_empty() || half.ends_with('='));
            if halves.len() % 2 == 0 || !are_names || !is_text(attributes) {
                return Some(format!("<{tag}> has odd attributes"));
            }
            if !is_empty {
                open.push(name);
            }
        }
        if open.is_empty() && !text.trim().is_empty() {
            return Some(format!("{text:?} is outside the root"));
        }
    }
    open.last().map(|name| format!("<{name}> isn't closed"))
}

#[test]
fn the_scan_for_errors_in_xml_finds_them() {
    assert_eq!(find_xml_error("<a b=\"1\" c=\"&lt;\"><d/>text &amp; text</a>\n"), None);
    for wrong in [
        "a<a></a>",
        "<a>",
        "<a></b>",
        "<a>&</a>",
        "<a>&nbsp;</a>",
        "<a>></a>",
        "<a>\u{fffe}</a>",
        "<a>\u{1b}</a>",
        "<a b=1></a>",
        "<a b=\"1></a>",
        "<a b=\"&\"></a>",
        "<a></a>b",
        "</a>",
        "<a b=\"1\"c></a>",
    ] {
        assert!(find_xml_error(wrong).is_some(), "{wrong:?}");
    }
}

proptest! {
    #[test]
    fn text_has_a_line_for_each_exchange_and_keeps_to_its_width_whatever_clients_send(
        title in any_text(), record in any_record(),
    ) {
        let panel = Panel::new(&title, record.clone());
        let drawn = text(&panel, WIDTH, Duration::ZERO);
        let hazard = drawn.chars().find(|character| *character != '\n' && is_hazard(*character));
        prop_assert_eq!(hazard, None, "{}", drawn);
        let lines: Vec<_> = drawn.lines().collect();
        match record.exchanges().len() {
            0 => prop_assert_eq!(lines.len(), 1),
            count @ ..=60 => prop_assert_eq!(lines.len(), 1 + 1 + count + 1, "{}", drawn),
            _ => prop_assert!(lines.len() <= 1 + 17, "{}", drawn),
        }
        for line in &lines[1..] {
            prop_assert!(line.chars().count() <= WIDTH, "{line}");
        }
        prop_assert!(!panel.summary().contains(is_hazard));
    }

    #[test]
    fn a_line_of_the_log_is_one_harmless_line_whatever_clients_send(exchange in any_exchange()) {
        let line = line(&exchange);
        prop_assert!(!line.contains(is_hazard), "{line:?}");
    }

    #[test]
    fn the_picture_is_well_formed_xml_whatever_clients_send(
        titles in prop::collection::vec(any_text(), 0..3), record in any_record(),
    ) {
        let panels: Vec<_> = titles.iter().map(|title| Panel::new(title, record.clone())).collect();
        let picture = svg(&panels);
        prop_assert_eq!(find_xml_error(&picture), None, "{}", picture);
        prop_assert!(!picture.contains("NaN") && !picture.contains("inf"), "{picture}");
    }

    #[test]
    fn json_gives_back_every_string_and_is_harmless_to_a_terminal(record in any_record()) {
        let json = json(&record);
        let hazard = json.chars().find(|character| *character != '\n' && is_hazard(*character));
        prop_assert_eq!(hazard, None);
        let json: Value = serde_json::from_str(&json).unwrap();
        let rows = json["exchanges"].as_array().unwrap();
        prop_assert_eq!(rows.len(), record.exchanges().len());
        for (row, exchange) in rows.iter().zip(record.exchanges()) {
            prop_assert_eq!(row["site"].as_str(), Some(exchange.site.as_str()));
            prop_assert_eq!(row["method"].as_str(), Some(exchange.method.as_str()));
            prop_assert_eq!(row["path"].as_str(), Some(exchange.path.as_str()));
            prop_assert_eq!(row["status"].as_u64(), exchange.status.map(|status| status.as_u16().into()));
        }
    }
}
