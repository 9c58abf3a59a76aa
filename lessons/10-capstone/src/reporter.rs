//! Hears of every visit, and joins links and outcomes at the end.
//!
//! From lesson 05, an entry for each failure in place of an exception for one;
//! from lesson 09, a task's own state in place of a lock around everybody's.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use serde_json::json;
use tokio::sync::mpsc::Receiver;
use url::Url;

use crate::crawl::{HOPS, without_fragment};
use crate::parser::{Anchors, NotUrl, Visit};
use crate::progress::Progress;
use crate::{Options, Outcome, Reason, Why};

/// So many different links are remembered; fragments make several of a URL.
const MOST: usize = 200_000;

/// What was found, in an order that does not depend on what came first.
#[derive(Debug, Default)]
pub struct Report {
    /// What is broken, sorted by the link.
    pub broken: Vec<Broken>,
    /// How many links lead somewhere.
    pub fine: usize,
    /// How many URLs were asked for.
    pub visited: usize,
    /// How many links were not checked, and why.
    pub not_checked: BTreeMap<Reason, usize>,
    /// How many links are none of the web, `mailto:` for example.
    pub others: usize,
    /// How many links are too long, or too many for their page.
    pub beyond: usize,
    /// Pages of which not all was read, and why.
    pub in_part: BTreeMap<Url, &'static str>,
    /// Whether the crawl was ended before its end.
    pub interrupted: bool,
}

/// A broken link.
#[derive(Debug)]
pub struct Broken {
    /// Where it leads; or what stands there and is no URL.
    pub link: String,
    /// Where redirects led from there, if any.
    pub by_way_of: Option<Url>,
    /// What is wrong.
    pub why: Why,
    /// How often it occurs.
    pub count: usize,
    /// The first of them.
    pub occurrences: BTreeSet<Occurrence>,
}

/// Where a link stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The page; `None` for the command line.
    pub page: Option<Arc<Url>>,
    /// What is written there.
    pub text: String,
}

/// What has been heard so far.
#[derive(Debug)]
pub struct Reporter {
    most_occurrences: usize,
    links: HashMap<String, Links>,
    visited: HashMap<Url, (Outcome, Option<Anchors>)>,
    report: Report,
}

/// All links to the same URL.
#[derive(Debug)]
struct Links {
    to: Result<Url, NotUrl>,
    count: usize,
    occurrences: BTreeSet<Occurrence>,
}

impl Reporter {
    /// A reporter that has heard of nothing but the start.
    pub fn new(options: &Options) -> Reporter {
        let mut reporter = Reporter {
            most_occurrences: options.occurrences,
            links: HashMap::new(),
            visited: HashMap::new(),
            report: Report::default(),
        };
        let text = "the start".to_owned();
        reporter
            .note(Ok(options.start.clone()), Occurrence { page: None, text });
        reporter
    }

    /// Hears of visits until nothing comes any more, then tells.
    pub async fn run(
        mut self,
        mut news: Receiver<Visit>,
        progress: &Progress,
    ) -> Report {
        while let Some(visit) = news.recv().await {
            progress.checked(matches!(visit.outcome, Outcome::Broken(_)));
            self.hear(visit);
        }
        self.report()
    }
    fn hear(&mut self, visit: Visit) {
        let Visit { job, outcome, page } = visit;
        let from = Arc::new(job.url.clone());
        for link in page.links {
            let page = Some(Arc::clone(&from));
            self.note(link.to, Occurrence { page, text: link.text });
        }
        self.report.others += page.others;
        self.report.beyond += page.beyond;
        if let Outcome::Fine(Some(word)) = outcome {
            self.report.in_part.insert(job.url.clone(), word);
        }
        self.visited.insert(job.url, (outcome, page.anchors));
    }

    fn note(&mut self, to: Result<Url, NotUrl>, occurrence: Occurrence) {
        let key = match &to {
            Ok(url) => url.to_string(),
            Err(not) => not.href.clone(),
        };
        if self.links.len() >= MOST && !self.links.contains_key(&key) {
            *self.report.not_checked.entry(Reason::NoTurn).or_default() += 1;
            return;
        }
        let new = Links { to, count: 0, occurrences: BTreeSet::new() };
        let links = self.links.entry(key).or_insert(new);
        links.count += 1;
        // The first in the order of the alphabet: which page came first is
        // another matter at every run.
        links.occurrences.insert(occurrence);
        if links.occurrences.len() > self.most_occurrences {
            links.occurrences.pop_last();
        }
    }
    /// Joins links and outcomes.
    fn report(mut self) -> Report {
        let mut report = std::mem::take(&mut self.report);
        let asked = |(outcome, _): &&(Outcome, _)| {
            !matches!(outcome, Outcome::NotAsked(_))
        };
        report.visited = self.visited.values().filter(asked).count();
        for (link, Links { to, count, occurrences }) in &self.links {
            let (verdict, by_way_of) = match to {
                Ok(url) => self.verdict(url),
                Err(not) => (Outcome::Broken(Why::NotUrl(not.error)), None),
            };
            match verdict {
                Outcome::Broken(why) => report.broken.push(Broken {
                    link: link.clone(),
                    by_way_of,
                    why,
                    count: *count,
                    occurrences: occurrences.clone(),
                }),
                Outcome::NotAsked(reason) => {
                    *report.not_checked.entry(reason).or_default() += 1;
                }
                Outcome::Fine(_) | Outcome::Redirect(_) => report.fine += 1,
            }
        }
        report.broken.sort_by(|one, other| one.link.cmp(&other.link));
        report
    }

    /// What a link leads to in the end, and by way of which redirect.
    fn verdict(&self, link: &Url) -> (Outcome, Option<Url>) {
        let mut url = without_fragment(link);
        let mut fragment = link.fragment();
        let mut seen = HashSet::new();
        loop {
            let by_way_of = (!seen.is_empty()).then(|| url.clone());
            if !seen.insert(url.clone()) {
                return (Outcome::Broken(Why::Circle), None);
            }
            if seen.len() > HOPS + 1 {
                return (Outcome::Broken(Why::Redirects), None);
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
                    return (Outcome::Broken(Why::Fragment(name)), by_way_of);
                }
                Some((outcome, _)) => return (outcome.clone(), by_way_of),
                None => return (Outcome::NotAsked(Reason::NoTurn), None),
            }
        }
    }
}

impl Report {
    /// 0 for a site without a broken link, 1 for one with some, 130 where none
    /// was found before it was interrupted, and 3 where not even the start was
    /// checked: that a redirect led beyond the limits.
    pub fn status(&self) -> u8 {
        match (self.broken.is_empty(), self.interrupted) {
            (false, _) => 1,
            (true, true) => 130,
            (true, false) if self.fine == 0 => 3,
            (true, false) => 0,
        }
    }

    /// Writes a table: each broken link, why, and where it stands.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        for Broken { link, by_way_of, why, count, occurrences } in &self.broken
        {
            match by_way_of {
                Some(url) => writeln!(out, "{link} -> {url}: {why}")?,
                None => writeln!(out, "{link}: {why}")?,
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
        }
        if !self.broken.is_empty() {
            writeln!(out)?;
        }
        for (url, why) in &self.in_part {
            writeln!(out, "Not read to its end: {url}: {why}")?;
        }
        for (reason, links) in &self.not_checked {
            writeln!(
                out,
                "Not checked: {} ({reason})",
                amount(*links, "link")
            )?;
        }
        if self.others > 0 {
            let others = amount(self.others, "link");
            writeln!(out, "Not of the web: {others} (mailto: and the like)")?;
        }
        if self.beyond > 0 {
            let beyond = amount(self.beyond, "link");
            writeln!(out, "Not looked at: {beyond} (too long, or too many)")?;
        }
        if self.interrupted {
            writeln!(out, "Interrupted: this is what was known by then.")?;
        }
        let links = amount(self.fine + self.broken.len(), "link");
        let urls = amount(self.visited, "URL");
        let broken = self.broken.len();
        writeln!(out, "Checked: {links} to {urls}, {broken} broken")
    }

    /// Writes a line of JSON for each broken link, and one for the whole.
    ///
    /// # Errors
    ///
    /// Those of writing.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        for broken in &self.broken {
            let occurrences = broken.occurrences.iter().map(|occurrence| {
                let page = occurrence.page.as_ref().map(|page| page.as_str());
                json!({ "page": page, "text": occurrence.text })
            });
            let line = json!({
                "link": broken.link,
                "by_way_of": broken.by_way_of.as_ref().map(Url::as_str),
                "why": broken.why.to_string(),
                "count": broken.count,
                "occurrences": occurrences.collect::<Vec<_>>(),
            });
            writeln!(out, "{line}")?;
        }
        let not_checked = |reason| self.not_checked.get(&reason).unwrap_or(&0);
        let in_part = self
            .in_part
            .iter()
            .map(|(page, why)| json!({ "page": page.as_str(), "why": why }));
        let summary = json!({
            "visited": self.visited,
            "fine": self.fine,
            "broken": self.broken.len(),
            "robots": not_checked(Reason::Robots),
            "tls": not_checked(Reason::Tls),
            "no_turn": not_checked(Reason::NoTurn),
            "others": self.others,
            "beyond": self.beyond,
            "in_part": in_part.collect::<Vec<_>>(),
            "interrupted": self.interrupted,
        });
        writeln!(out, "{summary}")
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
    fn what_comes_first_makes_no_difference() {
        let links = ["lost", "moved", "mailto:x"].map(str::to_owned);
        let pages = (0..9).map(|n| (n.to_string(), Outcome::Fine(None)));
        let lost = || Outcome::Broken(Why::Refused);
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
                    reporter.hear(visit(path, outcome.clone(), &links));
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
    fn only_so_many_links_are_remembered_and_the_others_are_counted() {
        let mut reporter = reporter();
        // With the start there are as many as may be.
        let links: Vec<_> = (1..MOST).map(|n| n.to_string()).collect();
        reporter.hear(visit("", Outcome::Fine(None), &links));
        assert_eq!(reporter.links.len(), MOST);
        let links = ["1", "new", "new"].map(str::to_owned);
        reporter.hear(visit("1", Outcome::Broken(Why::Lost), &links));
        assert_eq!(reporter.links.len(), MOST);
        let report = reporter.report();
        // Two have been asked for: the start, and a link that was known.
        assert_eq!((report.fine, report.broken.len()), (1, 1));
        assert_eq!(report.broken[0].count, 2);
        let left_out = report.not_checked.get(&Reason::NoTurn);
        assert_eq!(left_out, Some(&(MOST - 2 + 2)));
    }

    #[test]
    fn what_nobody_asked_for_does_not_count_as_asked() {
        let mut reporter = reporter();
        reporter.hear(visit("", Outcome::Fine(None), &[]));
        for (path, reason) in [("1", Reason::Robots), ("2", Reason::Tls)] {
            reporter.hear(visit(path, Outcome::NotAsked(reason), &[]));
        }
        assert_eq!(reporter.report().visited, 1);
    }
}
