//! What counts as drift: everything but what a clock had a hand in.

use anyhow::{Context, ensure};

use crate::faults::CLIENTS;
use crate::runs::Special;

/// The faster of two times is at most this part of the slower one. Less of a difference could be noise.
const CLEARLY: f64 = 0.9;

/// How a client reports a lost connection depends on what it does at that time. If it writes, curl's exit status is 55
/// instead of 56, and the system's error can be a broken pipe.
const LOST: [[&str; 2]; 2] = [
    ["exit status 55", "exit status 56"],
    ["Broken pipe (os error 32)", "Connection reset by peer (os error 104)"],
];

/// An output in which what stands between two blank lines, and what stands under a `--- heading ---`, is a part
/// with an anchor, so that the book can include it alone. The anchor is made of the part's first words; that of a
/// timeline ends in `-timeline`, and that of the whole is `all`.
pub fn anchored(output: &str) -> String {
    let mut anchored = "ANCHOR: all\n".to_owned();
    let mut names: Vec<String> = Vec::new();
    let mut open: Option<String> = None;
    for line in output.lines() {
        if line.is_empty() || is_heading(line) {
            end(&mut anchored, open.take());
        }
        if !line.is_empty() && open.is_none() {
            let name = unused(name(line), &names);
            anchored += &format!("ANCHOR: {name}\n");
            names.push(name.clone());
            open = Some(name);
        }
        anchored += &format!("{line}\n");
    }
    end(&mut anchored, open);
    anchored + "ANCHOR_END: all\n"
}

/// The output as it was printed.
pub fn without_anchors(anchored: &str) -> String {
    anchored.lines().filter(|line| anchor(line).is_none()).map(|line| format!("{line}\n")).collect()
}

fn end(anchored: &mut String, open: Option<String>) {
    if let Some(name) = open {
        *anchored += &format!("ANCHOR_END: {name}\n");
    }
}

fn is_heading(line: &str) -> bool {
    line.starts_with("--- ")
}

/// The name of the anchor that a line begins or ends.
fn anchor(line: &str) -> Option<&str> {
    line.strip_prefix("ANCHOR: ").or_else(|| line.strip_prefix("ANCHOR_END: "))
}

fn name(line: &str) -> String {
    let words = line.split([':', ',']).next().unwrap_or(line);
    let words = words.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut name = words.take(5).collect::<Vec<_>>().join("-").to_lowercase();
    if is_headline(line) {
        name += "-timeline";
    }
    name
}

/// Whether a timeline with a bar for each request begins here.
fn is_headline(line: &str) -> bool {
    line.contains(", at most ") && line.ends_with(" in flight")
}

fn unused(name: String, names: &[String]) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let free = |name: &String| !names.contains(name);
    std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name)
}

/// The lines that must not change: counts, names, sizes and order as they are, without times, what is reckoned from
/// times, the lengths of bars, and ports. Lines of a part in `any_order` are sorted, and so are the rows of a timeline
/// with several requests in flight: which of those made at once arrives first, nobody holds.
pub fn comparable(text: &str, special: Option<&Special>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut shuffled: Option<usize> = None;
    for line in text.lines() {
        if let Some(name) = anchor(line) {
            if let Some(from) = shuffled.take() {
                lines[from..].sort();
            }
            let begins = line.starts_with("ANCHOR: ");
            if begins && special.is_some_and(|special| special.any_order.contains(&name)) {
                shuffled = Some(lines.len());
            }
            continue;
        }
        if is_headline(line) && !line.ends_with("at most 1 in flight") {
            shuffled = shuffled.or(Some(lines.len()));
        }
        lines.extend(timeless(line, is_time));
    }
    lines
}

/// A line of a timeline without its number of connections.
pub fn without_connections(line: &str) -> String {
    let Some((before, after)) = line.split_once(" connection") else {
        return line.to_owned();
    };
    let before = before.trim_end_matches(|each: char| each.is_ascii_digit());
    format!("{before}… connections{}", after.strip_prefix('s').unwrap_or(after))
}

/// Checks that an output, with its anchors, shows what the book's text says about it: that one way is clearly faster
/// than another. It's for the output that the book keeps. A new run on a busy machine may differ, so a comparison of
/// outputs leaves times out.
///
/// # Errors
///
/// When the output contradicts the text, or a line of [`Special::faster`] isn't in it.
pub fn check_faster(output: &str, special: &Special) -> anyhow::Result<()> {
    for &(faster, slower) in special.faster {
        let (less, more) = (seconds(output, faster)?, seconds(output, slower)?);
        ensure!(
            less <= CLEARLY * more,
            "`{faster}` must be clearly faster than `{slower}`, because the text says so, \
             but they took {less} s and {more} s"
        );
    }
    Ok(())
}

/// The first time in a line of an output, in seconds. `place` is the anchor of a part, a slash, and the first words
/// of the line: `total/waiting and work spawned`.
fn seconds(output: &str, place: &str) -> anyhow::Result<f64> {
    let (part, words) = place.split_once('/').context("it has the form PART/WORDS")?;
    let (begin, end) = (format!("ANCHOR: {part}"), format!("ANCHOR_END: {part}"));
    let lines = output.lines().skip_while(|line| *line != begin).take_while(|line| *line != end);
    let spaced = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut times = spaced.filter_map(|line| first_time(line.strip_prefix(words)?));
    times.next().with_context(|| {
        format!("part `{part}` has no line that begins with `{words}` and has a time (`faster` in runs.rs names it)")
    })
}

/// The first time in some words, in seconds: `0.81 s`, `26 ms`.
fn first_time(words: &str) -> Option<f64> {
    let words: Vec<&str> = words.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let unit = match pair[1].trim_end_matches([',', '.', ';', ':', ')']) {
            "s" | "seconds" => 1.0,
            "ms" | "milliseconds" => 0.001,
            _ => return None,
        };
        Some(pair[0].parse::<f64>().ok()? * unit)
    })
}

/// What must not change of a picture, in no order: rows stand in the order in which requests arrived, and which of
/// those made at once arrives first, nobody holds.
pub fn comparable_picture(svg: &str) -> Vec<String> {
    // The description has all rows in one line.
    let rows = svg.replace(". ", ".\n").replace("<desc>", "<desc>\n").replace("</desc>", "\n</desc>");
    let mut lines: Vec<String> = rows.lines().filter_map(|line| timeless(line, |_, _| true)).collect();
    lines.sort();
    lines
}

/// A line without what depends on the clock; `None` for a time axis, which has as many marks as the run took time, and for
/// how many requests arrived in a part of the time.
/// `is_time` tells by what follows it whether a number with a decimal point is one.
fn timeless(line: &str, is_time: fn(after: &str, next: &str) -> bool) -> Option<String> {
    let of_time =
        ["class=\"axis\"", "class=\"tick\"", "class=\"arrivals\"", "class=\"count\"", " arrived from "];
    if of_time.iter().any(|of_time| line.contains(of_time)) {
        return None;
    }
    let line = comparable_answer(line).unwrap_or_else(|| line.replace(['░', '█'], " "));
    let words: Vec<&str> = line.split_whitespace().collect();
    let next = |index: usize| words.get(index + 1).copied().unwrap_or_default();
    let words = words.iter().enumerate().map(|(index, word)| figureless(word, next(index), is_time));
    let mut line = words.collect::<Vec<_>>().join(" ");
    // Memory, what a time limit let through and the number of cores are matters of a machine, too.
    // So is the time at which a certificate was checked.
    let of_certificate = ["(UNIX),", "seconds ago)", "seconds in future)", "(# seconds"];
    for unit in
        ["ms", "milliseconds", "KB", "bytes received", "threads at once"].into_iter().chain(of_certificate)
    {
        line = without_figure_before(&line, unit);
    }
    // A drawing that takes about a second is in milliseconds at one time and in seconds at another.
    line = line.replace("# ms", "# s");
    let is_axis = !line.is_empty() && line.split(' ').all(|word| matches!(word, "#" | "s" | "ms"));
    let is_arrivals = line.strip_prefix("# s ").is_some_and(|count| count.parse::<u64>().is_ok());
    (!is_axis && !is_arrivals).then_some(line)
}

/// Whether a number is a time or a ratio of times: `0.80 s`, `0.80 seconds`, `2.6x`.
fn is_time(after: &str, next: &str) -> bool {
    let unit = next.trim_end_matches([',', '.', ';', ':', ')']);
    (after.is_empty() && matches!(unit, "s" | "seconds")) || after == "x"
}

/// A client's row in the list of faults, without the words that depend on curl's or Node's version, or on time (see [`LOST`]).
fn comparable_answer(line: &str) -> Option<String> {
    let (client, said) = line.strip_prefix("| ")?.split_once(" | ")?;
    let without_words = match client {
        "curl" => without_words,
        "fetch" => without_causes,
        _ if CLIENTS.contains(&client) => str::to_owned,
        _ => return None,
    };
    let said = said.split("<br>").map(without_words).collect::<Vec<_>>().join("<br>");
    Some(LOST.iter().fold(format!("| {client} | {said}"), |row, [one, other]| row.replace(one, other)))
}

/// `exit status 7: words` without the words.
fn without_words(answer: &str) -> String {
    match answer.split_once("exit status ") {
        Some((before, status)) => {
            format!("{before}exit status {}", status.split(':').next().unwrap_or(status))
        }
        None => answer.to_owned(),
    }
}

/// `TypeError: fetch failed: causes` without the causes.
fn without_causes(answer: &str) -> String {
    let errors = ["TypeError: fetch failed", "TypeError: terminated"];
    let short = errors.into_iter().find_map(|error| Some(answer.split_once(error)?.0.to_owned() + error));
    short.unwrap_or_else(|| answer.to_owned())
}

/// A word with its times, and the ports of this machine, as `#`.
fn figureless(word: &str, next: &str, is_time: fn(&str, &str) -> bool) -> String {
    let mut out = String::new();
    let mut rest = word;
    while let Some(start) = rest.find(|character: char| character.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        let is_port = out.ends_with("127.0.0.1") && before == ":";
        let is_decimal = number.trim_end_matches('.').matches('.').count() == 1;
        out += before;
        out += if is_port || (is_decimal && is_time(after, next)) { "#" } else { number };
        rest = after;
    }
    out + rest
}

/// The whole number before each `unit` as `#`.
fn without_figure_before(line: &str, unit: &str) -> String {
    let mut parts = line.split(&format!(" {unit}")).map(str::to_owned).collect::<Vec<_>>();
    let last = parts.len() - 1;
    for part in &mut parts[..last] {
        let digits = part.trim_end_matches(|character: char| character.is_ascii_digit()).len();
        if digits < part.len() {
            part.replace_range(digits.., "#");
        }
    }
    parts.join(&format!(" {unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
--- one after another ---
Fetched python.org
Total time: 2.11 seconds

one after another: 3 requests on 3 connections, at most 1 in flight
             0.00 s   0.50 s   1.00 s
python.org ░░░░░░█            0.60 s  50,321 bytes
             ░ waiting  █ bytes

                     total   threads  speed-up
one after another   2.11 s         2      1.0x
";

    #[test]
    fn each_part_has_an_anchor_of_its_first_words() {
        let anchored = anchored(OUTPUT);
        let names: Vec<_> = anchored.lines().filter_map(|line| line.strip_prefix("ANCHOR: ")).collect();
        assert_eq!(
            names,
            ["all", "one-after-another", "one-after-another-timeline", "total-threads-speed-up"]
        );
        assert_eq!(anchored.matches("ANCHOR_END: ").count(), 4);
        assert_eq!(without_anchors(&anchored), OUTPUT);
    }

    #[test]
    fn headings_without_a_blank_line_between_them_begin_parts_of_their_own() {
        let anchored =
            anchored("--- wrong: join_all ---\na\n--- right: threads ---\nb\n--- right: again ---\n");
        for name in ["wrong", "right", "right-2"] {
            assert!(anchored.contains(&format!("ANCHOR: {name}\n")), "{anchored}");
        }
    }

    #[test]
    fn times_and_what_is_reckoned_from_them_do_not_count_and_everything_else_does() {
        let same = |a: &str, b: &str| assert_eq!(comparable(a, None), comparable(b, None));
        let differ = |a: &str, b: &str| assert_ne!(comparable(a, None), comparable(b, None));
        same("Total time: 2.11 seconds", "Total time: 2.13 seconds");
        same("a ░░░░█  0.80 s  15,000 bytes", "a ░░░█    0.75 s  15,000 bytes");
        same("a ░░█ 999 ms  left at 0 B", "a ░░█ 1.00 s  left at 0 B");
        same("async   0.80 s   1  2.6x", "async   0.91 s   1  2.3x");
        same("This machine runs 2 threads at once.", "This machine runs 8 threads at once.");
        same("| curl | `exit status 7: Failed` |", "| curl | `exit status 7: Could not` |");
        same("   0 ms  50 ms  100 ms\na", "   0 ms  50 ms\na");
        same("timed out with 14000 bytes received`", "timed out with 14100 bytes received`");
        same("http://127.0.0.1:4000/", "http://127.0.0.1:4001/");
        same("timed out after 3001 milliseconds", "timed out after 3000 milliseconds");
        same("<text class=\"tick\" x=\"1.0\">0.50 s</text>\nb", "b");
        same("0.00 s ████ 100\n0.20 s ██ 50\nb", "0.00 s ████ 97\n0.20 s ██ 53\n0.40 s\nb");
        same("100 arrived from 0.00 s, 0 from 0.10 s\nb", "99 arrived from 0.00 s\nb");
        same(
            "expired: verification time 1795897225 (UNIX), but not valid after 1793305225 (2592000 seconds ago)",
            "expired: verification time 1795900000 (UNIX), but not valid after 1793307999 (2592001 seconds ago)",
        );
        differ("a: 400 requests, arrivals per 0.20 s:", "a: 500 requests, arrivals per 0.20 s:");
        differ("a ░░░░█  0.80 s  15,000 bytes", "a ░░░░█  0.80 s  15,001 bytes");
        differ("3 requests on 3 connections", "3 requests on 1 connections");
        differ("async   0.80 s   1  2.6x", "async   0.80 s   2  2.6x");
        differ("Fetched a\nFetched b", "Fetched b\nFetched a");
        differ("a: failed: cut at 9 B", "a: failed: cut at 8 B");
        differ("| curl | `exit status 7: Failed` |", "| curl | `exit status 28: Failed` |");
        same("| fetch | `TypeError: fetch failed: a` |", "| fetch | `TypeError: fetch failed: b` |");
        same(
            "| fetch | first: `TypeError: terminated: a`<br>then: `9 bytes` |",
            "| fetch | first: `TypeError: terminated: b`<br>then: `9 bytes` |",
        );
        differ("| fetch | `TypeError: fetch failed: a` |", "| fetch | `TypeError: terminated: a` |");
        differ("| fetch | `TypeError: fetch failed: a` |", "| fetch | `TimeoutError: a` |");
        differ(
            "| fetch | first: `TypeError: terminated: a`<br>then: `9 bytes` |",
            "| fetch | first: `TypeError: terminated: a`<br>then: `8 bytes` |",
        );
        same("| curl | `exit status 55: Send` |", "| curl | `exit status 56: Recv` |");
        same(
            "| ureq | `io: Broken pipe (os error 32)` |",
            "| ureq | `io: Connection reset by peer (os error 104)` |",
        );
        differ(
            "| ureq | `io: Peer disconnected` |",
            "| ureq | `io: Connection reset by peer (os error 104)` |",
        );
        differ("Broken pipe (os error 32)", "Connection reset by peer (os error 104)");
        differ("HTTP/1.0 200", "HTTP/1.1 200");
    }

    #[test]
    fn a_number_of_connections_is_left_out_with_the_s_of_its_plural() {
        let title = "Success: 3 requests on … connections, at most 1 in flight";
        assert_eq!(without_connections("Success: 3 requests on 1 connection, at most 1 in flight"), title);
        assert_eq!(without_connections("Success: 3 requests on 12 connections, at most 1 in flight"), title);
        assert_eq!(without_connections("Fetched a"), "Fetched a");
    }

    #[test]
    fn a_picture_with_the_same_rows_in_another_order_is_the_same_and_with_other_rows_is_not() {
        let svg = "<desc>3 requests. a from 0.00 s, 9 bytes. b from 0.10 s, 8 bytes.</desc>\n<text x=\"1.0\">a</text>";
        let other = "<desc>3 requests. b from 0.00 s, 8 bytes. a from 0.20 s, 9 bytes.</desc>\n<text x=\"1.0\">a</text>";
        assert_eq!(comparable_picture(svg), comparable_picture(other));
        let moved = svg.replace("x=\"1.0\"", "x=\"1.3\"");
        assert_eq!(comparable_picture(svg), comparable_picture(&moved));
        for (of, to) in [("9 bytes", "7 bytes"), (">a<", ">c<"), ("3 requests", "2 requests")] {
            assert_ne!(comparable_picture(svg), comparable_picture(&svg.replace(of, to)));
        }
    }

    #[test]
    fn an_output_must_show_that_one_way_is_clearly_faster_where_the_text_says_so() {
        let faster = &[("total/waiting and work spawned", "total/waiting and work joined")];
        let special = Special { faster, ..Special::default() };
        let check = |joined: &str, spawned: &str| {
            let table = format!(
                "total\nonly waiting  spawned  9.00 s\nwaiting and work  joined  {joined}\nwaiting and work  spawned  {spawned}\n"
            );
            check_faster(&anchored(&table), &special).map_err(|error| error.to_string())
        };
        assert_eq!(check("1.65 s", "1.30 s"), Ok(()));
        assert_eq!(check("1.65 s  1.0x", "1300 ms"), Ok(()));
        let slower = check("1.64 s", "1.67 s").expect_err("spawned isn't faster");
        assert!(slower.contains("they took 1.67 s and 1.64 s"), "{slower}");
        check("1.65 s", "1.60 s").expect_err("that could be noise");
        let missing = check("1.65 s", "fast").expect_err("there is no time");
        assert!(missing.contains("no line that begins with `waiting and work spawned`"), "{missing}");
    }

    #[test]
    fn rows_of_a_timeline_count_in_their_order_only_where_they_were_made_in_turn() {
        let timeline =
            |most: u32, rows: &str| anchored(&format!("t: 2 requests, at most {most} in flight\n{rows}"));
        let same =
            |most| comparable(&timeline(most, "a\nb\n"), None) == comparable(&timeline(most, "b\na\n"), None);
        assert!(same(2));
        assert!(!same(1));
        let after = |rows| format!("{}c\nd\n", timeline(2, rows));
        assert_ne!(comparable(&after("a\n"), None), comparable(&after("a\n").replace("c\nd", "d\nc"), None));
    }

    #[test]
    fn order_counts_but_for_parts_whose_order_nobody_holds() {
        let special = Special { any_order: &["threads"], ..Special::default() };
        let one = anchored("--- threads ---\na\nb\n\n--- async ---\nc\nd\n");
        let other = anchored("--- threads ---\nb\na\n\n--- async ---\nc\nd\n");
        let wrong = anchored("--- threads ---\na\nb\n\n--- async ---\nd\nc\n");
        assert_eq!(comparable(&one, Some(&special)), comparable(&other, Some(&special)));
        assert_ne!(comparable(&one, Some(&special)), comparable(&wrong, Some(&special)));
    }
}
