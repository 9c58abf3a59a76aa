//! Collects the result of every visit, and joins links and outcomes at the end.
//!
//! From lesson 05 it has one entry per failure instead of one exception for
//! all; from lesson 09 a task's own state instead of a lock around shared
//! state.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::Arc;

use serde::{Serialize, Serializer};
use tokio::sync::mpsc::Receiver;
use tokio::task::spawn_blocking;
use url::Url;

use crate::crawl::{MAX_REDIRECTS, without_fragment};
use crate::parser::{Anchors, MAX_LINKS, NotUrl, Visit};
use crate::progress::Progress;
use crate::{LinkError, Options, Outcome, SkipReason};

/// How many different links are remembered. Links to one URL with different
/// fragments are different links.
const MAX_REMEMBERED: usize = 200_000;

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
    pub incomplete: BTreeMap<Url, &'static str>,
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
    /// Its first occurrences.
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
    why: &'a str,
}

/// Everything that was reported so far.
#[derive(Debug)]
pub struct Reporter {
    max_occurrences: usize,
    /// By URL, or by the text of a link that's no URL. Such a text may look
    /// like the URL of another link, so the two are kept apart.
    links: HashMap<Result<String, String>, LinkEntry>,
    visited: HashMap<Url, (Outcome, Option<Anchors>)>,
    report: Report,
}

/// All links with the same target.
#[derive(Debug)]
struct LinkEntry {
    to: Result<Url, NotUrl>,
    count: usize,
    occurrences: BTreeSet<Occurrence>,
}

impl Reporter {
    /// A reporter that knows of one link, the start URL.
    pub fn new(options: &Options) -> Reporter {
        let mut reporter = Reporter {
            max_occurrences: options.occurrences,
            links: HashMap::new(),
            visited: HashMap::new(),
            report: Report::default(),
        };
        let start = Occurrence { page: None, text: "the start URL".to_owned() };
        reporter.add_link(Ok(options.start.clone()), start);
        reporter
    }

    /// Collects visits until the channel is closed, then makes the report.
    pub async fn run(
        mut self,
        mut results: Receiver<Visit>,
        progress: &Progress,
    ) -> Report {
        while let Some(visit) = results.recv().await {
            progress.checked(matches!(visit.outcome, Outcome::Broken(_)));
            self.add_visit(visit);
        }
        // Many links take seconds to join, and a signal must get through in the
        // meantime.
        let report = spawn_blocking(move || self.report()).await;
        report.expect("joining links doesn't panic")
    }

    fn add_visit(&mut self, visit: Visit) {
        let Visit { job, outcome, page } = visit;
        let from = Arc::new(job.url.clone());
        for link in page.links {
            let page = Some(Arc::clone(&from));
            self.add_link(link.to, Occurrence { page, text: link.text });
        }
        self.report.non_http += page.non_http;
        self.report.over_limit += page.over_limit;
        if let Outcome::Fine(Some(reason)) = outcome {
            self.report.incomplete.insert(job.url.clone(), reason);
        }
        self.visited.insert(job.url, (outcome, page.anchors));
    }

    fn add_link(&mut self, to: Result<Url, NotUrl>, occurrence: Occurrence) {
        let key = match &to {
            Ok(url) => Ok(url.to_string()),
            Err(not_url) => Err(not_url.href.clone()),
        };
        let is_full = self.links.len() >= MAX_REMEMBERED;
        if is_full && !self.links.contains_key(&key) {
            let skipped = &mut self.report.skipped;
            *skipped.entry(SkipReason::NotReached).or_default() += 1;
            return;
        }
        let new = LinkEntry { to, count: 0, occurrences: BTreeSet::new() };
        let entry = self.links.entry(key).or_insert(new);
        entry.count += 1;
        // Keep the first in alphabetical order, because which page arrives
        // first differs from run to run.
        entry.occurrences.insert(occurrence);
        if entry.occurrences.len() > self.max_occurrences {
            entry.occurrences.pop_last();
        }
    }

    /// Joins links and outcomes.
    fn report(mut self) -> Report {
        let mut report = std::mem::take(&mut self.report);
        let requested = |(outcome, _): &&(Outcome, _)| {
            !matches!(outcome, Outcome::Skipped(_))
        };
        report.visited = self.visited.values().filter(requested).count();
        for (key, LinkEntry { to, count, occurrences }) in &self.links {
            let (Ok(link) | Err(link)) = key;
            let (outcome, redirected_to) = match to {
                Ok(url) => self.resolve(url),
                Err(not_url) => {
                    let error = LinkError::NotUrl(not_url.error);
                    (Outcome::Broken(error), None)
                }
            };
            match outcome {
                Outcome::Broken(error) => report.broken.push(Broken {
                    link: link.clone(),
                    redirected_to,
                    error,
                    count: *count,
                    occurrences: occurrences.clone(),
                }),
                Outcome::Skipped(reason) => {
                    *report.skipped.entry(reason).or_default() += 1;
                }
                Outcome::Fine(_) | Outcome::Redirect(_) => report.fine += 1,
            }
        }
        report.broken.sort_by(|one, other| {
            let key = |broken: &Broken| Reverse(broken.count);
            key(one)
                .cmp(&key(other))
                .then_with(|| one.link.cmp(&other.link))
                .then_with(|| one.occurrences.cmp(&other.occurrences))
        });
        report
    }

    /// The outcome of a link after all its redirects, and where they led.
    fn resolve(&self, link: &Url) -> (Outcome, Option<Url>) {
        let mut url = without_fragment(link);
        let mut fragment = link.fragment();
        let mut seen = HashSet::new();
        loop {
            let redirected_to = (!seen.is_empty()).then(|| url.clone());
            if !seen.insert(url.clone()) {
                return (Outcome::Broken(LinkError::RedirectLoop), None);
            }
            if seen.len() > MAX_REDIRECTS + 1 {
                return (Outcome::Broken(LinkError::TooManyRedirects), None);
            }
            match self.visited.get(&url) {
                Some((Outcome::Redirect(to), _)) => {
                    // The fragment stays unless the redirect has its own.
                    fragment = to.fragment().or(fragment);
                    url = without_fragment(to);
                }
                Some((Outcome::Fine(_), Some(anchors)))
                    if !anchors.has(fragment.unwrap_or_default()) =>
                {
                    let name = fragment.unwrap_or_default().to_owned();
                    let error = LinkError::MissingAnchor(name);
                    return (Outcome::Broken(error), redirected_to);
                }
                Some((outcome, _)) => return (outcome.clone(), redirected_to),
                None => {
                    return (Outcome::Skipped(SkipReason::NotReached), None);
                }
            }
        }
    }
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
            writeln!(
                out,
                "Skipped: {links} too long, \
                 or beyond the first {MAX_LINKS} of a page"
            )?;
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
        for Occurrence { page, text } in occurrences {
            match page {
                Some(page) => writeln!(out, "    on {page} \"{text}\"")?,
                None => writeln!(out, "    {text}")?,
            }
        }
        let more = count.saturating_sub(occurrences.len());
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Job;
    use crate::parser::{Link, Page};

    fn url(path: &str) -> Url {
        Url::parse(&format!("http://a.example/{path}")).expect("it is a URL")
    }

    fn reporter() -> Reporter {
        Reporter::new(&Options::new(url(""), Duration::from_secs(1)))
    }

    fn visit(path: &str, outcome: Outcome, links: &[String]) -> Visit {
        let job = Job { url: url(path), inside: true, depth: 1, hops: 0 };
        let link = |to: &String| Link { text: to.clone(), to: Ok(url(to)) };
        let links = links.iter().map(link).collect();
        Visit { job, outcome, page: Page { links, ..Page::default() } }
    }

    fn table(reporter: Reporter) -> String {
        let mut table = Vec::new();
        let report = reporter.report();
        report.write_table(&mut table).expect("there is room");
        String::from_utf8(table).expect("it is text")
    }

    #[test]
    fn the_report_does_not_depend_on_what_arrives_first() {
        let links = ["lost", "moved", "mailto:x"].map(str::to_owned);
        let pages = (0..9).map(|n| (n.to_string(), Outcome::Fine(None)));
        let lost = || Outcome::Broken(LinkError::Refused);
        let others = [
            ("lost".to_owned(), lost()),
            ("moved".to_owned(), Outcome::Redirect(url("lost"))),
            (String::new(), Outcome::Fine(Some("it is too large"))),
        ];
        let all: Vec<_> = pages.chain(others).collect();
        let tables: BTreeSet<_> = (0..all.len())
            .map(|first| {
                let mut reporter = reporter();
                let (after, before) = all.split_at(first);
                for (path, outcome) in before.iter().chain(after) {
                    reporter.add_visit(visit(path, outcome.clone(), &links));
                }
                table(reporter)
            })
            .collect();
        let tables: Vec<_> = tables.into_iter().collect();
        let [table] = tables.as_slice() else { panic!("{tables:#?}") };
        let start = "http://a.example/lost: the connection was refused\n    \
                     on http://a.example/ \"lost\"\n    \
                     on http://a.example/0 \"lost\"\n";
        assert!(table.starts_with(start), "{table}");
        assert!(table.contains("    and 7 more\n"), "{table}");
    }

    #[test]
    fn the_number_of_links_is_limited_and_the_others_are_counted() {
        let mut reporter = reporter();
        // With the start URL that is as many as there may be.
        let links: Vec<_> =
            (1..MAX_REMEMBERED).map(|n| n.to_string()).collect();
        reporter.add_visit(visit("", Outcome::Fine(None), &links));
        assert_eq!(reporter.links.len(), MAX_REMEMBERED);
        let links = ["1", "new", "new"].map(str::to_owned);
        reporter.add_visit(visit(
            "1",
            Outcome::Broken(LinkError::ConnectionLost),
            &links,
        ));
        assert_eq!(reporter.links.len(), MAX_REMEMBERED);
        let report = reporter.report();
        // Two were visited: the start URL, and a link that was known.
        assert_eq!((report.fine, report.broken.len()), (1, 1));
        assert_eq!(report.broken[0].count, 2);
        let skipped = report.skipped.get(&SkipReason::NotReached);
        assert_eq!(skipped, Some(&(MAX_REMEMBERED - 2 + 2)));
    }

    #[test]
    fn a_url_that_was_skipped_does_not_count_as_visited() {
        let mut reporter = reporter();
        reporter.add_visit(visit("", Outcome::Fine(None), &[]));
        for (path, reason) in
            [("1", SkipReason::Robots), ("2", SkipReason::Tls)]
        {
            reporter.add_visit(visit(path, Outcome::Skipped(reason), &[]));
        }
        assert_eq!(reporter.report().visited, 1);
    }
}
