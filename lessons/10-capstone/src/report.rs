//! The result of a check, as a table for people and as JSON for programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::Arc;

use serde::{Serialize, Serializer};
use url::Url;

use crate::error::LinkError;
use crate::message::{Incomplete, SkipReason};

/// The report for people lists this many occurrences of a broken link.
const MAX_PLACES: usize = 5;

/// The result of a check. It doesn't depend on the order in which pages
/// arrived.
#[derive(Debug, Default)]
pub struct Report {
    /// The broken links, those with the most occurrences first.
    pub broken: Vec<Broken>,
    /// How many links work.
    pub fine: usize,
    /// How many URLs were requested.
    pub visited: usize,
    /// How many links weren't checked, and why.
    pub skipped: BTreeMap<SkipReason, usize>,
    /// How many links aren't HTTP, `mailto:` for example.
    pub non_http: usize,
    /// How many links are too long, or too many for their page.
    pub over_limit: usize,
    /// Pages of which only part was read, and why.
    pub incomplete: BTreeMap<Url, Incomplete>,
    /// Whether the crawl was stopped before it was finished.
    pub interrupted: bool,
}

/// A broken link, and as JSON a line of the report.
#[derive(Debug, Serialize)]
pub struct Broken {
    /// Its target, or its `href` if that's no URL.
    pub link: String,
    /// Where it redirects to, if it does.
    #[serde(rename = "by_way_of", serialize_with = "optional_text")]
    pub redirected_to: Option<Url>,
    /// What's wrong.
    #[serde(rename = "why", serialize_with = "text")]
    pub error: LinkError,
    /// How often it occurs.
    pub count: usize,
    /// Its occurrences.
    pub occurrences: BTreeSet<Occurrence>,
}

/// A place where a link occurs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Occurrence {
    /// The page; `None` for the command line.
    #[serde(serialize_with = "optional_text")]
    pub page: Option<Arc<Url>>,
    /// The text of the link.
    pub text: String,
}

/// The last line of the report as JSON.
#[derive(Serialize)]
struct Summary<'a> {
    visited: usize,
    fine: usize,
    broken: usize,
    robots: usize,
    tls: usize,
    no_turn: usize,
    others: usize,
    beyond: usize,
    in_part: Vec<IncompletePage<'a>>,
    interrupted: bool,
}

#[derive(Serialize)]
struct IncompletePage<'a> {
    page: &'a str,
    #[serde(serialize_with = "text")]
    why: &'a Incomplete,
}

impl Report {
    /// The exit status: 0 for a site without a broken link and 1 for a site
    /// with some, 130 if the check was interrupted before it found one, and 3
    /// if not even the start was checked, because it redirects past a limit.
    pub fn status(&self) -> u8 {
        if !self.broken.is_empty() {
            1
        } else if self.interrupted {
            130
        } else if self.fine == 0 {
            3
        } else {
            0
        }
    }

    /// Writes the report for people: each broken link, what's wrong with it,
    /// and where it occurs.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        for broken in &self.broken {
            broken.write(out)?;
            writeln!(out)?;
        }
        for (url, reason) in &self.incomplete {
            writeln!(out, "Read only in part: {url}: {reason}")?;
        }
        for (reason, links) in &self.skipped {
            writeln!(out, "Skipped: {} ({reason})", amount(*links, "link"))?;
        }
        if self.non_http > 0 {
            let links = amount(self.non_http, "link");
            let verb = if self.non_http == 1 { "isn't" } else { "aren't" };
            writeln!(
                out,
                "Skipped: {links} that {verb} HTTP (mailto:, tel:, …)"
            )?;
        }
        if self.over_limit > 0 {
            let links = amount(self.over_limit, "link");
            writeln!(out, "Skipped: {links} too long")?;
        }
        if self.interrupted {
            writeln!(out, "Interrupted: the rest of the site was not checked")?;
        }
        let links = amount(self.fine + self.broken.len(), "link");
        let urls = amount(self.visited, "URL");
        let broken = self.broken.len();
        writeln!(out, "Checked: {links} to {urls}, {broken} broken")
    }

    /// Writes one line of JSON for each broken link, and a last line with the
    /// totals.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        for broken in &self.broken {
            write_json_line(out, broken)?;
        }
        write_json_line(out, &self.summary())
    }

    fn summary(&self) -> Summary<'_> {
        let skipped =
            |reason| self.skipped.get(&reason).copied().unwrap_or_default();
        let incomplete = self.incomplete.iter();
        Summary {
            visited: self.visited,
            fine: self.fine,
            broken: self.broken.len(),
            robots: skipped(SkipReason::Robots),
            tls: skipped(SkipReason::Tls),
            no_turn: skipped(SkipReason::NotReached),
            others: self.non_http,
            beyond: self.over_limit,
            in_part: incomplete
                .map(|(page, why)| IncompletePage { page: page.as_str(), why })
                .collect(),
            interrupted: self.interrupted,
        }
    }
}

impl Broken {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Broken { link, redirected_to, error, count, occurrences } = self;
        match redirected_to {
            Some(url) => writeln!(out, "{link} -> {url}: {error}")?,
            None => writeln!(out, "{link}: {error}")?,
        }
        for Occurrence { page, text } in occurrences.iter().take(MAX_PLACES) {
            match page {
                Some(page) => writeln!(out, "    on {page} \"{text}\"")?,
                None => writeln!(out, "    {text}")?,
            }
        }
        let more = count.saturating_sub(occurrences.len().min(MAX_PLACES));
        if more > 0 {
            writeln!(out, "    and {more} more")?;
        }
        Ok(())
    }
}

fn write_json_line(
    out: &mut impl Write,
    line: &impl Serialize,
) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}

/// Serializes a value as the text that it prints.
fn text<T: Display, S: Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// As [`text`], and nothing as `null`.
fn optional_text<T: Display, S: Serializer>(
    value: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

/// `1 link`, `2 links`.
fn amount(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
