//! The report as JSON lines: one for each broken URL, and a last one with the
//! totals, which has no `link`. `report.schema.json` describes both.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use super::{Broken, Limit, Occurrence, Report, kind};
use crate::error::LinkError;
use crate::message::SkipReason;

#[derive(Serialize)]
struct BrokenLine<'a> {
    link: &'a str,
    kind: &'a str,
    why: String,
    /// The status of the response, if that's what is wrong.
    status: Option<u16>,
    redirects_to: Option<&'a str>,
    count: usize,
    occurrences: Vec<Place<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    page: Option<&'a str>,
    text: &'a str,
}

/// The last line.
#[derive(Serialize)]
struct Summary<'a> {
    broken: usize,
    fine: usize,
    links: usize,
    pages: usize,
    requested: usize,
    robots: usize,
    excluded: usize,
    needs_tls: usize,
    not_reached: usize,
    not_http: usize,
    too_long: usize,
    forgotten: usize,
    unchecked_anchors: usize,
    too_deep: usize,
    in_part: Vec<InPart<'a>>,
    limits: &'a BTreeSet<Limit>,
    interrupted: bool,
}

#[derive(Serialize)]
struct InPart<'a> {
    page: &'a str,
    kind: &'a str,
    why: String,
}

impl Report {
    /// Writes one line of JSON for each broken URL, and a last line with the
    /// totals.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        for broken in &self.broken {
            write_line(out, &broken_line(broken))?;
        }
        write_line(out, &self.summary())
    }

    fn summary(&self) -> Summary<'_> {
        let skipped =
            |reason| self.skipped.get(&reason).copied().unwrap_or_default();
        let in_part = self.incomplete.iter().map(|(page, why)| InPart {
            page: page.as_str(),
            kind: kind::of_incomplete(*why),
            why: why.to_string(),
        });
        Summary {
            broken: self.broken.len(),
            fine: self.fine,
            links: self.links,
            pages: self.pages,
            requested: self.visited,
            robots: skipped(SkipReason::Robots),
            excluded: skipped(SkipReason::Filter),
            needs_tls: skipped(SkipReason::Tls),
            not_reached: skipped(SkipReason::NotReached),
            not_http: self.non_http + skipped(SkipReason::NotHttp),
            too_long: self.over_limit + skipped(SkipReason::LongUrl),
            forgotten: self.forgotten,
            unchecked_anchors: self.unchecked_anchors,
            too_deep: self.too_deep,
            in_part: in_part.collect(),
            limits: &self.limits,
            interrupted: self.interrupted,
        }
    }
}

fn broken_line(broken: &Broken) -> BrokenLine<'_> {
    BrokenLine {
        link: &broken.link,
        kind: kind::of_error(&broken.error),
        why: broken.error.to_string(),
        status: match broken.error {
            LinkError::Status(status, _) => Some(status.as_u16()),
            _ => None,
        },
        redirects_to: broken.redirected_to.as_ref().map(|url| url.as_str()),
        count: broken.count,
        occurrences: broken.occurrences.iter().map(place).collect(),
    }
}

fn place(Occurrence { page, text }: &Occurrence) -> Place<'_> {
    Place { page: page.as_deref(), text }
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}
