//! The result of a check, as text for people and as JSON for programs.
//!
//! # JSON
//!
//! [`Report::write_json`] writes an object per line. The last one is the
//! summary, and each line before it is a broken URL, which has a `link`:
//!
//! ```json
//! {
//!   "link": "http://site.example/moved",
//!   "kind": "status",
//!   "why": "the server returned 404 Not Found",
//!   "status": 404,
//!   "redirects_to": "http://site.example/lost",
//!   "count": 2,
//!   "occurrences": [{ "page": "http://site.example/", "text": "the news" }]
//! }
//! ```
//!
//! Programs can rely on `kind`: its values stay the same, although new ones may
//! be added. The words of `why` may change. `count` is the number of links, and
//! `occurrences` has all their places, but two links with the same text on the
//! same page are one place. The `page` of the start URL is `null`.
//!
//! The summary has the numbers of everything that was checked or skipped.
//! `in_part` lists the pages of which only part was read, `limits` the limits
//! that were met, and if `interrupted` is true, the rest of the site is
//! missing. `report.schema.json`, a JSON Schema in the folder of this package,
//! describes every key.

mod entries;
mod json;
mod kind;
mod notes;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use url::Url;

use crate::error::LinkError;
use crate::message::{Incomplete, SkipReason};

/// The result of a check. It doesn't depend on the order in which pages
/// arrived.
#[derive(Debug, Default)]
pub struct Report {
    /// The broken URLs, those with the most links first.
    pub broken: Vec<Broken>,
    /// How many different URLs with links to them work. URLs with different
    /// fragments are different.
    pub fine: usize,
    /// How many links were checked. A link counts each time it's on a page.
    pub links: usize,
    /// How many pages of the site were searched for links.
    pub pages: usize,
    /// How many URLs were requested.
    pub visited: usize,
    /// How many links weren't checked, and why.
    pub skipped: BTreeMap<SkipReason, usize>,
    /// How many links aren't HTTP, `mailto:` for example.
    pub non_http: usize,
    /// How many links are too long.
    pub over_limit: usize,
    /// How many links weren't checked because there were too many to remember.
    pub forgotten: usize,
    /// How many links have a fragment that wasn't checked, because the anchors
    /// of the page aren't known.
    pub unchecked_anchors: usize,
    /// How many pages weren't searched for links, because they're too many
    /// links away from the start.
    pub too_deep: usize,
    /// Pages of which only part was read, and why.
    pub incomplete: BTreeMap<Url, Incomplete>,
    /// Which limits were met.
    pub limits: BTreeSet<Limit>,
    /// Whether the crawl was stopped before it was finished.
    pub interrupted: bool,
}

/// A limit of the checker, whichever option sets it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Limit {
    /// The number of URLs that are requested.
    Pages,
    /// How many links away from the start a page may be.
    Depth,
    /// The bytes of a page.
    PageSize,
    /// The memory to parse a page.
    ParserMemory,
    /// The bytes of a URL.
    UrlLength,
    /// The memory for links.
    LinkMemory,
    /// The memory for anchors.
    AnchorMemory,
}

/// A broken URL. Each missing anchor of a page is one. If anything else is wrong
/// with a page, all links to it are together, whatever their fragments.
#[derive(Debug)]
pub struct Broken {
    /// The URL, or the `href` if that's no URL.
    pub link: String,
    /// Whether it belongs to the site. A link that's no URL does.
    pub inside: bool,
    /// Where it redirects to, if it does.
    pub redirected_to: Option<Url>,
    /// What's wrong.
    pub error: LinkError,
    /// How many links lead to it.
    pub count: usize,
    /// All places of these links, sorted. The same text on the same page is one
    /// place.
    pub occurrences: Vec<Occurrence>,
}

/// A place where a link occurs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// The URL of the page; `None` for the command line.
    pub page: Option<Arc<str>>,
    /// The text of the link.
    pub text: Arc<str>,
}

/// How the report for people looks. By default it's short and has no colours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Whether every place is listed, however many there are.
    pub every_place: bool,
    /// Whether there are colours, for a terminal.
    pub colored: bool,
}

impl Report {
    /// The exit status: 0 for a site without a broken link and 1 for a site
    /// with some, 130 if the check was interrupted before it found one, and 3
    /// if not even the start was checked, because it redirects to a URL that
    /// was skipped.
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

    /// Whether the site may have broken links that a limit or a faulty page
    /// kept from the report. Links that an option leaves out don't count.
    pub fn is_partial(&self) -> bool {
        !self.incomplete.is_empty() || !self.limits.is_empty()
    }
}

#[cfg(test)]
mod tests;
