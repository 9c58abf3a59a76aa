//! Collects the result of every visit, and joins links and outcomes at the end.
//!
//! From lesson 05 it has one entry per failure instead of one exception for
//! all; from lesson 09 a task's own state instead of a lock around shared
//! state.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::mpsc::Receiver;
use tokio::task::spawn_blocking;
use url::Url;

use crate::address::without_fragment;
use crate::error::LinkError;
use crate::message::{
    Anchors, MAX_REDIRECTS, NotUrl, Outcome, SkipReason, Visit,
};
use crate::options::Options;
use crate::progress::Progress;
use crate::report::{Broken, Occurrence, Report};

/// How many different links are remembered. Links to one URL with different
/// fragments are different links.
const MAX_REMEMBERED: usize = 200_000;

/// Everything that was reported so far.
#[derive(Debug)]
pub struct Reporter {
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
        if let Some(reason) = page.incomplete {
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
        entry.occurrences.insert(occurrence);
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
                Outcome::Fine | Outcome::Redirect(_) => report.fine += 1,
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
                Some((Outcome::Fine, Some(anchors)))
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::message::{Job, Link, Page};

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
        let pages = (0..9).map(|n| (n.to_string(), Outcome::Fine));
        let lost = || Outcome::Broken(LinkError::Refused);
        let others = [
            ("lost".to_owned(), lost()),
            ("moved".to_owned(), Outcome::Redirect(url("lost"))),
            (String::new(), Outcome::Fine),
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
        reporter.add_visit(visit("", Outcome::Fine, &links));
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
        reporter.add_visit(visit("", Outcome::Fine, &[]));
        for (path, reason) in
            [("1", SkipReason::Robots), ("2", SkipReason::Tls)]
        {
            reporter.add_visit(visit(path, Outcome::Skipped(reason), &[]));
        }
        assert_eq!(reporter.report().visited, 1);
    }
}
