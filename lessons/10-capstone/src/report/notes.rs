//! The end of the report for people: what was skipped and why, which limits
//! were met, and the totals.

use indicatif::HumanCount;

use super::Report;
use crate::message::SkipReason;

/// How many pages are listed that were read only in part.
const MAX_PAGES: usize = 5;

/// A line for everything that wasn't checked.
pub fn notes(report: &Report, every_page: bool) -> Vec<String> {
    let mut notes = read_in_part(report, every_page);
    notes.extend(skipped(report));
    if report.unchecked_anchors > 0 {
        let links = amount(report.unchecked_anchors, "link");
        notes.push(format!(
            "Did not check the fragments of {links}: \
             only part of their page is known"
        ));
    }
    if report.too_deep > 0 {
        let pages = amount(report.too_deep, "page");
        notes.push(format!(
            "Did not follow the links of {pages}: \
             further from the start than --depth"
        ));
    }
    if report.interrupted {
        notes.push("Interrupted: the rest of the site was not checked".into());
    }
    notes
}

/// The last line.
pub fn totals(report: &Report) -> String {
    let links = amount(report.links, "link");
    let pages = amount(report.pages, "page");
    let broken = match report.broken.len() {
        0 => "no broken URLs".to_owned(),
        urls => amount(urls, "broken URL"),
    };
    format!("Checked {links} on {pages}: {broken}")
}

/// `1 link`, `2,000 links`.
pub fn amount(count: usize, what: &str) -> String {
    format!("{} {what}{}", number(count), if count == 1 { "" } else { "s" })
}

/// `2,000`.
pub fn number(count: usize) -> HumanCount {
    HumanCount(count as u64)
}

fn read_in_part(report: &Report, every_page: bool) -> Vec<String> {
    let pages = report.incomplete.len();
    let listed = if every_page { pages } else { MAX_PAGES };
    let note = |(page, why)| format!("Read only in part: {page} ({why})");
    let mut notes: Vec<_> =
        report.incomplete.iter().take(listed).map(note).collect();
    if pages > listed {
        let more = amount(pages - listed, "more page");
        notes.push(format!("Read only in part: {more}"));
    }
    notes
}

fn skipped(report: &Report) -> impl Iterator<Item = String> {
    let reasons = report.skipped.iter();
    let reasons =
        reasons.map(|(reason, links)| (*links, why_skipped(report, *reason)));
    let others = [
        (report.non_http, "not HTTP (mailto:, tel: and so on)".to_owned()),
        (report.over_limit, "too long, or too many for their page".to_owned()),
        (report.forgotten, "the memory for links is full".to_owned()),
    ];
    let all = reasons.chain(others).filter(|(links, _)| *links > 0);
    all.map(|(links, why)| format!("Skipped {}: {why}", amount(links, "link")))
}

fn why_skipped(report: &Report, reason: SkipReason) -> String {
    match reason {
        SkipReason::NotReached if !report.interrupted => {
            "over the limit of --pages".to_owned()
        }
        SkipReason::NotReached => "not reached before the end".to_owned(),
        SkipReason::Filter => {
            "left out by --exclude or --no-external".to_owned()
        }
        SkipReason::Robots
        | SkipReason::Tls
        | SkipReason::NotHttp
        | SkipReason::LongUrl => reason.to_string(),
    }
}
