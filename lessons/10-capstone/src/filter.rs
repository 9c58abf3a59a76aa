//! Which URLs are left out of a check.

use regex::RegexSet;
use url::Url;

/// Which URLs are left out of a check. By default, none are.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// URLs that match one of these patterns are left out.
    pub exclude: RegexSet,
    /// URLs that match one of these are checked, whatever else leaves them out.
    pub include: RegexSet,
    /// Whether URLs that don't belong to the site are left out.
    pub no_external: bool,
}

impl Filter {
    /// Whether a URL is left out.
    pub fn leaves_out(&self, url: &Url, inside: bool) -> bool {
        let is_out = (self.no_external && !inside)
            || self.exclude.is_match(url.as_str());
        is_out && !self.include.is_match(url.as_str())
    }
}
