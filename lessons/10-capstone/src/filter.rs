//! Which URLs are left out of a check.

use regex::RegexSet;
use url::Url;

/// Which links are left out of a check. By default, none are.
///
/// The patterns are searched for in the whole URL of a link, with its fragment.
/// The start URL is always checked. The target of a redirect can be left out,
/// too.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Links that match one of these patterns are left out.
    pub exclude: RegexSet,
    /// Links that match one of these are checked, whatever else leaves them out.
    pub include: RegexSet,
    /// Whether links to other sites are left out.
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
