//! What belongs together in the report for people.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::error::LinkError;
use crate::report::Broken;

/// One broken URL, or all missing anchors of one page.
pub struct Entry<'a> {
    page: &'a str,
    pub broken: Vec<&'a Broken>,
}

/// The entries of these broken URLs, those with the most links first.
pub fn entries<'a>(broken: impl Iterator<Item = &'a Broken>) -> Vec<Entry<'a>> {
    let mut pages: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for broken in broken {
        pages
            .entry((page(broken), is_anchor(broken)))
            .or_default()
            .push(broken);
    }
    let entry = |((page, _), broken)| Entry { page, broken };
    let mut entries: Vec<_> = pages.into_iter().map(entry).collect();
    entries.sort_by_key(|entry| Reverse(entry.links()));
    entries
}

impl Entry<'_> {
    /// How many links lead to what's broken.
    pub fn links(&self) -> usize {
        self.broken.iter().map(|broken| broken.count).sum()
    }

    /// What's broken.
    pub fn title(&self) -> String {
        match self.broken.as_slice() {
            [one] => match &one.redirected_to {
                Some(url) => format!("{} -> {url}", one.link),
                None => one.link.clone(),
            },
            _ => self.page.to_owned(),
        }
    }

    /// What's wrong with it.
    pub fn error(&self) -> String {
        let errors = self.broken.iter().map(|broken| broken.error.to_string());
        let errors: BTreeSet<_> = errors.collect();
        match errors.first() {
            Some(error) if errors.len() == 1 => error.clone(),
            _ => format!("the page has none of {} anchors", errors.len()),
        }
    }

    /// What comes before the places of one of several anchors.
    pub fn before_places(&self, broken: &Broken) -> String {
        match &broken.error {
            LinkError::MissingAnchor(name) if self.broken.len() > 1 => {
                format!("#{name} ")
            }
            _ => String::new(),
        }
    }

    /// What comes after the places of a link that leads to the title by a
    /// redirect.
    pub fn after_places(&self, broken: &Broken) -> String {
        if self.broken.len() > 1 && broken.redirected_to.is_some() {
            format!(" (by way of {})", broken.link)
        } else {
            String::new()
        }
    }
}

fn is_anchor(broken: &Broken) -> bool {
    matches!(broken.error, LinkError::MissingAnchor(_))
}

/// The page that an anchor is missing from, or any other broken URL.
fn page(broken: &Broken) -> &str {
    match &broken.redirected_to {
        Some(url) if is_anchor(broken) => url.as_str(),
        _ if is_anchor(broken) => {
            broken.link.split('#').next().unwrap_or_default()
        }
        _ => &broken.link,
    }
}
