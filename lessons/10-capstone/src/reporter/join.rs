//! Joins links and outcomes. A link may have arrived before the page it leads
//! to, or after it, so this happens when everything has arrived.

use std::cmp::Reverse;
use std::mem::take;

use url::Url;

use super::web::{Id, Place, State, Web};
use crate::error::LinkError;
use crate::message::{MAX_REDIRECTS, SkipReason};
use crate::options::Options;
use crate::page::anchors::Anchors;
use crate::report::{Broken, Occurrence, Report};

/// Adds to the report which links work, which are broken and which were
/// skipped.
pub fn join(options: &Options, mut web: Web, report: &mut Report) {
    let places = web.urls.values_mut().map(|entry| take(&mut entry.places));
    let places: Vec<_> = places.collect();
    let not_urls = take(&mut web.not_urls);
    let mut join = Join { options, web: &web, report };
    for (url, places) in (0..).zip(places) {
        // Redirects lead to some URLs, and no link does.
        if !places.is_empty() {
            join.add_url(url, places);
        }
    }
    for (href, (error, places)) in not_urls {
        join.add_broken(&href, None, LinkError::NotUrl(error), &places);
    }
    report.broken.sort_by(|one, other| {
        let key = |broken: &Broken| Reverse(broken.count);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.link.cmp(&other.link))
            .then_with(|| one.occurrences.cmp(&other.occurrences))
    });
}

struct Join<'a> {
    options: &'a Options,
    web: &'a Web,
    report: &'a mut Report,
}

/// Where a URL leads after all its redirects.
struct End<'a> {
    url: Id,
    state: &'a State,
    /// The fragment of the last redirect that has one, or nothing.
    fragment: &'a str,
}

impl Join<'_> {
    /// Adds the links to a URL.
    fn add_url(&mut self, url: Id, mut places: Vec<Place>) {
        let end = match follow(self.web, url) {
            Ok(end) => end,
            Err(error) => {
                let link = self.link(url, &places);
                return self.add_broken(&link, None, error, &places);
            }
        };
        let redirected_to = (end.url != url).then_some(end.url);
        match end.state {
            State::NotVisited | State::Redirect { .. } => {
                self.add_skipped(SkipReason::NotReached, &places);
            }
            State::Forgotten => self.report.forgotten += places.len(),
            State::Skipped(reason) => self.add_skipped(*reason, &places),
            State::Broken(error) => {
                let error = LinkError::clone(error);
                let link = self.link(url, &places);
                self.add_broken(&link, redirected_to, error, &places);
            }
            State::Fine | State::Page(_) | State::PartOfPage => {
                places.sort_unstable_by_key(|place| place.fragment);
                for places in places.chunk_by(same_fragment) {
                    self.add_anchor(url, &end, places);
                }
            }
        }
    }

    /// Adds the links to one anchor of a page, or to the whole page.
    fn add_anchor(&mut self, url: Id, end: &End<'_>, places: &[Place]) {
        let Some(first) = places.first() else { return };
        let own = self.web.text_of(first.fragment);
        // As in a browser, it stays unless a redirect has its own.
        let name = if end.fragment.is_empty() { own } else { end.fragment };
        match end.state {
            State::Page(anchors) if !anchors.has(name) => {
                let link = self.link(url, places);
                let redirected_to = (end.url != url).then_some(end.url);
                let error = LinkError::MissingAnchor(name.to_owned());
                self.add_broken(&link, redirected_to, error, places);
                return;
            }
            // Some fragments are always there.
            State::PartOfPage if !Anchors::default().has(name) => {
                self.report.unchecked_anchors += count(places);
            }
            _ => {}
        }
        self.report.fine += 1;
        self.report.links += count(places);
    }

    /// The URL that the links have. If their fragments differ, it's without.
    fn link(&self, url: Id, places: &[Place]) -> String {
        let url = self.web.url_of(url);
        let fragment = places.first().map_or("", |first| {
            let same = places.iter().all(|place| same_fragment(first, place));
            if same { self.web.text_of(first.fragment) } else { "" }
        });
        if fragment.is_empty() {
            url.to_string()
        } else {
            format!("{url}#{fragment}")
        }
    }

    fn add_skipped(&mut self, reason: SkipReason, places: &[Place]) {
        *self.report.skipped.entry(reason).or_default() += places.len();
    }

    fn add_broken(
        &mut self,
        link: &str,
        redirected_to: Option<Id>,
        error: LinkError,
        places: &[Place],
    ) {
        let url = |url: &str| Url::parse(url).ok();
        let is_inside = |url: &Url| self.options.is_inside(url);
        let redirected_to = redirected_to.map(|id| self.web.url_of(id));
        self.report.links += count(places);
        self.report.broken.push(Broken {
            link: link.to_owned(),
            // A link that's no URL belongs to its page.
            inside: url(link).as_ref().is_none_or(is_inside),
            redirected_to: redirected_to.and_then(|to| url(to)),
            error,
            count: count(places),
            occurrences: occurrences(self.web, places),
        });
    }
}

/// Follows the redirects that a URL begins.
fn follow(web: &Web, start: Id) -> Result<End<'_>, LinkError> {
    let mut url = start;
    let mut fragment = "";
    let mut seen = Vec::new();
    loop {
        let state = &web.urls[url as usize].state;
        let State::Redirect { to, fragment: own } = state else {
            return Ok(End { url, state, fragment });
        };
        seen.push(url);
        if seen.contains(to) {
            return Err(LinkError::RedirectLoop);
        }
        if seen.len() > MAX_REDIRECTS {
            return Err(LinkError::TooManyRedirects);
        }
        let own = web.text_of(*own);
        fragment = if own.is_empty() { fragment } else { own };
        url = *to;
    }
}

fn same_fragment(one: &Place, other: &Place) -> bool {
    one.fragment == other.fragment
}

/// How many links these are. The start URL on the command line isn't one.
fn count(places: &[Place]) -> usize {
    places.iter().filter(|place| place.page.is_some()).count()
}

fn occurrences(web: &Web, places: &[Place]) -> Vec<Occurrence> {
    let occurrence = |place: &Place| Occurrence {
        page: place.page.map(|page| web.url_of(page).clone()),
        text: web.text_of(place.text).clone(),
    };
    let mut occurrences: Vec<_> = places.iter().map(occurrence).collect();
    occurrences.sort_unstable();
    occurrences.dedup();
    occurrences
}
