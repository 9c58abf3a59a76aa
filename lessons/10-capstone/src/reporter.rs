//! Collects the result of every visit, and joins links and outcomes at the end.
//!
//! From lesson 05 it has one entry per failure instead of one exception for
//! all; from lesson 09 a task's own state instead of a lock around shared
//! state.

mod join;
mod web;

use std::collections::BTreeSet;

use tokio::sync::mpsc::Receiver;
use tokio::task::spawn_blocking;

use crate::message::{Incomplete, Job, Link, Outcome, Page, SkipReason, Visit};
use crate::options::Options;
use crate::progress::Progress;
use crate::report::{Limit, Report};
use web::{Id, Web};

/// How much memory the links take that are remembered, in bytes.
const MAX_LINK_BYTES: usize = 256_000_000;
/// How much memory the anchors take that are remembered, in bytes.
const MAX_ANCHOR_BYTES: usize = 128_000_000;

/// Everything that was reported so far.
#[derive(Debug)]
pub struct Reporter {
    options: Options,
    web: Web,
    report: Report,
}

impl Reporter {
    /// A reporter that knows of one link, the start URL.
    pub fn new(options: &Options) -> Reporter {
        let mut web = Web::new(MAX_LINK_BYTES, MAX_ANCHOR_BYTES);
        web.add_link(None, &options.start, "the start URL");
        Reporter { options: options.clone(), web, report: Report::default() }
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
        // Many links take a while to join, and a signal must get through in the
        // meantime.
        let report = spawn_blocking(move || self.report()).await;
        report.expect("joining links doesn't panic")
    }

    fn add_visit(&mut self, visit: Visit) {
        let Visit { job, outcome, page } = visit;
        if !matches!(outcome, Outcome::Skipped(_)) {
            self.report.visited += 1;
        }
        let Page { links, anchors, non_http, over_limit, incomplete } = page;
        if anchors.is_some() || incomplete.is_some() {
            self.count_page(&job, incomplete);
        }
        self.report.non_http += non_http;
        self.report.over_limit += over_limit;
        let Some(id) = self.web.url(job.url.as_str()) else {
            self.web.forget(links.len());
            return;
        };
        for link in links {
            self.add_link(id, link);
        }
        self.web.set_outcome(id, outcome, anchors, incomplete.is_some());
    }

    fn count_page(&mut self, job: &Job, incomplete: Option<Incomplete>) {
        if job.depth > self.options.depth {
            self.report.too_deep += 1;
        } else {
            self.report.pages += 1;
        }
        if let Some(reason) = incomplete {
            self.report.incomplete.insert(job.url.clone(), reason);
        }
    }

    fn add_link(&mut self, from: Id, link: Link) {
        let Link { text, to } = link;
        let url = match to {
            Ok(url) => url,
            Err(not_url) => {
                self.web.add_not_url(from, not_url, &text);
                return;
            }
        };
        let inside = self.options.is_inside(&url);
        if self.options.filter.leaves_out(&url, inside) {
            let skipped = &mut self.report.skipped;
            *skipped.entry(SkipReason::Filter).or_default() += 1;
            return;
        }
        self.web.add_link(Some(from), &url, &text);
    }

    /// Joins links and outcomes.
    fn report(self) -> Report {
        let Reporter { options, web, mut report } = self;
        report.forgotten = web.forgotten();
        let forgot_anchors = web.forgot_anchors();
        join::join(&options, web, &mut report);
        report.limits = limits(&report, forgot_anchors);
        report
    }
}

/// The limits that were met.
fn limits(report: &Report, forgot_anchors: bool) -> BTreeSet<Limit> {
    let of_pages = report.incomplete.values().filter_map(|why| match why {
        Incomplete::TooLarge(_) => Some(Limit::PageSize),
        Incomplete::Memory => Some(Limit::ParserMemory),
        _ => None,
    });
    let others = [
        (report.forgotten > 0, Limit::LinkMemory),
        (forgot_anchors, Limit::AnchorMemory),
        (report.too_deep > 0, Limit::Depth),
        (report.over_limit > 0, Limit::UrlLength),
    ];
    let others =
        others.into_iter().filter_map(|(met, limit)| met.then_some(limit));
    of_pages.chain(others).collect()
}

#[cfg(test)]
mod tests;
